// Calls of helpers and kernel functions in JavaScript.
import type { FuncWriter } from './func-writer.ts';

/** Registers that carry arguments, and those that a function leaves as they were. */
export const ARGS = [1, 2, 3, 4, 5] as const;
export const SAVED = [6, 7, 8, 9] as const;
const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;

/** Runs the helper or kernel function of the insn in JavaScript, which reads `args`. */
export function writeKernelCall(f: FuncWriter, args: readonly number[]): void {
  askKernel(f, args);
  f.loadRegs([0]);
  if (f.isChecked) f.clearRegs(ARGS);
  forgetAfterCall(f);
}

/** r0 to r5 hold something else now. */
export function forgetAfterCall(f: FuncWriter): void {
  for (const reg of [0, ...ARGS]) f.numbers[reg] = undefined;
}

/** The same; its result stands in the cell of r0 then. */
export function askKernel(f: FuncWriter, args: readonly number[]): void {
  f.saveRegs(f.isChecked ? ALL : args);
  f.leave();
  f.code.i32(f.site());
  f.js('js:call');
  f.readInsns();
}
