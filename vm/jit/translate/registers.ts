// Registers by what they are for.

/** Where results are. */
export const R0 = 0;
/** Registers that carry arguments, and those that a function leaves as they were. */
export const ARGS = [1, 2, 3, 4, 5] as const;
export const SAVED = [6, 7, 8, 9] as const;
/** All that an insn can name. */
export const ALL_REGS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
/** Registers that are locals: r0 to r9. */
export const LOCAL_REGS = 10;
/** What a program begins with: its ctx, and for insns that run by themselves the length of it. */
export const CTX_REG = 1;
export const LENGTH_REG = 2;
/** What packet loads find the ctx in. */
export const PACKET_CTX_REG = 6;
export const TAIL_CALL_ARGS = { ctx: 1, array: 2, index: 3 } as const;
