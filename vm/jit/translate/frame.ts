// How a function begins and ends: registers, its stack, and what a program counts of itself.
import { STACK_BYTES } from '../../interp/frames.ts';
import { COUNTERS } from '../../kernel/prog.ts';
import { ADDRESS_HIGH } from '../../memory/linear.ts';
import { CELLS } from '../cells.ts';
import { ARGS, SAVED } from './kernel-call.ts';
import type { FuncWriter } from './func-writer.ts';

const CTX_REG = 1;
const LENGTH_REG = 2;
/** The parameter of a program that is the offset of its ctx. */
const CTX_PARAM = 0;
/** Longest part of the stack that is cleared by stores; more takes memory.fill, which is a call in engines of today. */
const STORED_BYTES = 256;
const WORD_BYTES = 8;

/** Everything that comes before the first insn. */
export function writeEntry(f: FuncWriter): void {
  const { code, prog, kind } = f;
  code.mark(-1);
  f.readInsns();
  code.get(f.frame).i32(STACK_BYTES).op('i32_sub').set(f.stack);
  if (kind === 'prog') {
    f.bump(prog.countersAt + 8 * COUNTERS.runs);
    writeProgRegs(f);
    if (f.isChecked) f.setCell('i32_store', CELLS.base, () => code.get(f.frame));
  } else if (f.isChecked) f.loadRegs([0, ...SAVED]);
  if (f.isChecked && kind === 'sub') {
    f.pushCell('i32_load', CELLS.base);
    code.set(f.base);
  } else if (f.isChecked) code.get(f.frame).set(f.base);
  clearStack(f);
}

function writeProgRegs(f: FuncWriter): void {
  const { code } = f;
  const high = BigInt(ADDRESS_HIGH) << 32n;
  code.get(CTX_PARAM).op('i64_extend_i32_u').i64(high).op('i64_or');
  if (f.mode !== 'verified') code.i64(0).get(CTX_PARAM).op('select');
  f.setReg(CTX_REG);
  if (f.mode === 'verified') return;
  f.pushCell('i64_load32_u', CELLS.length);
  f.setReg(LENGTH_REG);
}

/** Zeroes where the function may read before it writes. */
function clearStack(f: FuncWriter): void {
  const { code } = f;
  const { cleared } = f.plan;
  const first = cleared[0];
  if (first === undefined) return;
  const bytes = cleared.at(-1)! + WORD_BYTES - first;
  if (cleared.length * WORD_BYTES > STORED_BYTES) {
    code.get(f.stack);
    code
      .i32(first + STACK_BYTES)
      .op('i32_add')
      .i32(0)
      .i32(bytes)
      .fill();
    return;
  }
  for (const off of cleared)
    code
      .get(f.stack)
      .i64(0)
      .mem('i64_store', off + STACK_BYTES);
}

/** Leaves the function with r0. */
export function writeExit(f: FuncWriter): void {
  const { code } = f;
  f.saveInsns();
  if (f.kind === 'prog') writeBill(f);
  else if (f.isChecked) f.saveRegs(ARGS);
  f.pushReg(0);
  code.op('return');
}

/** Charges the insns since the last charge to the program; CELLS.insns is true. */
export function writeBill(f: FuncWriter): void {
  const { code, prog } = f;
  f.addTo(prog.countersAt + 8 * COUNTERS.insns, () => {
    f.pushInsns();
    f.pushCell('i32_load', CELLS.charged);
    code.op('i32_sub').op('f64_convert_i32_u');
  });
  f.setCell('i32_store', CELLS.charged, () => f.pushInsns());
}
