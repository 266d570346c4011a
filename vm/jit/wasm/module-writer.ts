// Puts functions into a module: types, imports, functions, exports, code, with every open number filled in. One memory and one table, both imported from 'env'.
// @see WebAssembly core specification, section 5.5, and 7.4.1 for names
import {
  partsOf,
  VALUE_TYPES,
  type CodeReloc,
  type FuncCode,
  type FuncName,
  type FuncType,
  type ValueType,
} from './types.ts';

/** What a module is made of. Functions are numbered: imports first, then `functions` in their order. */
export interface ModuleParts {
  /** Functions from outside, import module 'env', each by its name. */
  readonly imports: readonly { readonly name: FuncName; readonly type: FuncType }[];
  readonly functions: readonly FuncCode[];
  /** Names of functions that JavaScript gets hold of. */
  readonly exports: readonly FuncName[];
  /** Pages of the memory that the machine has at the least. */
  readonly pages: number;
}

/** A module, and where the code of each function begins in it. */
export interface ModuleBytes {
  readonly bytes: Uint8Array;
  /** In the order of `functions`: offset in `bytes` of the first insn. What V8 says of a trap is an offset in the module. */
  readonly codeAt: readonly number[];
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0] as const;
const SECTIONS = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
/** Part of the section 'name': without it, hosts print no names of functions where they say what trapped. */
const FUNC_NAMES = 1;
const KINDS = { func: 0, table: 1, memory: 2 } as const;
const FUNC = 0x60;
const FUNCREF = 0x70;
const OPEN_BYTES = 5;

/** Throws Error when a function names one that is in neither list: a bug of the JIT. */
export function writeModule({ imports, functions, exports, pages }: ModuleParts): ModuleBytes {
  const out = new Bytes();
  const types = new Map<FuncType, number>();
  const numberOf = (type: FuncType): number => {
    const { size } = types;
    const known = types.get(type);
    if (known === undefined) types.set(type, size);
    return known ?? size;
  };
  const funcs = new Map<FuncName, number>();
  for (const { name } of [...imports, ...functions]) funcs.set(name, funcs.size);
  for (const { type } of [...imports, ...functions]) numberOf(type);
  for (const { relocs } of functions) for (const { to } of relocs) if ('type' in to) numberOf(to.type);

  for (const byte of MAGIC) out.byte(byte);
  out.section(SECTIONS.type, () => {
    out.unsigned(types.size);
    for (const type of types.keys()) {
      const { params, results } = partsOf(type);
      out.byte(FUNC).types(params).types(results);
    }
  });
  out.section(SECTIONS.import, () => {
    out.unsigned(imports.length + 2);
    out.text('env').text('memory').byte(KINDS.memory).byte(0).unsigned(pages);
    out.text('env').text('table').byte(KINDS.table).byte(FUNCREF).byte(0).unsigned(0);
    for (const { name, type } of imports)
      out.text('env').text(name).byte(KINDS.func).unsigned(numberOf(type));
  });
  out.section(SECTIONS.function, () => {
    out.unsigned(functions.length);
    for (const { type } of functions) out.unsigned(numberOf(type));
  });
  out.section(SECTIONS.export, () => {
    out.unsigned(exports.length);
    for (const name of exports) out.text(name).byte(KINDS.func).unsigned(known(funcs, name));
  });
  const codeAt: number[] = [];
  out.section(SECTIONS.code, () => {
    out.unsigned(functions.length);
    for (const code of functions) {
      out.sized(() => {
        declareLocals(out, code);
        const at = out.length;
        codeAt.push(at);
        out.raw(code.bytes);
        for (const reloc of code.relocs) out.patch(at + reloc.at, target(reloc, funcs, types));
      });
    }
  });
  out.section(SECTIONS.custom, () => {
    out.text('name').section(FUNC_NAMES, () => {
      out.unsigned(imports.length + functions.length);
      for (const { name } of [...imports, ...functions]) out.unsigned(known(funcs, name)).text(name);
    });
  });
  return { bytes: out.take(), codeAt };
}

function known(funcs: ReadonlyMap<FuncName, number>, name: FuncName): number {
  const number = funcs.get(name);
  if (number === undefined) throw new Error(`no function ${name} in the module`);
  return number;
}

function target(
  { to }: CodeReloc,
  funcs: ReadonlyMap<FuncName, number>,
  types: ReadonlyMap<FuncType, number>,
): number {
  return 'func' in to ? known(funcs, to.func) : types.get(to.type)!; // all types of relocations were numbered
}

/** Locals are declared in runs of one type. */
function declareLocals(out: Bytes, { type, locals }: FuncCode): void {
  const runs: { type: ValueType; count: number }[] = [];
  for (const local of locals.slice(partsOf(type).params.length)) {
    const last = runs.at(-1);
    if (last?.type === local.type) last.count += 1;
    else runs.push({ type: local.type, count: 1 });
  }
  out.unsigned(runs.length);
  for (const run of runs) out.unsigned(run.count).byte(VALUE_TYPES[run.type]);
}

/** Bytes that grow. Sizes of sections and functions take 5 bytes each, so that nothing moves when they are known. */
class Bytes {
  length = 0;
  private bytes = new Uint8Array(4096);

  byte(value: number): this {
    this.room(1);
    this.bytes[this.length++] = value;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.room(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  unsigned(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** ASCII. */
  text(text: string): this {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
    return this;
  }

  types(types: readonly ValueType[]): this {
    this.unsigned(types.length);
    for (const type of types) this.byte(VALUE_TYPES[type]);
    return this;
  }

  section(id: number, write: () => void): void {
    this.byte(id).sized(write);
  }

  /** What `write` writes, its size before it. */
  sized(write: () => void): void {
    const at = this.length;
    this.room(OPEN_BYTES);
    this.length += OPEN_BYTES;
    write();
    this.patch(at, this.length - at - OPEN_BYTES);
  }

  /** An unsigned number in 5 bytes. */
  patch(at: number, value: number): void {
    for (let i = 0; i < OPEN_BYTES; i++) {
      this.bytes[at + i] = ((value >>> (7 * i)) & 0x7f) | (i < OPEN_BYTES - 1 ? 0x80 : 0);
    }
  }

  take(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private room(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.length + bytes));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
