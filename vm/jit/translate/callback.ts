// The door for helpers that call a function of the program: what JavaScript calls, over the cells.
import { CELLS } from '../cells.ts';
import { callbackName, subName } from '../unit.ts';
import { CodeWriter } from '../wasm/code-writer.ts';
import type { FuncCode } from '../wasm/types.ts';
import { regCell } from './reg-writer.ts';
import type { UnitDraft } from './unit-draft.ts';
import { ARGS, SAVED } from './registers.ts';

/** In checked code r6 to r9 stand in their cells after it as before it. */
export function writeCallback({ prog, options, subs }: UnitDraft, pc: number): FuncCode {
  const code = new CodeWriter(callbackName(prog, pc), '-> ', []);
  const isChecked = options.mode === 'checked';
  const saved = isChecked ? SAVED.map((reg) => ({ reg, local: code.local('i64', `r${reg}`) })) : [];
  code.mark(-1);
  for (const { reg, local } of saved) code.i32(0).mem('i64_load', regCell(reg)).set(local);
  code.i32(0); // of the store of r0
  for (const reg of ARGS) code.i32(0).mem('i64_load', regCell(reg));
  code.i32(0).mem('i32_load', CELLS.frame);
  if (subs.get(pc)!.kind === 'jumping') code.call(subName(prog, pc)).mem('i64_store', regCell(0));
  else {
    const counted = code.local('i32', 'insns');
    code.i32(0).mem('i32_load', CELLS.insns).i32(0).mem('i32_load', CELLS.limit).op('i32_sub');
    code.call(subName(prog, pc)).set(counted).mem('i64_store', regCell(0));
    code.i32(0).get(counted).i32(0).mem('i32_load', CELLS.limit).op('i32_add').mem('i32_store', CELLS.insns);
  }
  for (const { reg, local } of saved) code.i32(0).get(local).mem('i64_store', regCell(reg));
  return code.finish();
}
