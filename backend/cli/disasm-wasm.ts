// What `disasm --wasm` and `disasm --module` print: programs as they are compiled, beside their insns and their source.
import type { Prog, ProgCode, SourceLine, WasmFunc } from '../../vm/index.ts';
import { loadProgram, type LoadedProgram } from '../library/load-program.ts';
import type { OpenedProgram, ProgramSource } from '../library/programs.ts';
import { codeFacts, codeText, placeOf, type CodeLayout } from './code-text.ts';
import { say } from './output.ts';

const SLOT_BYTES = 8;

/** Each program of an object as text. `width`: columns of the terminal; undefined: C, eBPF and WebAssembly one below the other. Throws UserError 'bad-program'. */
export function wasmTexts(opened: OpenedProgram, source: ProgramSource, width: number | undefined): string[] {
  const loaded = load(opened);
  const layout: CodeLayout = { width, ...linesFrom(source) };
  return loaded.object.progs.map((prog) => {
    const code = codeOf(loaded, prog);
    const { section, type, insns } = prog.spec;
    const head = `${code.prog}: section ${section}, ${type}, ${insns.length / SLOT_BYTES} insns, ${codeFacts(code)}`;
    return `${head}\n${codeText(code, layout)}`;
  });
}

/** The modules that the programs of an object stand in, as text that parses; each once. */
export function moduleTexts(opened: OpenedProgram): string[] {
  const { machine, object } = load(opened);
  const texts: string[] = [];
  for (const prog of object.progs) {
    if (texts.some((text) => text.includes(`(func $prog:${prog.id} `))) continue;
    texts.push(machine.moduleText(prog)!); // just loaded
  }
  return texts;
}

/** The same programs for `--json`, by name. */
export function wasmResults(opened: OpenedProgram): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const loaded = load(opened);
  return new Map(loaded.object.progs.map((prog) => [prog.spec.name, resultOf(codeOf(loaded, prog))]));
}

function load(opened: OpenedProgram): LoadedProgram {
  const loaded = loadProgram(opened);
  for (const { name, section, why } of loaded.leftOut) say(`${name} (${section}) is left out: ${why}`);
  return loaded;
}

function codeOf({ machine }: LoadedProgram, prog: Prog): ProgCode {
  return machine.codeOf(prog)!; // it stays loaded
}

/** Of assembly text the lines are those of the file. */
function linesFrom({ path, content }: ProgramSource): Pick<CodeLayout, 'textOf' | 'placeOf'> {
  const lines = content.kind === 'text' ? content.text.split('\n') : [];
  return {
    textOf: ({ text, line }: SourceLine) => (text ?? lines[line - 1] ?? '').trim(),
    placeOf: ({ file, line, column }) => placeOf({ file: file ?? path, line, column }),
  };
}

function resultOf({
  why,
  wasmBytes,
  wasmLocals,
  imports,
  functions,
  others,
}: ProgCode): Readonly<Record<string, unknown>> {
  return {
    why: why ?? null,
    wasmBytes,
    wasmLocals,
    imports,
    functions: functions.map(({ name, pc, insns, wasm }) => ({
      name,
      pc,
      inlined: insns.flatMap(({ pc: at, inlined }) => inlined.map((what) => ({ pc: at, what }))),
      dead: insns.flatMap(({ pc: at, isDead }) => (isDead ? [at] : [])),
      wasm: wasm === undefined ? null : funcResult(wasm),
    })),
    others: others.map((func) => funcResult(func)),
  };
}

function funcResult({ name, head, bytes, locals, lines }: WasmFunc): unknown {
  return {
    name,
    head,
    bytes,
    locals,
    lines: lines.map(({ pc, depth, text, what, place }) => ({
      pc,
      depth,
      text,
      what: what ?? null,
      place: place ?? null,
    })),
  };
}
