// The code of a program for people: WebAssembly text under the insns of eBPF that it was made for.
import { CELLS } from './cells.ts';
import type { ProgUnit } from './unit.ts';
import { printFunc, type TextNames } from './wasm/text.ts';

const REGS = 11;
const CELL_NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(CELLS).map(([name, at]): [number, string] => [at, name]),
  ...Array.from({ length: REGS }, (_, reg): [number, string] => [CELLS.regs + 8 * reg, `r${reg}`]),
]);

/** Lines of all functions of a program, the program first, those of the runtime last. `insn` gives the text of an insn of the program. */
export function listUnit({ functions }: ProgUnit, insn: (pc: number) => string | undefined): string[] {
  const names = (isRuntime: boolean): TextNames =>
    isRuntime ? { place: cellName } : { insn, place: cellName };
  return functions.flatMap((code) => printFunc(code, names(code.name.startsWith('rt:'))));
}

function cellName(offset: number): string | undefined {
  return CELL_NAMES.get(offset);
}
