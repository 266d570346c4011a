// A program as a page shows it: the lines of its source, its insns, and the code that was generated for them.
import type { CodeInsn, LoadedObject, Prog, ProgCode, SourceLine, WasmFunc } from '../../vm/index.ts';
import { refusal } from '../errors.ts';
import {
  f64Column,
  type CodeView,
  type InsnView,
  type ProgHits,
  type SourceLineView,
  type WasmLineView,
} from '../protocol/index.ts';
import type { Replay } from './replay.ts';

type Loaded = Pick<Replay, 'machine' | 'object'>;

/** The program named `name` in three languages. Throws UserError 'no-prog'. */
export function readProgCode({ machine, object }: Loaded, name: string): CodeView {
  const prog = progNamed(object, name);
  const code = machine.codeOf(prog);
  if (code === undefined) throw noProg(object, name);
  const { engine, why = code.why } = machine.engineOf(prog);
  const source = sourceOf(code);
  const { wasmBytes, wasmLocals, imports } = code;
  return {
    prog: name,
    section: prog.spec.section,
    engine,
    ...(why === undefined ? {} : { why }),
    source,
    isAssembly: linesOf(code).some(({ file }) => file === undefined),
    insns: insnsOf(code, source),
    wasm: wasmOf(code),
    wasmBytes,
    wasmLocals,
    imports,
    hasHits: machine.hitsOf(prog) !== undefined,
  };
}

/** How often its insns were begun. Throws UserError 'no-prog'. */
export function readProgHits({ machine, object }: Loaded, name: string): ProgHits {
  const hits = machine.hitsOf(progNamed(object, name));
  return { prog: name, ...(hits === undefined ? {} : { hits: f64Column(hits) }) };
}

function progNamed(object: LoadedObject, name: string): Prog {
  const prog = object.progs.find(({ spec }) => spec.name === name);
  if (prog === undefined) throw noProg(object, name);
  return prog;
}

function noProg({ progs }: LoadedObject, name: string): Error {
  const known = progs.map(({ spec }) => spec.name);
  return refusal('no-prog', name, known);
}

function linesOf({ functions }: ProgCode): readonly SourceLine[] {
  return functions.flatMap(({ insns }) => insns.flatMap(({ source }) => source ?? []));
}

/** Lines whose text is known, each once, in the order of files and numbers; files in the order in which insns come to them. */
function sourceOf(code: ProgCode): readonly SourceLineView[] {
  const lines = new Map<string, SourceLineView>();
  for (const line of linesOf(code)) {
    const { file, text } = line;
    if (file !== undefined && text !== undefined) lines.set(keyOf(line), { file, line: line.line, text });
  }
  const files = [...new Set([...lines.values()].map(({ file }) => file))];
  return [...lines.values()].sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line);
}

function keyOf({ file, line, text }: Pick<SourceLine, 'file' | 'line' | 'text'>): string {
  return `${file}\0${line}\0${text}`;
}

function insnsOf({ functions }: ProgCode, source: readonly SourceLineView[]): readonly InsnView[] {
  const indexes = new Map(source.map((line, i) => [keyOf(line), i]));
  const viewInsn = ({ pc, text, source: line, isDead }: CodeInsn): InsnView => ({
    pc,
    text,
    source: line === undefined ? -1 : (indexes.get(keyOf(line)) ?? -1),
    ...(isDead ? { isDead } : {}),
  });
  return functions.flatMap(({ name, insns }) => {
    const [first, ...others] = insns.map((insn) => viewInsn(insn));
    return first === undefined ? [] : [{ ...first, func: name }, ...others];
  });
}

function wasmOf({ functions, others }: ProgCode): readonly WasmLineView[] {
  const own = functions.flatMap(({ wasm }) => wasm ?? []);
  return [
    ...own.flatMap((func) => wasmLines(func, true)),
    ...others.flatMap((func) => wasmLines(func, false)),
  ];
}

/** Functions of the runtime have no insns of the program. */
function wasmLines({ head, lines }: WasmFunc, isOwn: boolean): readonly WasmLineView[] {
  return [
    ...head.map((text, i): WasmLineView => ({ text, depth: Math.min(i, 1), pc: -1, isHead: true })),
    ...lines.map(({ pc, depth, text, what, place }): WasmLineView => ({
      text: place === undefined ? text : `${text} ;; ${place}`,
      depth: depth + 1,
      pc: isOwn ? pc : -1,
      ...(what === undefined ? {} : { inlined: what }),
    })),
    { text: ')', depth: 0, pc: -1, isHead: true },
  ];
}
