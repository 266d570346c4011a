// Calls: of helpers and kernel functions, of subprograms, and what helpers call.
import { FRAME_STRIDE, MAX_FRAMES } from '../../interp/frames.ts';
import { helperName } from '../../helpers/table.ts';
import type { CallName } from '../../isa/opcodes.ts';
import { CELLS } from '../cells.ts';
import { inlineCall } from '../inline/index.ts';
import { callContext } from './call-context.ts';
import type { FuncWriter } from './func-writer.ts';
import { forgetAfterCall, writeKernelCall } from './kernel-call.ts';
import { ARGS, R0, SAVED } from './registers.ts';
import { isTailCall } from './operands.ts';
import { callSub } from './sub-call.ts';
import { writeTailCall } from './tail-call.ts';

export const CALLS = {
  helper: writeHelperCall,
  subprog: writeSubprogCall,
  kfunc: (f) => writeKernelCall(f, ARGS),
  reg: (f) => writeKernelCall(f, ARGS),
} as const satisfies Record<CallName, (f: FuncWriter) => void>;

function writeHelperCall(f: FuncWriter): void {
  if (isTailCall(f.prog, f.pc)) {
    writeTailCall(f);
    return;
  }
  const name = helperName(f.prog.code.imm[f.pc]!);
  if (f.mode === 'verified' && name !== undefined && inlineCall(callContext(f, name))) {
    forgetAfterCall(f);
    return;
  }
  writeKernelCall(f, ARGS); // some read more than their row tells: what a format asks for, flags that the verifier does not look at
}

function writeSubprogCall(f: FuncWriter): void {
  const { code, prog } = f;
  const target = f.pc + 1 + prog.code.imm[f.pc]!;
  const { base } = f;
  if (base !== undefined) {
    code.get(f.frame).get(base).op('i32_sub');
    code
      .i32((MAX_FRAMES - 1) * FRAME_STRIDE)
      .op('i32_ge_u')
      .if();
    f.fault('frames');
    code.end();
  }
  f.checkBudget();
  if (base !== undefined) f.saveRegs([R0, ...SAVED]);
  for (const reg of ARGS) f.pushReg(reg);
  code.get(f.frame).i32(FRAME_STRIDE).op('i32_add');
  callSub(f, target);
  f.setReg(R0);
  if (base !== undefined) {
    f.loadRegs(ARGS);
    f.setCell('i32_store', CELLS.base, () => code.get(base));
  }
  forgetAfterCall(f);
}
