// A program and the code that was made of it, laid side by side for people: see ../prog-code.ts for what they get.
import { disassemble } from '../asm/disassemble.ts';
import { COUNTERS, type KernelProg } from '../kernel/prog.ts';
import { hitsBytes } from '../kernel/prog-hits.ts';
import type { ProgSpec } from '../object.ts';
import type { CodeFunc, CodeInsn, ProgCode, SourceLine, WasmFunc, WasmLine } from '../prog-code.ts';
import { cellName } from './listing.ts';
import { progName, subName, type ProgUnit } from './unit.ts';
import { partsOf, type FuncCode } from './wasm/types.ts';
import { headOf, linesOf } from './wasm/text.ts';

/** Lays a program out. `unit` is why there is none, where it is a text; `hits` are those of the machine, by pc. */
export function progCode(
  prog: KernelProg,
  spec: ProgSpec,
  unit: ProgUnit | string,
  hits: Float64Array | undefined,
): ProgCode {
  const codes = typeof unit === 'string' ? [] : unit.functions;
  const wasm = new Map(codes.map((code) => [code.name, wasmFunc(code, (at) => placeIn(prog, at))]));
  const insns = insnsOf(prog, spec, [...wasm.values()], hits);
  const starts = startsOf(prog, spec, codes);
  const functions = starts.map((pc, i): CodeFunc => {
    const own = wasm.get(pc === 0 ? progName(prog) : subName(prog, pc));
    if (own !== undefined) wasm.delete(own.name);
    const end = starts[i + 1] ?? prog.code.count;
    return {
      name: nameAt(spec, pc),
      pc,
      insns: insns.filter((insn) => insn.pc >= pc && insn.pc < end),
      wasm: own,
    };
  });
  return {
    prog: spec.name,
    why: typeof unit === 'string' ? unit : undefined,
    insns: prog.code.count,
    wasmBytes: codes.reduce((sum, { bytes }) => sum + bytes.length, 0),
    wasmLocals: codes.reduce((sum, code) => sum + localsOf(code), 0),
    functions,
    others: [...wasm.values()],
    imports: typeof unit === 'string' ? [] : unit.imports,
  };
}

/** Texts of insns by pc. */
export function insnTexts({ insns, relocs }: ProgSpec): ReadonlyMap<number, string> {
  return new Map(disassemble(insns, { relocs, helperNames: true }).map(({ pc, text }) => [pc, text]));
}

/** First pcs of functions: those that BTF names, and those that there is code for. */
function startsOf(prog: KernelProg, { funcs = [] }: ProgSpec, codes: readonly FuncCode[]): readonly number[] {
  const prefix = `${progName(prog)}:`;
  const own = codes.flatMap(({ name }) =>
    name.startsWith(prefix) ? [Number(name.slice(prefix.length))] : [],
  );
  return [...new Set([0, ...funcs.map(({ pc }) => pc), ...own])].toSorted((a, b) => a - b);
}

function nameAt({ name, funcs }: ProgSpec, pc: number): string {
  return funcs?.find((func) => func.pc === pc)?.name ?? (pc === 0 ? name : `function at ${pc}`);
}

function localsOf({ type, locals }: FuncCode): number {
  return locals.length - partsOf(type).params.length;
}

/** What stands at an offset that is added: a cell, a counter of the program. */
function placeIn({ countersAt, hits, code }: KernelProg, at: number): string | undefined {
  const counter = Object.entries(COUNTERS).find(([, i]) => at === countersAt + 8 * i);
  if (counter !== undefined) return counter[0];
  if (hits !== undefined && at >= hits.at && at < hits.at + hitsBytes(code)) return 'hits';
  return cellName(at);
}

function wasmFunc(code: FuncCode, placeAt: (at: number) => string | undefined): WasmFunc {
  return {
    name: code.name,
    head: headOf(code),
    lines: linesOf(code).map(({ pc, depth, text, what, offset }): WasmLine => ({
      pc,
      depth,
      text,
      what,
      place: offset === undefined ? undefined : placeAt(offset),
    })),
    bytes: code.bytes.length,
    locals: localsOf(code),
  };
}

function insnsOf(
  { known }: KernelProg,
  spec: ProgSpec,
  wasm: readonly WasmFunc[],
  hits: Float64Array | undefined,
): readonly CodeInsn[] {
  const inlined = new Map<number, Set<string>>();
  for (const { pc, what } of wasm.flatMap(({ name, lines }) => (name.startsWith('rt:') ? [] : lines))) {
    if (what !== undefined) inlined.set(pc, (inlined.get(pc) ?? new Set()).add(what));
  }
  const sourceAt = sourceLines(spec);
  return [...insnTexts(spec)].map(([pc, text]): CodeInsn => ({
    pc,
    text,
    source: sourceAt(pc),
    isDead: known !== undefined && known.facts[pc]?.seen !== true,
    hits: hits?.[pc],
    inlined: [...(inlined.get(pc) ?? [])],
  }));
}

/** The line of each pc, asked for in ascending order. */
function sourceLines({ sourceLines: told = [], lines }: ProgSpec): (pc: number) => SourceLine | undefined {
  let next = 0;
  let last: SourceLine | undefined;
  return (pc) => {
    for (; next < told.length && told[next]!.pc <= pc; next++) {
      const { file, line, column, text } = told[next]!;
      const isSame = last?.file === file && last.line === line && last.text === text; // another column
      if (!isSame) last = { file, line, column, text };
    }
    if (told.length > 0) return last;
    const line = lines[pc] ?? 0;
    if (line === 0) return undefined;
    if (last?.line !== line) last = { file: undefined, line, column: 0, text: undefined };
    return last;
  };
}
