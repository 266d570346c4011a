// Units of programs as one instance of WebAssembly, and what is asked of it: functions by name, and the insn that a place in its code stands for.
import type { KernelProg } from '../../kernel/prog.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import { instantiate, PAGE_BYTES, type WasmExports, type WasmTable } from '../../memory/wasm.ts';
import { CELLS } from '../cells.ts';
import { callbackName, JS_IMPORTS, PROG_TYPE, progName, type JsImport, type ProgUnit } from '../unit.ts';
import { CodeWriter } from '../wasm/code-writer.ts';
import { writeModule, type ModuleParts } from '../wasm/module-writer.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';

/** A program, as it takes part: translated, or by a function that hands it to the interpreter. */
export type Part = { readonly unit: ProgUnit } | { readonly interpreted: KernelProg };

/** Functions that stand in the module besides programs. They may call programs by their names (`progName`). */
export interface ExtraCode {
  readonly functions: readonly FuncCode[];
  readonly imports: readonly JsImport[];
  readonly exports: readonly FuncName[];
}

/** What an instance is made over. */
export interface ModuleWorld {
  readonly memory: LinearMemory;
  readonly table: WasmTable;
  readonly imports: Readonly<Record<JsImport, unknown>>;
}

/** Runs the program of a number in the table: number, ctx, frame; r0 stands in CELLS.regs then. */
export type Enter = (id: number, ctxAt: number, frame: number) => void;

const ENTER = 'enter';
const NO_EXTRA: ExtraCode = { functions: [], imports: [], exports: [] };

/** One instance. */
export class LinkedModule {
  readonly exports: WasmExports;
  readonly enter: Enter;
  /** What it was made of. */
  readonly contents: ModuleParts;
  private readonly codeAt: readonly number[];

  /** Throws what the host throws for a module that it does not take: a bug of the JIT. */
  constructor(parts: readonly Part[], world: ModuleWorld, extra?: ExtraCode) {
    this.contents = contentsOf(parts, world.memory, extra);
    const { bytes, codeAt } = writeModule(this.contents);
    this.codeAt = codeAt;
    const env = { ...world.imports, memory: world.memory.wasm, table: world.table };
    this.exports = instantiate(bytes, env);
    this.enter = this.exports[ENTER] as unknown as Enter; // its type is that of `enterCode`
  }

  /** The pc that an offset in the module stands for, in a function of that name: in front of its first insn, that one; -1 for no function. */
  pcAt(name: FuncName, offset: number): number {
    const codes = this.contents.functions;
    const i = codes.findIndex((code) => code.name === name);
    if (i < 0) return -1;
    const at = offset - this.codeAt[i]!;
    const marks = codes[i]!.marks.filter(({ pc }) => pc >= 0);
    return (marks.findLast((mark) => mark.at <= at) ?? marks[0])?.pc ?? -1;
  }
}

/** What a module of these parts is made of. */
export function contentsOf(parts: readonly Part[], memory: LinearMemory, extra = NO_EXTRA): ModuleParts {
  const functions = new Map<FuncName, FuncCode>();
  const imports = new Set<JsImport>(extra.imports);
  const exports: FuncName[] = [ENTER, ...extra.exports];
  const add = (code: FuncCode): void => {
    if (!functions.has(code.name)) functions.set(code.name, code);
  };
  for (const part of parts) {
    if ('interpreted' in part) {
      add(handOver(part.interpreted));
      imports.add('js:interp');
      exports.push(progName(part.interpreted));
      continue;
    }
    const { prog, functions: codes, imports: used, callbacks } = part.unit;
    codes.forEach(add);
    for (const name of used) imports.add(name);
    exports.push(progName(prog), ...callbacks.map((pc) => callbackName(prog, pc)));
  }
  extra.functions.forEach(add);
  add(enterCode());
  return {
    imports: [...imports].map((name) => ({ name, type: JS_IMPORTS[name] })),
    functions: [...functions.values()],
    exports,
    pages: memory.u8.length / PAGE_BYTES,
  };
}

function enterCode(): FuncCode {
  const code = new CodeWriter(ENTER, 'i32 i32 i32 -> ', ['id', 'ctx', 'frame']);
  code.i32(0).get(1).get(2).get(0).callIndirect(PROG_TYPE);
  return code.mem('i64_store', CELLS.regs).finish();
}

/** What stands in the table for a program that is not compiled. */
function handOver(prog: KernelProg): FuncCode {
  const code = new CodeWriter(progName(prog), PROG_TYPE, ['ctx', 'frame']);
  code.i32(0).get(1).mem('i32_store', CELLS.frame);
  code.i32(prog.id).call('js:interp');
  return code.i32(0).mem('i64_load', CELLS.regs).finish();
}
