// Why programs are refused: walk.
import { ERRNO } from '../../errno.ts';
import type { MessageTable } from './row.ts';

export const WALK_MESSAGES = {
  'too-long': {
    errno: ERRNO.E2BIG,
    text: (insns: number) => `BPF program is too large. Processed ${insns} insn`,
    why: (insns: number) =>
      `the verifier walks every path, loops round by round, and stops after ${insns - 1} insns: this program has more paths, or rounds, than that`,
    fix: 'give loops a smaller bound, or leave them to bpf_loop, an iterator or may_goto, whose body is walked a few times only; make fewer branches whose outcomes all have to be followed, for example with functions that are global',
  },
  'jump-sequence': {
    errno: ERRNO.EFAULT,
    text: (paths: number) => `The sequence of ${paths} jumps is too complex.`,
    why: (paths: number) =>
      `each conditional jump that may go both ways leaves one way to be walked later, and ${paths} of them wait on this one path: 8192 may`,
    fix: 'split the long chain of comparisons: look the value up in a map, or put parts into functions that are global',
  },
  'path-sequence': {
    errno: ERRNO.ENOMEM,
    text: (paths: number) => `The sequence of ${paths} jumps is too complex.`,
    why: (paths: number) =>
      `each call of a callback, each round over an iterator and each may_goto leaves a path to be walked later, as does each conditional jump that may go both ways, and ${paths} of them wait on this one path: 8192 may`,
    fix: 'do not stand it in a loop that counts: let the callback, the iterator or may_goto itself be the loop',
  },
  'jump-sequence-async': {
    errno: ERRNO.EFAULT,
    text: (paths: number) => `The sequence of ${paths} jumps is too complex for async cb.`,
    why: (paths: number) =>
      `each callback that runs later is walked later, as is each way of a jump that is not taken first, and ${paths} of them wait: 8192 may`,
    fix: 'set callbacks in fewer places, or make fewer branches before them',
  },
  'walk-memory': {
    errno: ERRNO.ENOMEM,
    text: (_what: string, _mebibytes: number) => '', // the kernel says nothing when it runs out of memory
    why: (what: string, mebibytes: number) =>
      `the verifier keeps what it knows at many points of the program, to compare later paths with it: the ${what} of this one take more than ${mebibytes} MiB`,
    fix: 'give references back before more are taken; call large functions from fewer places, or make them global, so that they are verified once',
  },
  'infinite-loop': {
    errno: ERRNO.EINVAL,
    text: (pc: number) => `infinite loop detected at insn ${pc}`,
    why: (pc: number) =>
      `the path comes back to insn ${pc} with all registers and the stack as they were the time before: nothing that it did brings the loop nearer to its end`,
    fix: 'change a value in each round, and compare it with a constant bound; what is compared must be a number that the verifier can follow, not one read from memory each time',
  },
} as const satisfies MessageTable;
