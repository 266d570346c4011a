// Why programs are refused: the graph of a program, the depth of its stack, and what precision needs.
import { ERRNO } from '../../errno.ts';
import type { MessageTable } from './row.ts';

export const FLOW_MESSAGES = {
  'precision-bug': {
    errno: ERRNO.EFAULT,
    text: (what: string) => `verifier bug: ${what}`,
    why: 'the verifier walks back from a number whose exact value it used, to where the number came from. Linux 6.18 gives up on this way through the program: it takes it for its own mistake and refuses the program',
    fix: 'let the number not depend on what happens across this call: check its bounds again behind the call, or keep the call out of the callback',
  },
} as const satisfies MessageTable;
