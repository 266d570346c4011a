// Registers that no program has: the engine puts there what an insn works on.

/** Where immediates are put, so that there is one form of each operation. */
export const IMM_REG = 11;
/** Where atomic insns keep what stood in memory. */
export const OLD_REG = 12;
/** How many there are, r0 to r10 included. */
export const REGS = 13;
