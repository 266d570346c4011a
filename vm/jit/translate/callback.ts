// The door for helpers that call a function of the program: what JavaScript calls, over the cells.
import type { KernelProg } from '../../kernel/prog.ts';
import { CELLS } from '../cells.ts';
import { callbackName, subName } from '../unit.ts';
import { CodeWriter } from '../wasm/code-writer.ts';
import type { FuncCode } from '../wasm/types.ts';
import { regCell } from './func-writer.ts';
import { ARGS, SAVED } from './kernel-call.ts';

/** `isChecked`: r6 to r9 stand in their cells after it as before it. */
export function writeCallback(prog: KernelProg, pc: number, isChecked: boolean): FuncCode {
  const code = new CodeWriter(callbackName(prog, pc), '-> ', []);
  const saved = isChecked ? SAVED.map((reg) => ({ reg, local: code.local('i64', `r${reg}`) })) : [];
  code.mark(-1);
  for (const { reg, local } of saved) code.i32(0).mem('i64_load', regCell(reg)).set(local);
  code.i32(0); // of the store of r0
  for (const reg of ARGS) code.i32(0).mem('i64_load', regCell(reg));
  code.i32(0).mem('i32_load', CELLS.frame).call(subName(prog, pc)).mem('i64_store', regCell(0));
  for (const { reg, local } of saved) code.i32(0).get(local).mem('i64_store', regCell(reg));
  return code.finish();
}
