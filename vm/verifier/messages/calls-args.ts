// Why programs are refused: arguments of helpers.
import { ERRNO } from '../../errno.ts';
import { typeWords, typesWords } from './plain-words.ts';
import type { MessageTable } from './row.ts';

export const ARGS_MESSAGES = {
  'arg-type': {
    errno: ERRNO.EACCES,
    text: (n: number, type: string, expected: string, _helper: string) =>
      `R${n} type=${type} expected=${expected}`,
    why: (n: number, type: string, expected: string, helper: string) =>
      type.endsWith('_or_null')
        ? `r${n} is ${typeWords(type)}, and bpf_${helper} takes no null pointer here`
        : `r${n} is ${typeWords(type)}, and bpf_${helper} takes ${typesWords(expected)}`,
    fix: (n: number, type: string, expected: string, helper: string) =>
      type.endsWith('_or_null')
        ? `check r${n} against 0 before the call`
        : `put into r${n} what argument ${n} of bpf_${helper} asks for: ${typesWords(expected)}`,
  },
  'arg-written': {
    errno: ERRNO.EACCES,
    text: (name: string, n: number, type: string) =>
      `bpf_${name}() may write into memory pointed by R${n} type=${type}`,
    why: (name: string, n: number) =>
      `r${n} points into an object of the kernel, which programs may only read, and bpf_${name} may write there`,
    fix: (_name: string, n: number) => `let r${n} point to the stack or to a map value`,
  },
  'arg-maybe-null': {
    errno: ERRNO.EACCES,
    text: (n: number, _helper: string) => `Possibly NULL pointer passed to helper arg${n}`,
    why: (n: number, helper: string) =>
      `r${n} may be null on this path, and bpf_${helper} takes no null pointer`,
    fix: (n: number) => `check r${n} against 0 before the call`,
  },
  'arg-struct': {
    errno: ERRNO.EACCES,
    text: (n: number, actual: string, wanted: string) =>
      `R${n} is of type ${actual} but ${wanted} is expected`,
    why: (n: number, actual: string, wanted: string) =>
      `r${n} points to a struct ${actual}, and the callee works on a struct ${wanted}`,
    fix: (n: number, _actual: string, wanted: string) => `put a pointer to a struct ${wanted} into r${n}`,
  },
  'arg-packet': {
    errno: ERRNO.EACCES,
    text: (_n: number, _helper: string) => 'helper access to the packet is not allowed',
    why: (n: number, helper: string) =>
      `r${n} points into the packet, and bpf_${helper} may not be given memory of the packet in a program of this type`,
    fix: 'copy the bytes to the stack first, and give the copy',
  },
  'arg-constant': {
    errno: ERRNO.EACCES,
    text: (n: number) => `R${n} is not a known constant'`,
    why: (n: number) =>
      `the size in r${n} must be one number that is known when the program is loaded: the result is memory of that size`,
    fix: (n: number) => `put a constant into r${n}; where the size varies, ask for the largest`,
  },
  'arg-references': {
    errno: ERRNO.EACCES,
    isOpen: true,
    text: (n: number, second: number, first: number) =>
      `more than one arg with ref_obj_id R${n} ${second} ${first}`,
    why: (n: number) =>
      `two arguments, r${n} being the second, stand for something that the program must give back; which of them the result would belong to is not clear`,
    fix: 'give at most one such pointer in a call',
  },
  'release-offset': {
    errno: ERRNO.EINVAL,
    text: (n: number, _off: number) =>
      `R${n} must have zero offset when passed to release func or trusted arg to kfunc`,
    why: (n: number, off: number) =>
      `r${n} was moved by ${off} bytes since the program got it, and what is given back must be just what was taken`,
    fix: (n: number) => `keep the pointer as it came in another register, and give that back in r${n}`,
  },
  'release-unreferenced': {
    errno: ERRNO.EINVAL,
    text: (n: number) => `R${n} must be referenced when passed to release function`,
    why: (n: number) =>
      `the call gives back what r${n} stands for, and the program does not hold it: it was given back before, or belongs to somebody else`,
    fix: 'give back only what the program has acquired, once',
  },
  'release-unacquired': {
    errno: ERRNO.EINVAL,
    text: (n: number) => `arg ${n} is an unacquired reference`,
    why: (n: number) => `the dynptr at r${n} holds nothing that could be given back`,
    fix: 'give back a dynptr that bpf_ringbuf_reserve_dynptr has filled, and only once',
  },
  'release-const-dynptr': {
    errno: ERRNO.EINVAL,
    text: () => 'cannot release unowned const bpf_dynptr',
    why: 'this dynptr was lent to the function that is called back: it is not the program that gives it back',
    fix: 'leave it alone: it ends with the function',
  },
  'release-unheld': {
    errno: ERRNO.EINVAL,
    text: (name: string, id: number) => `func bpf_${name}#${id} reference has not been acquired before`,
    why: (name: string) => `bpf_${name} gives back a reference that the program does not hold on this path`,
    fix: 'give back what was acquired on the same path, once',
  },
  'str-writable': {
    errno: ERRNO.EACCES,
    text: (n: number, _map: string) => `R${n} does not point to a readonly map'`,
    why: (n: number, map: string) =>
      `the string at r${n} must be known when the program is loaded, and ${map} can still be written`,
    fix: 'make the string a static const char array: it goes to .rodata, which is frozen before programs are loaded',
  },
  'str-address': {
    errno: ERRNO.EACCES,
    text: (n: number) => `R${n} is not a constant address'`,
    why: (n: number) => `r${n} was moved by a number that is not known when the program is loaded`,
    fix: 'give the address of a constant string, without an index that varies',
  },
  'str-map-type': {
    errno: ERRNO.EACCES,
    text: (_map: string, _type: string) => 'no direct value access support for this map type',
    why: (map: string, type: string) => `constant strings lie in arrays, and ${map} is of type ${type}`,
    fix: 'make the string a static const char array: it goes to .rodata',
  },
  'str-entries': {
    errno: ERRNO.ENOTSUPP,
    text: (_map: string, _entries: number) => 'direct value access on string failed',
    why: (map: string, entries: number) =>
      `constant strings lie in arrays with one entry, and ${map} has ${entries}`,
    fix: 'make the string a static const char array: it goes to .rodata',
  },
  'str-unterminated': {
    errno: ERRNO.EINVAL,
    text: (_n: number, _map: string) => 'string is not zero-terminated',
    why: (n: number, map: string) => `no NUL stands behind r${n} up to the end of the value of ${map}`,
    fix: 'end the string with a NUL, as C does with "text"',
  },
} as const satisfies MessageTable;
