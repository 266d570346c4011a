// Types of WebAssembly as the encoder takes them, and what a function is before it stands in a module.
// @see WebAssembly core specification, sections 2.3 and 5.3

/** Value types, and how they are encoded. */
export const VALUE_TYPES = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const satisfies Record<
  string,
  number
>;
export type ValueType = keyof typeof VALUE_TYPES;

/** Parameters and results, as text writes them: 'i32 i64 -> i64', '-> ' for neither. One text is one type. */
export type FuncType = `${string}-> ${ValueType | '' | `${ValueType} ${ValueType}`}`;

/** Parameters and result of a type. */
export function partsOf(type: FuncType): {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
} {
  const [params, results] = type.split('->', 2) as [string, string];
  const words = (text: string): readonly ValueType[] =>
    text.split(' ').filter((word): word is ValueType => Object.hasOwn(VALUE_TYPES, word));
  return { params: words(params), results: words(results) };
}

/** Names a function of a module, or one that it imports: 'prog:12', 'prog:12:sub:40', 'helper:map_lookup_elem', 'rt:hash32'. */
export type FuncName = string;

/** A place in the code of a function that waits for the number of a function or type: 5 bytes of LEB128 at an offset. */
export interface CodeReloc {
  readonly at: number;
  readonly to: { readonly func: FuncName } | { readonly type: FuncType };
}

/** From a byte of the code on, what comes is for the insn at this pc (-1: for none); `what` is a word on what was inlined there. */
export interface CodeMark {
  readonly at: number;
  readonly pc: number;
  readonly what?: string;
}

/** What engines have limits of, or get slow with. */
export interface CodeExtent {
  /** Branches to one label. */
  readonly branches: number;
  /** Entries of a table of branches. */
  readonly entries: number;
  /** Loops in each other. */
  readonly loops: number;
}

/** A function: no module yet. Made once for a program, put into as many modules as it takes part in. */
export interface FuncCode {
  readonly name: FuncName;
  readonly type: FuncType;
  /** Types and names of its locals, parameters first. */
  readonly locals: readonly { readonly type: ValueType; readonly name: string }[];
  /** Its insns, the last `end` included; without the declaration of locals. */
  readonly bytes: Uint8Array;
  readonly relocs: readonly CodeReloc[];
  readonly marks: readonly CodeMark[];
  readonly most: CodeExtent;
}
