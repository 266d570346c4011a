// How a function begins and ends: registers, its stack, and what a program counts of itself.
import { STACK_BYTES } from '../../interp/frames.ts';
import { COUNTERS } from '../../kernel/prog.ts';
import { ADDRESS_HIGH } from '../../memory/linear.ts';
import { CELLS } from '../cells.ts';
import { ARGS, CTX_REG, LENGTH_REG, LOCAL_REGS, R0, SAVED } from './registers.ts';
import type { FuncWriter } from './func-writer.ts';

/** The parameter of a program that is the offset of its ctx. */
const CTX_PARAM = 0;
/** Longest part of the stack that is cleared by stores; more takes memory.fill, which is a call in engines of today. */
const STORED_BYTES = 256;
const WORD_BYTES = 8;
const ADDRESS_BITS = BigInt(ADDRESS_HIGH) << 32n;

/** Everything that comes before the first insn. */
export function writeEntry(f: FuncWriter): void {
  const { code, prog } = f;
  const { kind, used } = f.shape;
  code.mark(-1);
  if (kind !== 'sub') f.readInsns();
  if (used.stack) code.get(f.frame).i32(STACK_BYTES).op('i32_sub').set(f.stack);
  if (kind === 'prog') {
    if (f.begun !== undefined) code.get(f.insns).set(f.begun);
    f.bump(prog.countersAt + 8 * COUNTERS.runs);
    writeProgRegs(f);
  }
  if (f.base !== undefined) {
    if (kind === 'prog') f.setCell('i32_store', CELLS.base, () => code.get(f.frame));
    else f.loadRegs([R0, ...SAVED]);
    f.pushCell('i32_load', CELLS.base);
    code.set(f.base);
  }
  writeNarrow(f);
  clearStack(f);
}

/** What a program begins with: the address of the ctx, and for insns that run by themselves its length. */
function writeProgRegs(f: FuncWriter): void {
  const { code } = f;
  const { entry } = f.shape.used;
  if ((entry & (1 << CTX_REG)) !== 0) {
    code.get(CTX_PARAM).op('i64_extend_i32_u').i64(ADDRESS_BITS).op('i64_or');
    if (f.mode !== 'verified') code.i64(0).get(CTX_PARAM).op('select');
    f.setReg(CTX_REG);
  }
  if ((entry & (1 << LENGTH_REG)) === 0 || f.mode === 'verified') return;
  f.pushCell('i64_load32_u', CELLS.length);
  f.setReg(LENGTH_REG);
}

/** Cuts values that are narrow from the beginning. */
function writeNarrow(f: FuncWriter): void {
  const { code, shape, regs, lows } = f;
  for (let reg = 0; reg < LOCAL_REGS; reg++) {
    if ((shape.narrow.entry & (1 << reg)) === 0) continue;
    if (shape.kind !== 'prog') code.get(regs[reg]!).op('i32_wrap_i64');
    else if (reg === CTX_REG) code.get(CTX_PARAM);
    else if (reg === LENGTH_REG && f.mode === 'trusted') f.pushCell('i32_load', CELLS.length);
    else continue; // nothing is there
    code.set(lows[reg]!);
  }
}

/** Zeroes where the function may read before it writes. */
function clearStack(f: FuncWriter): void {
  const { code } = f;
  const { cleared } = f.shape.stack;
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
  const { kind } = f.shape;
  if (kind !== 'sub') f.saveInsns();
  if (kind === 'prog') writeBill(f);
  if (f.isChecked) {
    f.saveRegs(ARGS); // whoever called sees them, be it the program or the function that jumped to it
    f.setCell('i32_store', CELLS.exit, () => code.i32(f.site()));
  }
  f.pushReg(R0);
  if (kind === 'sub') f.pushCounted();
  code.op('return');
}

/** Charges the insns since the last charge to the program; CELLS.insns is true. */
export function writeBill(f: FuncWriter): void {
  f.addTo(f.prog.countersAt + 8 * COUNTERS.insns, () => pushUnbilled(f));
  f.setCell('i32_store', CELLS.charged, () => f.pushInsns());
}

/** An f64. All was charged when the program began; only programs that its subprograms jump to charge something before it ends. */
function pushUnbilled(f: FuncWriter): void {
  const { code, begun, shape } = f;
  if (begun !== undefined) {
    f.pushCounted();
    code.get(begun).op('i32_sub').op('f64_convert_i32_u');
  } else if (shape.kind === 'prog' && shape.isStraight) code.f64(f.lacks);
  else {
    f.pushInsns();
    f.pushCell('i32_load', CELLS.charged);
    code.op('i32_sub').op('f64_convert_i32_u');
  }
}
