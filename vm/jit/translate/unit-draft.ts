// What the functions of one program gather while they are written.
import type { KernelProg } from '../../kernel/prog.ts';
import type { JsImport } from '../unit.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';
import type { TranslateOptions } from './options.ts';
import type { FuncShape } from './shape.ts';

export interface UnitDraft {
  readonly prog: KernelProg;
  readonly options: TranslateOptions;
  /** Its subprograms, by first pc. */
  readonly subs: ReadonlyMap<number, FuncShape>;
  readonly imports: Set<JsImport>;
  /** Numbers of sites, by pc. */
  readonly sites: Map<number, number>;
  /** Functions of the runtime, by name. */
  readonly runtime: Map<FuncName, FuncCode>;
  /** Programs that direct tail calls name, by the offset of the slot. */
  readonly jumps: Map<number, KernelProg>;
}
