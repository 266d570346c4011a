// Why programs are refused: memory that callees are given, and its size.
import { ERRNO } from '../../errno.ts';
import { typeWords } from './plain-words.ts';
import type { MessageTable } from './row.ts';

export const CALLEE_MEMORY_MESSAGES = {
  'memory-type': {
    errno: ERRNO.EACCES,
    text: (reg: number, type: string) => `R${reg} type=${type} expected=fp`,
    why: (reg: number, type: string) =>
      `the callee takes memory, and r${reg} is ${typeWords(type)}: no memory that the program owns`,
    fix: 'pass a pointer to the stack, to a map value or to other memory',
  },
  'size-negative': {
    errno: ERRNO.EACCES,
    text: (reg: number, _min: bigint) =>
      `R${reg} min value is negative, either use unsigned or 'var &= const'`,
    why: (reg: number, min: bigint) => `r${reg} is a size, and may be as low as ${min} here`,
    fix: (reg: number) =>
      `make it unsigned and bound it: mask it (r${reg} &= 63), or leave when it is larger than the memory`,
  },
  'size-zero': {
    errno: ERRNO.EACCES,
    text: (reg: number, min: bigint, max: bigint) =>
      `R${reg} invalid zero-sized read: u64=[${BigInt.asIntN(64, min)},${BigInt.asIntN(64, max)}]`,
    why: (reg: number) => `r${reg} is a size that this callee does not take as 0, and it may be 0 here`,
    fix: (reg: number) => `leave when it is 0: if (r${reg} == 0) return`,
  },
  'size-unbounded': {
    errno: ERRNO.EACCES,
    text: (reg: number) => `R${reg} unbounded memory access, use 'var &= const' or 'if (var < const)'`,
    why: (reg: number) => `r${reg} is a size, and has no useful upper bound here`,
    fix: (reg: number) => `bound it by the size of the memory: r${reg} &= 63, or if (r${reg} > 64) return`,
  },
} as const satisfies MessageTable;
