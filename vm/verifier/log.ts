// The verifier's log as data. print.ts makes the kernel's lines of it.
import type { Reg } from './reg.ts';
import type { Slot } from './state.ts';

/** Registers and slots of a frame that a line shows. */
export interface ShownState {
  readonly frameno: number;
  readonly regs: readonly { readonly reg: number; readonly value: Reg }[];
  /** By slot: slot i lies at r10 - 8(i+1). */
  readonly slots: readonly { readonly slot: number; readonly value: Slot }[];
  /** Ids of the references that are held. */
  readonly refs: readonly number[];
  readonly isCallback: boolean;
  readonly isAsyncCallback: boolean;
}

/** A record. */
export type LogRecord =
  /** An insn that is walked; `after` is what it changed, once it is known. */
  | { readonly kind: 'insn'; readonly pc: number; readonly after: ShownState | undefined }
  /** The source line of the insn that follows. */
  | { readonly kind: 'source'; readonly pc: number }
  /** The whole state in front of an insn: at the begin of a path, behind `from` when a path is taken up again. */
  | {
      readonly kind: 'state';
      readonly from: number | undefined;
      readonly pc: number;
      readonly state: ShownState;
      readonly isSpeculative: boolean;
    }
  /** All of a frame, on a line by itself. */
  | { readonly kind: 'frame'; readonly state: ShownState }
  /** A line that stands for itself. */
  | { readonly kind: 'line'; readonly text: string };

/** Collects records; at level 1 those of paths that ended well are taken back. */
export class Log {
  readonly level: 0 | 1 | 2;
  private readonly all: LogRecord[] = [];

  constructor(level: 0 | 1 | 2) {
    this.level = level;
  }

  get records(): readonly LogRecord[] {
    return this.all;
  }

  /** Records now; for `cut`. */
  get length(): number {
    return this.all.length;
  }

  add(record: LogRecord): void {
    if (this.level > 0) this.all.push(record);
  }

  line(text: string): void {
    if (this.level > 0) this.all.push({ kind: 'line', text });
  }

  /** Gives the last insn record what the insn changed. */
  settle(after: ShownState | undefined): void {
    const last = this.all.at(-1);
    if (last?.kind === 'insn') this.all[this.all.length - 1] = { ...last, after };
  }

  /** Forgets what came after `length` records. */
  cut(length: number): void {
    this.all.length = length;
  }
}
