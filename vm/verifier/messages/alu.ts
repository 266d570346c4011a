// Why programs are refused: registers, arithmetic, jumps.
import { ERRNO } from '../../errno.ts';
import type { MessageTable } from './row.ts';

export const ALU_MESSAGES = {
  'not-readable': {
    errno: ERRNO.EACCES,
    text: (reg: number) => `R${reg} !read_ok`,
    why: (reg: number) =>
      `r${reg} holds nothing that the program may read here: on this path nothing was written to it, or a call has left it undefined (calls keep only r6 to r9)`,
    fix: (reg: number) =>
      `write a value to r${reg} on every path that leads here; keep what must survive a call in r6 to r9 or on the stack`,
  },
} as const satisfies MessageTable;
