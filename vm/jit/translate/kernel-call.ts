// Calls of helpers and kernel functions in JavaScript.
import type { FuncWriter } from './func-writer.ts';
import { ALL_REGS, ARGS, R0 } from './registers.ts';

/** Runs the helper or kernel function of the insn in JavaScript, which reads `args`. */
export function writeKernelCall(f: FuncWriter, args: readonly number[]): void {
  askKernel(f, args);
  f.loadRegs([R0]);
  if (f.isChecked) f.clearRegs(ARGS);
  forgetAfterCall(f);
}

/** r0 to r5 hold something else now. */
export function forgetAfterCall(f: FuncWriter): void {
  for (const reg of [R0, ...ARGS]) f.numbers[reg] = undefined;
}

/** The same; its result stands in the cell of r0 then. */
export function askKernel(f: FuncWriter, args: readonly number[]): void {
  f.saveRegs(f.isChecked ? ALL_REGS : args);
  f.leave();
  f.code.i32(f.site());
  f.js('js:call');
  f.readInsns();
}
