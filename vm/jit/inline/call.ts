// A call of a helper as those see it who write WebAssembly in its place.
import type { KernelProg } from '../../kernel/prog.ts';
import type { KernelMap } from '../../maps/map.ts';
import type { HelperName } from '../../helpers/table.ts';
import type { CodeWriter, Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName, ValueType } from '../wasm/types.ts';

/** A call in a verified program. Arguments are in the locals of r1 to r5, the result goes to r0; r1 to r5 hold nothing after it. */
export interface CallContext {
  readonly code: CodeWriter;
  readonly prog: KernelProg;
  readonly pc: number;
  readonly helper: HelperName;
  /** Locals of r0 to r9, i64. A pointer's offset in memory is its low half. */
  readonly regs: readonly Local[];
  /** Low half of r10, i32. */
  readonly frame: Local;
  /** The one map that the call takes; undefined where paths differ. */
  readonly map: KernelMap | undefined;
  /** The key, or index, that all paths give, u32. */
  readonly constKey: number | undefined;
  /** The number, u64, that a register (1 to 5) holds on all paths, as the verifier or the insns before tell it. */
  constant(reg: number): bigint | undefined;
  readonly cpus: number;
  /** A local to compute with: the same for the same type and number, and of no use after the call. */
  scratch(type: ValueType, number: number): Local;
  /** Name of a function of the runtime; `make` is asked once a module. Such functions may call others that were named before. */
  runtime(name: FuncName, make: () => FuncCode): FuncName;
  /** Writes CELLS.insns and CELLS.frame, reads CELLS.insns back: around what may call JavaScript. */
  leave(): void;
  comeBack(): void;
  /** Ends the run where its budget is used up, as in front of a call of a subprogram. */
  checkBudget(): void;
  /** Calls the subprogram that begins at a pc: r1 to r5 and the end of its frame are on the stack, r0 is then. Insns are counted across it. */
  callSub(start: number): void;
  /** Writes the call of the helper in JavaScript: for the rare case, in a branch. Arguments must still stand in their locals. */
  callHelper(): void;
  /** A word for people on what stands here instead of a call: 'array look-up'. */
  note(what: string): void;
}

/** Writes a call; false: it wrote nothing, and JavaScript does it. */
export type Inline = (call: CallContext) => boolean;
