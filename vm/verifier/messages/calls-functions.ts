// Why programs are refused: calls of their own functions, and functions that are called back.
import { ERRNO } from '../../errno.ts';
import { rangeWords } from './plain-words.ts';
import type { MessageTable } from './row.ts';

export const FUNCTIONS_MESSAGES = {
  'call-locked': {
    errno: ERRNO.EINVAL,
    text: () => 'function calls are not allowed while holding a lock',
    why: 'while a lock is held nothing may be called but what gives it back: whatever else runs could take long, or take the same lock',
    fix: 'do the call before bpf_spin_lock or behind bpf_spin_unlock',
  },
  'call-depth': {
    errno: ERRNO.E2BIG,
    text: (frames: number) => `the call stack of ${frames} frames is too deep`,
    why: (frames: number) =>
      `on this path ${frames} functions would be under way at a time, the program itself included, and there may be 8`,
    fix: 'call less deeply: let the compiler inline (static __always_inline), or return before the next is called',
  },
  'call-global-locked': {
    errno: ERRNO.EINVAL,
    text: (_name: string) =>
      'global function calls are not allowed while holding a lock,\nuse static function instead',
    why: (name: string) =>
      `${name} is global, so it is verified on its own, where nobody knows of the lock that is held here`,
    fix: (name: string) => `make ${name} static`,
  },
  'call-global-sleeps': {
    errno: ERRNO.EINVAL,
    text: (_name: string) =>
      'global functions that may sleep are not allowed in non-sleepable context,\ni.e., in a RCU/IRQ/preempt-disabled section, or in\na non-sleepable BPF program context',
    why: (name: string) => `${name} calls something that may wait, and here nothing may wait`,
    fix: (name: string) => `call ${name} outside of the section, from a sleepable program`,
  },
  'return-stack': {
    errno: ERRNO.EINVAL,
    text: () => 'cannot return stack pointer to the caller',
    why: 'r0 points to a stack, and the stack of a function is gone when it returns',
    fix: 'return a number, or fill memory that the caller gives',
  },
  'callback-pointer': {
    errno: ERRNO.EACCES,
    text: () => 'R0 not a scalar value',
    why: 'a function that is called back tells by a number whether to go on (0) or to stop (1), and r0 is a pointer',
    fix: 'return 0 or 1',
  },
  'callback-result': {
    errno: ERRNO.EINVAL,
    text: (has: string, min: number, max: number) =>
      `At callback return the register R0 has ${has} should have been in [${min}, ${max}]`,
    why: (has: string, min: number, max: number) =>
      `a function that is called back must return a number from ${min} to ${max}; of r0 is known: ${rangeWords(has)}`,
    fix: (_has: string, min: number, max: number) =>
      min === max ? `return ${min}` : 'return 0 to go on, 1 to stop',
  },
} as const satisfies MessageTable;
