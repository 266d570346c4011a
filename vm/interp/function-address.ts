// Addresses of a program's own functions, as a wide insn with src 4 loads them for helpers that call back. They look like the kernel's modules,
// 0xffffffff_c0000000 and up, and nobody can read there.

/** Upper half of the address, as an int32. */
const FUNCTION_HIGH = -1;
const FUNCTION_BASE = 0xc000_0000;

/** The address of the function that begins at `pc` of the running program: u64. */
export function functionAddress(pc: number): bigint {
  return (0xffff_ffffn << 32n) | BigInt(FUNCTION_BASE + pc);
}

/** The pc that an address in halves (int32) stands for; -1 when it is no function of a program with `count` slots. */
export function functionPc(low: number, high: number, count: number): number {
  const pc = (low >>> 0) - FUNCTION_BASE;
  return high === FUNCTION_HIGH && pc >= 0 && pc < count ? pc : -1;
}
