// The registers that the task entered the kernel with, written by generated code from the columns of a row: where a ctx points at them, so that programs read
// them without asking JavaScript. Where the task goes on, and its stack, and the registers of i386 calls JavaScript writes, when somebody asks.
import type { HookCtx } from '../../kernel/hook-fills.ts';
import { TASK_REGS } from '../../kernel/kernel-memory.ts';
import { ARG_REGS, AUDIT_ARCH_I386, NO_RESULT, PT_REGS, type PtReg } from '../../kernel/pt-regs.ts';
import { CELLS } from '../cells.ts';
import { READABLE_ROW, READABLE_ROWS } from '../inline/readable.ts';
import type { CodeWriter, Local } from '../wasm/code-writer.ts';
import { rowIn, writeConstants, writeStep } from './fill-code.ts';
import { BATCH } from './layout.ts';

/** The last row of what the kernel may read: events whose ctx points at the registers have no other use for it. */
const PLACE = CELLS.readable + (READABLE_ROWS - 1) * READABLE_ROW.size;
const WORDS = PLACE + READABLE_ROW.words;
/** Cells that are written for the registers, 8 bytes each. */
export const REGS_CELLS: readonly number[] = [PLACE, WORDS];

/** Bytes that are written: what stands behind them only some recordings tell of. */
const BYTES = PT_REGS.rip;
const ARGS = ARG_REGS.native;
const KNOWN: readonly PtReg[] = [...ARGS, 'rax', 'orig_rax'];
const KNOWN_WORDS = KNOWN.reduce((bits, reg) => bits | (1n << BigInt(PT_REGS[reg] / 8)), 0n);
const BETWEEN = (Object.keys(PT_REGS) as PtReg[]) // of a table that nothing is added to
  .filter((reg) => PT_REGS[reg] < BYTES && !KNOWN.includes(reg));

const placeOf = (reg: PtReg): number => TASK_REGS.start + PT_REGS[reg];

/** Writes the registers, and that they can be read: before each run, as JavaScript may have written more of them. Of i386 calls: that they cannot. */
export function writeRegs(code: CodeWriter, row: Local, regs: NonNullable<HookCtx['regs']>): void {
  writeConstants(code, [{ at: PLACE, bytes: 8, value: 0n }]);
  rowIn(code, row, 'audit').mem('i32_load', BATCH.audit).i32(AUDIT_ARCH_I386).op('i32_ne').if();
  for (const [first, reg] of ARGS.entries()) {
    writeStep(code, row, { kind: 'args', at: placeOf(reg), first, count: 1 });
  }
  writeStep(code, row, { kind: 'long_nr', at: placeOf('orig_rax') });
  if (regs === 'left') writeStep(code, row, { kind: 'ret', at: placeOf('rax') });
  const rax = regs === 'left' ? [] : [{ at: placeOf('rax'), bytes: 8 as const, value: NO_RESULT }];
  const between = BETWEEN.map((reg) => ({ at: placeOf(reg), bytes: 8 as const, value: 0n }));
  const place = (BigInt(BYTES) << 32n) | BigInt(TASK_REGS.start);
  writeConstants(code, [
    ...rax,
    ...between,
    { at: WORDS, bytes: 8, value: KNOWN_WORDS },
    { at: PLACE, bytes: 8, value: place },
  ]);
  code.end();
}
