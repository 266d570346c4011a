// A program as text in three languages, and what ties their lines together: the pc of the insn that a line was made from, or for.
import type { EngineName } from '../../vm/index.ts';
import type { F64Column } from './frame.ts';

/** A line of the source that insns were made from. */
export interface SourceLineView {
  /** As the object names it. */
  readonly file: string;
  /** From 1; 0 unknown. */
  readonly line: number;
  readonly text: string;
}

/** An insn of eBPF. */
export interface InsnView {
  readonly pc: number;
  readonly text: string;
  /** Index of its line in CodeView.source; -1 for none. */
  readonly source: number;
  /** The function that begins here. */
  readonly func?: string;
  /** The verifier has seen that no run comes here: there is no code for it. */
  readonly isDead?: true;
}

/** A line of WebAssembly text. */
export interface WasmLineView {
  readonly text: string;
  /** Blocks around it. */
  readonly depth: number;
  /** The insn that it is for; -1 for none. */
  readonly pc: number;
  /** What was written in place here, in a word. */
  readonly inlined?: string;
  /** It names or begins a function. */
  readonly isHead?: true;
}

/** The answer to program:code. */
export interface CodeView {
  readonly prog: string;
  readonly section: string;
  readonly engine: EngineName;
  /** Why the interpreter runs it, where that was not asked for. */
  readonly why?: string;
  /** Source lines that insns were made from, by file and line; none where the object does not tell. */
  readonly source: readonly SourceLineView[];
  /** It was made of assembly text, of which only the numbers of lines are known. */
  readonly isAssembly: boolean;
  /** By pc. */
  readonly insns: readonly InsnView[];
  /** Its functions, and those of the runtime that they call; none of a program that cannot be compiled. */
  readonly wasm: readonly WasmLineView[];
  /** Bytes and locals of that code. */
  readonly wasmBytes: number;
  readonly wasmLocals: number;
  /** Functions of JavaScript that it calls. */
  readonly imports: readonly string[];
  /** Hits of its insns are counted. */
  readonly hasHits: boolean;
}

/** The answer to program:hits. */
export interface ProgHits {
  readonly prog: string;
  /** By pc (slots of 8 bytes), how often each insn was begun up to the clock; undefined where hits are not counted. */
  readonly hits?: F64Column;
}
