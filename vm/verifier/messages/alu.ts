// Why programs are refused: registers, arithmetic, jumps.
import { CHECK_MESSAGES } from '../../check/messages.ts';
import { ERRNO } from '../../errno.ts';
import { typeWords } from './plain-words.ts';
import type { MessageTable } from './row.ts';

/** An argument that only `why` and `fix` use. */
type Unsaid<T> = T;

export const ALU_MESSAGES = {
  register: {
    ...CHECK_MESSAGES.register,
    fix: 'name one of r0 to r10; a compiler never writes others, so the program may be damaged',
  },
  'not-readable': {
    errno: ERRNO.EACCES,
    text: (reg: number) => `R${reg} !read_ok`,
    why: (reg: number) =>
      `r${reg} holds nothing that the program may read here: on this path nothing was written to it, or a call has cleared it (calls keep only r6 to r9)`,
    fix: (reg: number) =>
      `write a value to r${reg} on every path that leads here; keep what must survive a call in r6 to r9 or on the stack`,
  },
  'frame-pointer': {
    ...CHECK_MESSAGES['frame-pointer'],
    why: 'r10 holds the top of the stack for as long as a function runs, and nothing may be written to it',
    fix: 'copy r10 to another register, and change that: r2 = r10; r2 += -8',
  },
  'div-zero': {
    ...CHECK_MESSAGES['div-zero'],
    why: 'a constant divisor must not be 0 (a register may be: the quotient is then 0, and the remainder what was divided)',
    fix: 'divide by another constant, or leave the insn out',
  },
  shift: {
    errno: ERRNO.EINVAL,
    text: (bits: number, _width: Unsaid<number>) => `invalid shift ${bits}`,
    why: (bits: number, width: number) =>
      `a constant shift of a ${width}-bit register goes from 0 to ${width - 1} bits, and this one is by ${bits}`,
    fix: (_bits: number, width: number) => `shift by 0 to ${width - 1} bits`,
  },
  'pointer-32bit': {
    errno: ERRNO.EACCES,
    text: (reg: number) => `R${reg} 32-bit pointer arithmetic prohibited`,
    why: (reg: number) =>
      `pointers are 64 bits wide: 32-bit arithmetic (w${reg}) cuts off their upper half, and what is left points nowhere`,
    fix: (reg: number) => `use the 64-bit form of the insn, with r${reg}`,
  },
  'pointer-maybe-null': {
    errno: ERRNO.EACCES,
    text: (reg: number, type: string) =>
      `R${reg} pointer arithmetic on ${type} prohibited, null-check it first`,
    why: (_reg: number, type: string) =>
      `it is ${typeWords(type)} here; moved from 0 it would no longer be 0, and no later check could tell`,
    fix: 'compare the pointer with 0 as it came from the call or load, and move it where it is not null',
  },
  'pointer-fixed': {
    errno: ERRNO.EACCES,
    text: (reg: number, type: string) => `R${reg} pointer arithmetic on ${type} prohibited`,
    why: (_reg: number, type: string) =>
      `${typeWords(type)} is taken as it is: what lies at other places around it is not for programs${type === 'flow_keys' ? ' (it may be moved by a constant)' : ''}`,
    fix: 'use the pointer unchanged; where a field behind it is meant, give the offset in the load or store itself',
  },
  'pointer-distance': {
    errno: ERRNO.EINVAL,
    text: (type: string, value: bigint | number) =>
      `math between ${type} pointer and ${value} is not allowed`,
    why: (_type: string, value: bigint | number) =>
      `pointers are moved by less than 2^29 bytes at a time, so that no offset can overflow, and ${value} is more`,
    fix: 'check where the number comes from: an offset this large lies outside of everything that a program can reach',
  },
  'pointer-offset': {
    errno: ERRNO.EINVAL,
    text: (type: string, off: bigint | number) => `${type} pointer offset ${off} is not allowed`,
    why: (_type: string, off: bigint | number) =>
      `a pointer stays less than 2^29 bytes away from where it began, and this one would be ${off} bytes away`,
    fix: 'move the pointer by less: an offset this large lies outside of everything that a program can reach',
  },
  'pointer-unbounded': {
    errno: ERRNO.EINVAL,
    text: (type: string, _reg: Unsaid<number>) =>
      `math between ${type} pointer and register with unbounded min value is not allowed`,
    why: (type: string, reg: number) =>
      `a number${reg < 0 ? '' : ` (r${reg})`} is added to ${typeWords(type)}, and no lower end of it is known: as a signed number it may be anything below 0`,
    fix: (_type: string, reg: number) =>
      `say what the number can be before it is used as an offset: mask it (${nameOf(reg)} &= 0xff) or compare it (if ${nameOf(reg)} > 255 goto ...)`,
  },
  'pointer-range': {
    errno: ERRNO.EINVAL,
    text: (type: string, value: bigint | number) => `value ${value} makes ${type} pointer be out of bounds`,
    why: (_type: string, value: bigint | number) =>
      `the number that moves the pointer may be as small as ${value}, and pointers stay less than 2^29 bytes away from where they began`,
    fix: 'mask the number, or compare it with the largest offset that makes sense, before it is added',
  },
  'pointer-subtrahend': {
    errno: ERRNO.EACCES,
    text: (reg: number) => `R${reg} tried to subtract pointer from scalar`,
    why: 'a number minus a pointer is neither a number that means something nor a pointer',
    fix: 'swap the sides: subtract the number from the pointer, or a pointer from a pointer for their distance',
  },
  'stack-subtract': {
    errno: ERRNO.EACCES,
    text: (reg: number) => `R${reg} subtraction from stack pointer prohibited`,
    why: 'pointers to the stack are moved with += alone; engines that run the program count on that',
    fix: (reg: number) => `add the negative number: r${reg} += -8 in place of r${reg} -= 8`,
  },
  'pointer-bitwise': {
    errno: ERRNO.EACCES,
    text: (reg: number, sign: string) => `R${reg} bitwise operator ${sign} on pointer prohibited`,
    why: (_reg: number, sign: string) =>
      `a pointer is moved with += and -= only; after ${sign} nobody could say what it points at`,
    fix: 'do the bit arithmetic on the offset, as a number, and add that to the pointer',
  },
  'pointer-operator': {
    errno: ERRNO.EACCES,
    text: (reg: number, sign: string) => `R${reg} pointer arithmetic with ${sign} operator prohibited`,
    why: (_reg: number, sign: string) =>
      `a pointer is moved with += and -= only; after ${sign} nobody could say what it points at`,
    fix: 'do the arithmetic on the offset, as a number, and add that to the pointer',
  },
  'pointer-and-pointer': {
    errno: ERRNO.EACCES,
    text: (reg: number, sign: string) => `R${reg} pointer ${sign} pointer prohibited`,
    why: (_reg: number, sign: string) =>
      `both sides of ${sign} are pointers: only their difference (-=) means something, and it is a number of which nothing is known`,
    fix: 'check that the register on the right holds the number that was meant: it may have been overwritten, or never loaded through the pointer',
  },
  'callback-types': {
    errno: ERRNO.EINVAL,
    text: () => 'missing btf func_info',
    why: 'the address of a function is taken, and the program has no BTF that says what its functions are',
    fix: 'compile with -g, so that the object has a section .BTF.ext',
  },
  'callback-global': {
    errno: ERRNO.EINVAL,
    text: () => 'callback function not static',
    why: 'a function that is called back is verified for the very call that takes it, and only static functions are verified so',
    fix: 'declare the callback static',
  },
} as const satisfies MessageTable;

/** A register in a text; an immediate has no name. */
function nameOf(reg: number): string {
  return reg < 0 ? 'it' : `r${reg}`;
}
