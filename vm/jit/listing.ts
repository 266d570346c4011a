// Generated code for people: WebAssembly text, with the insns of eBPF that it was made for, and with names of cells.
import { CELLS } from './cells.ts';
import type { FuncCode } from './wasm/types.ts';
import type { ModuleParts } from './wasm/module-writer.ts';
import { printModule, type TextNames } from './wasm/text.ts';

const REGS = 11;
const CELL_NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(CELLS).map(([name, at]): [number, string] => [at, name]),
  ...Array.from({ length: REGS }, (_, reg): [number, string] => [CELLS.regs + 8 * reg, `r${reg}`]),
]);

/** What stands at an offset that generated code adds: the name of a cell, or of a register in the cells. */
export function cellName(offset: number): string | undefined {
  return CELL_NAMES.get(offset);
}

/** A module as text that parses. `insn` gives the text of an insn of the program of an id. */
export function listModule(parts: ModuleParts, insn: (id: number, pc: number) => string | undefined): string {
  return printModule(parts, ({ name }): TextNames => {
    const id = idIn(name);
    return id === undefined ? { place: cellName } : { insn: (pc) => insn(id, pc), place: cellName };
  });
}

/** The id of the program that a function is of: 12 of 'prog:12:40'. Undefined for functions of the runtime. */
function idIn(name: FuncCode['name']): number | undefined {
  const [, id] = /^prog:(\d+)/.exec(name) ?? [];
  return id === undefined ? undefined : Number(id);
}
