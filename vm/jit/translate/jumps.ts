// Jumps: those with a condition leave 1 where they are taken. Where they lead is the structure's business.
// @see RFC 9669 section 4.3
import type { GotoName, JmpName } from '../../isa/opcodes.ts';
import type { Op } from '../../isa/ops.ts';
import { MAX_LOOPS } from '../../interp/frames.ts';
import type { PlainOp } from '../wasm/ops.ts';
import { successorsOf } from './blocks.ts';
import type { FuncWriter } from './func-writer.ts';

/** Wasm's comparisons, without their width; jset compares bits. */
// oxfmt-ignore
const COMPARE = {
  jeq:  'eq',
  jgt:  'gt_u',
  jge:  'ge_u',
  jset: undefined,
  jne:  'ne',
  jsgt: 'gt_s',
  jsge: 'ge_s',
  jlt:  'lt_u',
  jle:  'le_u',
  jslt: 'lt_s',
  jsle: 'le_s',
} as const satisfies Record<JmpName, string | undefined>;

/** Leaves the condition, an i32; nothing where the verifier has seen the jump go one way only. */
export function writeJump(f: FuncWriter, { jmp, width, source }: Extract<Op, { kind: 'jump' }>): void {
  if (successorsOf(f.prog, f.pc).length === 1) return;
  const { code, prog } = f;
  const { dst, src, imm, imm64 } = prog.code;
  const isZero = source === 'imm' && imm[f.pc] === 0;
  const w = width === 64 ? 'i64' : 'i32';
  const op = (name: string): PlainOp => `${w}_${name}` as PlainOp; // names of the table, which Wasm has in both widths
  if (width === 64) f.pushReg(dst[f.pc]!);
  else f.pushLow(dst[f.pc]!);
  if (isZero && (jmp === 'jeq' || jmp === 'jne')) {
    code.op(op('eqz'));
    if (jmp === 'jne') code.op('i32_eqz');
    return;
  }
  if (source === 'imm') {
    if (width === 64) code.i64(imm64[f.pc]!);
    else code.i32(imm[f.pc]!);
  } else if (width === 64) f.pushReg(src[f.pc]!);
  else f.pushLow(src[f.pc]!);
  const compare = COMPARE[jmp];
  if (compare === undefined) code.op(op('and')).op(op('eqz')).op('i32_eqz');
  else code.op(op(compare));
}

/** may_goto leaves its condition: that the function has gone round too often. */
export function writeGoto(f: FuncWriter, { goto }: { readonly goto: GotoName }): void {
  const { code } = f;
  if (goto === 'gotox') f.fault('insn');
  if (goto !== 'may_goto') return;
  const rounds = f.rounds();
  code.get(rounds).i32(MAX_LOOPS).op('i32_ge_u').if('i32').i32(1);
  code.else().get(rounds).i32(1).op('i32_add').set(rounds).i32(0).end();
}
