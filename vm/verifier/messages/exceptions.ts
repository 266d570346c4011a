// Why programs are refused: exceptions, and the function that is called for them.
import { ERRNO } from '../../errno.ts';
import type { MessageTable } from './row.ts';

export const EXCEPTION_MESSAGES = {
  'exception-tags': {
    errno: ERRNO.EEXIST,
    text: () => 'multiple exception callback tags for main subprog',
    why: 'the program has more than one tag exception_callback, and just one function can be called when it throws',
    fix: 'leave one __exception_cb(...) in front of the program',
  },
  'exception-unknown': {
    errno: ERRNO.ENOENT,
    text: (name: string) => `exception callback '${name}' could not be found in BTF`,
    why: (name: string) =>
      `the program is to call ${name} when it throws, and the types of the object tell of no such function`,
    fix: (name: string) => `write a function ${name}, and do not let the compiler take it out: __noinline`,
  },
  'exception-linkage': {
    errno: ERRNO.EINVAL,
    text: (name: string) => `exception callback '${name}' must have global linkage`,
    why: (name: string) => `${name} is verified on its own, for any number, so it must be a global function`,
    fix: (name: string) => `take the word static from ${name}`,
  },
  'exception-no-info': {
    errno: ERRNO.EINVAL,
    text: (_name: string) => 'exception callback type id not found in func_info',
    why: (name: string) => `${name} is not one of the functions of this program`,
    fix: (name: string) => `have ${name} in the object: __noinline, in the section .text`,
  },
  'exception-main': {
    errno: ERRNO.EINVAL,
    text: (_name: string) => 'invalid exception callback insn_off in func_info: 0',
    why: (name: string) => `${name} is the program itself, which cannot be what is called when it throws`,
    fix: 'write a function of its own for that',
  },
  'exception-called': {
    errno: ERRNO.EINVAL,
    text: (pc: number) => `insn ${pc} cannot call exception cb directly`,
    why: 'the function that is called when the program throws runs in the place of its end: nothing could come back from it',
    fix: 'call bpf_throw, or move what both need into a third function',
  },
  'exception-tail-call': {
    errno: ERRNO.EINVAL,
    text: () => 'cannot tail call within exception cb',
    why: 'the function that is called when the program throws must return: another program cannot take its place',
    fix: 'make the tail call before anything is thrown',
  },
  'throw-in-callback': {
    errno: ERRNO.EINVAL,
    text: (pc: number, subprog: number) =>
      `bpf_throw kfunc (insn ${pc}) cannot be called from callback subprog ${subprog}`,
    why: 'a function that a helper calls must return to that helper, which would be left in the middle of its work otherwise',
    fix: 'return 1 from the callback, and throw once the helper has returned',
  },
} as const satisfies MessageTable;
