// Why programs are refused: the stack.
import { ERRNO } from '../../errno.ts';
import { bytesWords } from './plain-words.ts';
import type { MessageTable } from './row.ts';

const LIMITS = 'a function has 512 bytes of stack, from r10-512 to r10-1';
const IN_LIMITS =
  'keep the whole access between r10-512 and r10-1; what needs more room belongs into a map (a per-CPU array with one entry)';
const whereIs = (reg: number, off: number, bytes: number): string =>
  `${LIMITS}; ${bytesWords(bytes)} at ${off} from where r${reg} was taken are not all within it`;
const whereMayBe = (reg: number, off: number, bytes: number): string =>
  `${LIMITS}; r${reg} was moved by a number that is not known when the program is loaded, and for some of its values ${bytesWords(bytes)} at ${off} behind it are not all within it`;

export const STACK_MESSAGES = {
  'stack-bounds': {
    errno: ERRNO.EACCES,
    text: (doing: string, reg: number, off: number, bytes: number) =>
      `invalid ${doing} stack R${reg} off=${off} size=${bytes}`,
    why: (_doing: string, reg: number, off: number, bytes: number) => whereIs(reg, off, bytes),
    fix: IN_LIMITS,
  },
  'stack-end': {
    errno: ERRNO.EINVAL,
    text: (doing: string, reg: number, off: number, bytes: number) =>
      `invalid ${doing} stack R${reg} off=${off} size=${bytes}`,
    why: (_doing: string, reg: number, off: number, bytes: number) => whereIs(reg, off, bytes),
    fix: 'begin deeper, or take fewer bytes: the access must end at r10-1',
  },
  'stack-bounds-variable': {
    errno: ERRNO.EACCES,
    text: (doing: string, reg: number, varOff: string, off: number, bytes: number) =>
      `invalid variable-offset ${doing} stack R${reg} var_off=${varOff} off=${off} size=${bytes}`,
    why: (_doing: string, reg: number, _varOff: string, off: number, bytes: number) =>
      whereMayBe(reg, off, bytes),
    fix: 'compare the index with the number of elements, or mask it, before it is added to the stack pointer',
  },
  'stack-end-variable': {
    errno: ERRNO.EINVAL,
    text: (doing: string, reg: number, varOff: string, off: number, bytes: number) =>
      `invalid variable-offset ${doing} stack R${reg} var_off=${varOff} off=${off} size=${bytes}`,
    why: (_doing: string, reg: number, _varOff: string, off: number, bytes: number) =>
      whereMayBe(reg, off, bytes),
    fix: 'make the largest index smaller: the last byte of the access must lie at r10-1 or below',
  },
  'stack-unbounded': {
    errno: ERRNO.EACCES,
    text: (doing: string, reg: number) => `invalid unbounded variable-offset ${doing} stack R${reg}`,
    why: (_doing: string, reg: number) =>
      `r${reg} was moved by a number that has no useful bound, so that the access could be anywhere`,
    fix: 'compare the index with its bounds, or mask it, before it is added to the stack pointer',
  },
  'stack-variable': {
    errno: ERRNO.EACCES,
    text: (varOff: string, off: number, bytes: number) =>
      `variable offset stack pointer cannot be passed into helper function; var_off=${varOff} off=${off} size=${bytes}`,
    why: 'an atomic insn on the stack needs a place that is known, and this pointer was moved by a number that is not',
    fix: 'use a constant offset, or load, change and store the value: nobody else sees the stack',
  },
  'stack-empty': {
    errno: ERRNO.EACCES,
    text: (_reg: number) => 'invalid zero-sized read',
    why: (reg: number) => `the callee takes at least one byte behind r${reg}, and the size is 0`,
    fix: 'pass a size of at least 1',
  },
  'stack-read': {
    errno: ERRNO.EACCES,
    text: (off: number, at: number, bytes: number) =>
      `invalid read from stack off ${off}+${at} size ${bytes}`,
    why: (off: number, at: number) =>
      `the byte at r10${off + at} belongs to an object of the kernel (a dynptr, an iterator or a saved interrupt flag), which programs do not read`,
    fix: 'use the functions that are made for this object, or keep your data elsewhere on the stack',
  },
  'stack-range': {
    errno: ERRNO.EACCES,
    text: (reg: number, off: number, at: number, bytes: number) =>
      `invalid read from stack R${reg} off ${off}+${at} size ${bytes}`,
    why: (reg: number, off: number, at: number, bytes: number) =>
      `of the ${bytes} bytes behind r${reg} the one at r10${off + at} belongs to an object of the kernel (a dynptr, an iterator or a saved interrupt flag)`,
    fix: 'hand over memory that holds no such object, or give the object back first',
  },
  'stack-range-variable': {
    errno: ERRNO.EACCES,
    text: (reg: number, varOff: string, at: number, bytes: number) =>
      `invalid read from stack R${reg} var_off ${varOff}+${at} size ${bytes}`,
    why: (reg: number) =>
      `for some values of its index r${reg} points at an object of the kernel (a dynptr, an iterator or a saved interrupt flag)`,
    fix: 'bound the index so that it stays within your own data, or keep the object elsewhere',
  },
  'dynptr-filled': {
    errno: ERRNO.EACCES,
    text: (off: number) => `potential write to dynptr at off=${off} disallowed`,
    why: (off: number) => `the callee would fill memory that holds a dynptr, at r10${off}`,
    fix: 'pass memory that does not overlap the dynptr',
  },
  'fill-size': {
    errno: ERRNO.EACCES,
    text: () => 'invalid size of register fill',
    why: 'a pointer was stored here; it is loaded as a whole, 8 bytes from its start, since a part of it points nowhere',
    fix: 'load all 8 bytes of the pointer, or overwrite the slot with data first',
  },
  'spill-size': {
    errno: ERRNO.EACCES,
    text: (_reg: number, _bytes: number) => 'invalid size of register spill',
    why: (reg: number, bytes: number) =>
      `r${reg} holds a pointer, and only ${bytes} of its 8 bytes would be stored; a part of a pointer points nowhere`,
    fix: 'store it with *(u64 *), at an offset that is a multiple of 8',
  },
  'spill-to-caller': {
    errno: ERRNO.EINVAL,
    text: (_reg: number) => 'cannot spill pointers to stack into stack frame of the caller',
    why: (reg: number) =>
      `r${reg} points into the stack of this function, which is gone when it returns; its caller must not find the pointer later`,
    fix: 'copy the data itself into the memory of the caller',
  },
} as const satisfies MessageTable;
