// Arithmetic and moves. What 32-bit operations leave in the upper half is 0. Wasm masks the distance of a shift as eBPF does.
// @see RFC 9669 section 4.1
import { MOVSX, type AluName, type SourceName } from '../../isa/opcodes.ts';
import type { Op, SwapBits } from '../../isa/ops.ts';
import type { PlainOp } from '../wasm/ops.ts';
import type { FuncWriter } from './func-writer.ts';
import { LOW_OF_LOW } from './operands.ts';

type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;
type Width = '32' | '64';

/** Operations that are one of Wasm's, by width. Divisions and mov are not. */
// oxfmt-ignore
const BINARY = {
  add:  'add',
  sub:  'sub',
  mul:  'mul',
  or:   'or',
  and:  'and',
  xor:  'xor',
  lsh:  'shl',
  rsh:  'shr_u',
  arsh: 'shr_s',
} as const satisfies Partial<Record<AluName, string>>;

/** Divisions: Wasm's, and whether the result is a quotient. */
// oxfmt-ignore
const DIVISION = {
  div:  { wasm: 'div_u', isQuotient: true,  signed: false },
  sdiv: { wasm: 'div_s', isQuotient: true,  signed: true  },
  mod:  { wasm: 'rem_u', isQuotient: false, signed: false },
  smod: { wasm: 'rem_s', isQuotient: false, signed: true  },
} as const satisfies Partial<Record<AluName, object>>;

const wasm = (width: Width, name: string): PlainOp => `i${width}_${name}` as PlainOp; // both tables name ops that Wasm has in both widths

/** dst = dst op (src or imm). */
export function writeAlu(f: FuncWriter, { alu, width, source }: OpOf<'alu'>): void {
  const { code } = f.prog;
  const dst = code.dst[f.pc]!;
  const w: Width = width === 64 && !isLowOfLow(f, alu, source) ? '64' : '32';
  if (alu === 'mov') {
    pushOperand(f, w, source);
    store(f, w, dst);
    if (source === 'imm') f.numbers[dst] = width === 64 ? code.imm64[f.pc]! : BigInt(code.imm[f.pc]! >>> 0);
    else if (width === 64) f.numbers[dst] = f.numbers[code.src[f.pc]!];
    return;
  }
  if (alu in DIVISION) {
    divide(f, alu as keyof typeof DIVISION, w, source);
    return;
  }
  pushValue(f, w, dst);
  pushOperand(f, w, source);
  f.code.op(wasm(w, BINARY[alu as keyof typeof BINARY])); // what is left
  store(f, w, dst);
}

/** True where 32 bits do: of the result nothing else is read, and it is made of nothing else. */
function isLowOfLow(f: FuncWriter, alu: AluName, source: SourceName): boolean {
  const { code } = f.prog;
  if (!f.writesNarrow(code.dst[f.pc]!)) return false;
  return LOW_OF_LOW.has(alu) || alu === 'mov' || (alu === 'lsh' && source === 'imm' && code.imm[f.pc]! < 32);
}

function pushValue(f: FuncWriter, width: Width, reg: number): void {
  if (width === '64') f.pushReg(reg);
  else f.pushLow(reg);
}

function pushOperand(f: FuncWriter, width: Width, source: SourceName): void {
  const { code } = f.prog;
  if (source === 'reg') pushValue(f, width, code.src[f.pc]!);
  else if (width === '64') f.code.i64(code.imm64[f.pc]!);
  else f.code.i32(code.imm[f.pc]!);
}

function store(f: FuncWriter, width: Width, dst: number): void {
  if (width === '64') f.setReg(dst);
  else f.setLow(dst);
}

