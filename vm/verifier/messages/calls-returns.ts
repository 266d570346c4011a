// Why programs are refused: their results.
import { ERRNO } from '../../errno.ts';
import { rangeWords, typeWords } from './plain-words.ts';
import type { MessageTable } from './row.ts';

export const RETURNS_MESSAGES = {
  'return-range': {
    errno: ERRNO.EINVAL,
    text: (n: number, where: string, has: string, min: number, max: number) =>
      `${where} the register R${n} has ${has} should have been in [${min}, ${max}]`,
    why: (n: number, _where: string, has: string, min: number, max: number) =>
      `the kernel acts on the result of a program of this type, which must be from ${min} to ${max}; of r${n} is known: ${rangeWords(has)}`,
    fix: (_n: number, _where: string, _has: string, min: number, max: number) =>
      min === max
        ? `return ${min} on every path`
        : `return a number from ${min} to ${max} on every path: a constant, or one that was compared with both ends`,
  },
  'return-pointer': {
    errno: ERRNO.EINVAL,
    text: (n: number, where: string, type: string) =>
      `${where} the register R${n} is not a known value (${type})`,
    why: (n: number, _where: string, type: string) =>
      `the result of a program of this type must be a number within bounds, and r${n} is ${typeWords(type)}`,
    fix: 'return a number',
  },
  'return-subprog': {
    errno: ERRNO.EINVAL,
    text: (n: number, type: string) =>
      `At subprogram exit the register R${n} is not a scalar value (${type})`,
    why: (n: number, type: string) =>
      `a global function returns a number to whoever calls it, and r${n} is ${typeWords(type)}`,
    fix: 'return a number; a function that returns a pointer must be static',
  },
} as const satisfies MessageTable;
