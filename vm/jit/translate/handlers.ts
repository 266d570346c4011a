// Writes one insn: by kind of operation.
import { OP_LIST, type Op } from '../../isa/ops.ts';
import { writeAlu, writeMovsx, writeNeg, writeSwap } from './alu.ts';
import { writeAtomic } from './atomics.ts';
import { CALLS } from './calls.ts';
import { writeExit } from './frame.ts';
import type { FuncWriter } from './func-writer.ts';
import { writeGoto, writeJump } from './jumps.ts';
import { writeLoad, writeStore } from './memory.ts';
import { writePacketLoad } from './packet.ts';

type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;

/** How each kind is written. Jumps leave their condition, and where they lead is the structure's business. */
const WRITE = {
  alu: writeAlu,
  neg: writeNeg,
  movsx: writeMovsx,
  swap: writeSwap,
  load: (f, { size, signed }) => writeLoad(f, size, signed),
  store: writeStore,
  atomic: writeAtomic,
  // One thread runs everything: what is done in order needs no fence.
  acquire: (f, { size }) => writeLoad(f, size, false),
  release: (f, { size }) => writeStore(f, { size, source: 'reg' }),
  cast: (f) => f.fault('insn'),
  wide(f) {
    const { dst, imm64 } = f.prog.code;
    f.code.i64(imm64[f.pc]!);
    f.setReg(dst[f.pc]!);
    f.numbers[dst[f.pc]!] = imm64[f.pc]!;
  },
  packet: writePacketLoad,
  jump: writeJump,
  goto: writeGoto,
  call: (f, { call }) => CALLS[call](f),
  exit: writeExit,
} as const satisfies { readonly [K in Op['kind']]: (f: FuncWriter, op: OpOf<K>) => void };

/** Writes the insn at `f.pc`. What is no insn ends the run when it is reached. */
export function writeInsn(f: FuncWriter): void {
  const op = OP_LIST[f.prog.code.op[f.pc]!];
  if (op === undefined) {
    f.fault('insn');
    return;
  }
  if (f.shape.skipped.has(f.pc)) {
    f.numbers[f.prog.code.dst[f.pc]!] = undefined;
    return;
  }
  const write = WRITE[op.kind] as (f: FuncWriter, op: Op) => void; // each row takes the ops of its own kind, and op is of that kind
  write(f, op);
}
