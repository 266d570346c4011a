// Why a running program is stopped. A fault ends the run with r0 = 0; the host and the other programs go on.

/** Fault codes: the rule that was broken. */
export const FAULTS = {
  access: 'a program may touch its stack, its ctx and map values only',
  budget: 'a run may execute so many insns, tail calls included',
  frames: 'a program may call 8 functions deep',
  insn: 'the bytes at pc are no insn that the machine runs',
  map: 'the helper takes another map',
  func: 'a helper calls functions of the program only, and those make no tail call',
  field: 'the helper takes the address of a field of one kind in a map value or object',
  object: 'the helper takes an object of the right type that is still there',
  lock: 'a program takes a lock that is free, and lets go of the one it took last',
  owed: 'what a program is lent on condition, it gives back before it ends',
  dynptr: 'a dynptr is one that a helper made, and names memory of the program',
  ctx: 'the insn takes the ctx that the program was started with',
  packet: 'only a program of a packet hook may load from the packet',
  trap: 'generated code does nothing that WebAssembly stops: this is a bug of the JIT',
  size: 'a memory argument is at most 512 MiB long',
} as const satisfies Record<string, string>;
export type FaultCode = keyof typeof FAULTS;

/** Thrown inside of a run and caught at its end: it never leaves the engine. */
export class RunFault extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string) {
    super(message);
    this.name = 'RunFault';
    this.code = code;
  }
}

/** The address of a fault as people write it. */
export function hexAddress(address: bigint): string {
  return `0x${BigInt.asUintN(64, address).toString(16)}`;
}