/** A divisor of 0 gives 0, or leaves the dividend as it is; the smallest number by -1 is itself, with remainder 0. */
function divide(f: FuncWriter, alu: keyof typeof DIVISION, width: Width, source: SourceName): void {
  const { code, prog } = f;
  const { isQuotient, signed, wasm: name } = DIVISION[alu];
  const dst = prog.code.dst[f.pc]!;
  const result = width === '64' ? 'i64' : 'i32';
  if (source === 'imm') {
    const by = prog.code.imm[f.pc]!;
    if (by === 0) {
      if (isQuotient) constant(f, width, 0);
      else pushValue(f, width, dst);
    } else if (by === -1 && signed) {
      constant(f, width, 0);
      if (isQuotient) {
        pushValue(f, width, dst);
        code.op(wasm(width, 'sub'));
      }
    } else {
      pushValue(f, width, dst);
      pushOperand(f, width, source);
      code.op(wasm(width, name));
    }
    store(f, width, dst);
    return;
  }
  const byZero = (): void => {
    if (isQuotient) constant(f, width, 0);
    else pushValue(f, width, dst);
  };
  const plain = (): void => {
    pushValue(f, width, dst);
    pushOperand(f, width, source);
    code.op(wasm(width, name));
  };
  pushOperand(f, width, source);
  if (signed && isQuotient) {
    // 0 and -1 are the two that Wasm may trap for: by + 1 is then 1 or 0
    constant(f, width, 1);
    code.op(wasm(width, 'add'));
    constant(f, width, 1);
    code.op(wasm(width, 'le_u')).if(result);
    constant(f, width, 0);
    pushValue(f, width, dst);
    code.op(wasm(width, 'sub'));
    constant(f, width, 0);
    pushOperand(f, width, source); // -1 or 0
    code.op(wasm(width, 'eqz')).op('i32_eqz').op('select');
    code.else();
    plain();
    code.end();
  } else {
    code.op(wasm(width, 'eqz')).if(result);
    byZero();
    code.else();
    plain();
    code.end();
  }
  store(f, width, dst);
}

function constant(f: FuncWriter, width: Width, value: number): void {
  if (width === '64') f.code.i64(value);
  else f.code.i32(value);
}

export function writeNeg(f: FuncWriter, { width }: OpOf<'neg'>): void {
  const dst = f.prog.code.dst[f.pc]!;
  const w: Width = width === 64 && !f.writesNarrow(dst) ? '64' : '32';
  constant(f, w, 0);
  pushValue(f, w, dst);
  f.code.op(wasm(w, 'sub'));
  store(f, w, dst);
}

/** Moves with sign extension. */
export function writeMovsx(f: FuncWriter, { movsx, width }: OpOf<'movsx'>): void {
  const { dst, src } = f.prog.code;
  const bits = MOVSX[movsx].off;
  const w: Width = width === 64 && !f.writesNarrow(dst[f.pc]!) ? '64' : '32';
  pushValue(f, w, src[f.pc]!);
  if (w === '64' || bits < 32) f.code.op(wasm(w, `extend${bits}_s`));
  store(f, w, dst[f.pc]!);
}

/** Byte swaps: memory is little endian, so that `le` only cuts. */
export function writeSwap(f: FuncWriter, { swap, bits }: OpOf<'swap'>): void {
  const dst = f.prog.code.dst[f.pc]!;
  if (bits === 64) f.pushReg(dst);
  else f.pushLow(dst);
  if (swap !== 'le') pushSwapped(f, bits);
  else if (bits === 16) f.code.i32(0xffff).op('i32_and');
  if (bits === 64) f.setReg(dst);
  else f.setLow(dst);
}

/** Turns the bytes of the number on the stack round: an i32 of 16 or 32 bits, or an i64. What stands above 16 bits is dropped. */
export function pushSwapped(f: FuncWriter, bits: SwapBits): void {
  const { code } = f;
  if (bits === 64) {
    swap64(f);
    return;
  }
  const x = f.scratch('i32', 0);
  code.set(x);
  if (bits === 16) {
    code.get(x).i32(0xff).op('i32_and').i32(8).op('i32_shl');
    code.get(x).i32(8).op('i32_shr_u').i32(0xff).op('i32_and').op('i32_or');
    return;
  }
  code.get(x).i32(0x00ff_00ff).op('i32_and').i32(8).op('i32_rotr');
  code.get(x).i32(0xff00_ff00).op('i32_and').i32(8).op('i32_rotl').op('i32_or');
}

/** Neighbouring bytes, then neighbouring pairs, then the halves. */
function swap64(f: FuncWriter): void {
  const { code } = f;
  const x = f.scratch('i64', 0);
  for (const [mask, by] of [
    [0x00ff_00ff_00ff_00ffn, 8],
    [0x0000_ffff_0000_ffffn, 16],
  ] as const) {
    code.tee(x).i64(mask).op('i64_and').i64(by).op('i64_shl');
    code.get(x).i64(by).op('i64_shr_u').i64(mask).op('i64_and').op('i64_or');
  }
  code.i64(32).op('i64_rotl');
}
