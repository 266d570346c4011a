// Loads and stores.
// @see RFC 9669 sections 5.1 and 5.2
import { SIZES, type SizeName } from '../../isa/opcodes.ts';
import type { Op } from '../../isa/ops.ts';
import { ADDRESS_HIGH } from '../../memory/linear.ts';
import { CELLS } from '../cells.ts';
import type { MemoryOp, PlainOp } from '../wasm/ops.ts';
import { accessOf } from './access.ts';
import { holeBits } from './ctx-fields.ts';
import type { FuncWriter } from './func-writer.ts';
import { regCell } from './reg-writer.ts';
import { constantLoad } from './known-loads.ts';

interface Ops {
  readonly unsigned: MemoryOp;
  readonly signed: MemoryOp;
  readonly store: MemoryOp;
}

/** Wasm's loads into an i64, and stores of one. */
// oxfmt-ignore
export const LOADS = {
  b:  { unsigned: 'i64_load8_u',  signed: 'i64_load8_s',  store: 'i64_store8'  },
  h:  { unsigned: 'i64_load16_u', signed: 'i64_load16_s', store: 'i64_store16' },
  w:  { unsigned: 'i64_load32_u', signed: 'i64_load32_s', store: 'i64_store32' },
  dw: { unsigned: 'i64_load',     signed: 'i64_load',     store: 'i64_store'   },
} as const satisfies Record<SizeName, Ops>;

/** The same for an i32, as far as that holds it; what is stored whole is never narrow. */
// oxfmt-ignore
const NARROW = {
  b:  { unsigned: 'i32_load8_u',  signed: 'i32_load8_s',  store: 'i32_store8'  },
  h:  { unsigned: 'i32_load16_u', signed: 'i32_load16_s', store: 'i32_store16' },
  w:  { unsigned: 'i32_load',     signed: 'i32_load',     store: 'i32_store'   },
  dw: { unsigned: 'i32_load',     signed: 'i32_load',     store: 'i64_store'   },
} as const satisfies Record<SizeName, Ops>;

/** What makes the number in a local one with a sign. */
const EXTEND = {
  b: 'i64_extend8_s',
  h: 'i64_extend16_s',
  w: 'i64_extend32_s',
} as const satisfies Partial<Record<SizeName, PlainOp>>;

/** dst = *(src + off). */
export function writeLoad(f: FuncWriter, size: SizeName, signed: boolean): void {
  const { code, prog } = f;
  const slot = f.slot();
  if (slot !== undefined) {
    code.get(slot);
    if (signed && size !== 'dw') code.op(EXTEND[size]);
    f.setReg(prog.code.dst[f.pc]!);
    return;
  }
  const src = prog.code.src[f.pc]!;
  const off = prog.code.off[f.pc]!;
  const dst = prog.code.dst[f.pc]!;
  const { bytes } = SIZES[size];
  const constant = constantLoad(f, bytes, signed);
  if (constant !== undefined) {
    code.i64(constant);
    f.setReg(dst);
    f.numbers[dst] = constant;
    return;
  }
  const load = LOADS[size][signed ? 'signed' : 'unsigned'];
  const bare = (op: MemoryOp = load): void => {
    const offset = f.pushAddress(src, off);
    code.mem(op, offset);
  };
  const access = accessOf(prog, f.mode, f.pc, false);
  const isPlace = access === 'bare' || access === 'plain' || access === 'pointer';
  if (isPlace && f.writesNarrow(dst)) {
    bare(NARROW[size][signed ? 'signed' : 'unsigned']);
    f.setLow(dst);
    return;
  }
  switch (access) {
    case 'bare':
    case 'plain':
      bare();
      break;
    case 'pointer':
      bare();
      code.i64(BigInt(ADDRESS_HIGH) << 32n).op('i64_or');
      break;
    case 'holes':
      f.pushCell('i32_load', CELLS.ctxHoles);
      code.i32(holeBits(off, bytes)).op('i32_and').if('i64');
      slow(f, src, load, bytes === 4 && !signed);
      code.else();
      bare();
      code.end();
      break;
    case 'reach':
    case 'load':
      slow(f, src, load, access === 'load');
      break;
  }
  f.setReg(dst);
}

/** Leaves what the engine finds. */
function slow(f: FuncWriter, reg: number, load: MemoryOp, isLoad: boolean): void {
  if (isLoad) {
    askEngine(f, reg, 'js:load');
    f.pushCell('i64_load', regCell(0));
  } else {
    askEngine(f, reg, 'js:reach');
    f.code.mem(load, 0);
  }
}

function askEngine(f: FuncWriter, reg: number, name: 'js:load' | 'js:reach'): void {
  f.leave();
  f.code.i32(f.site());
  f.pushLow(reg);
  f.pushHigh(reg);
  f.js(name);
}

/** Leaves the address, i32, that the running insn reads and writes; the offset to add to it. */
export function pushPlace(f: FuncWriter): number {
  const { dst, off } = f.prog.code;
  const reg = dst[f.pc]!;
  const access = accessOf(f.prog, f.mode, f.pc, true);
  if (access === 'bare' || access === 'plain') return f.pushAddress(reg, off[f.pc]!);
  askEngine(f, reg, 'js:reach');
  return 0;
}

/** *(dst + off) = src or imm. */
export function writeStore(
  f: FuncWriter,
  { size, source }: Pick<Extract<Op, { kind: 'store' }>, 'size' | 'source'>,
): void {
  const { code, prog } = f;
  const { src, imm64 } = prog.code;
  const slot = f.slot();
  if (slot !== undefined) {
    const bits = 8 * SIZES[size].bytes;
    if (source === 'imm') code.i64(BigInt.asUintN(bits, imm64[f.pc]!));
    else {
      f.pushReg(src[f.pc]!);
      if (bits < 64) code.i64(BigInt.asUintN(bits, -1n)).op('i64_and');
    }
    code.set(slot);
    return;
  }
  const offset = pushPlace(f);
  const isNarrow = source === 'reg' && f.readsNarrow(src[f.pc]!);
  if (source === 'imm') code.i64(imm64[f.pc]!);
  else if (isNarrow) f.pushLow(src[f.pc]!);
  else f.pushReg(src[f.pc]!);
  code.mem((isNarrow ? NARROW : LOADS)[size].store, offset);
}
