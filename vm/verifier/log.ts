// The verifier's log as data. print.ts makes the kernel's lines of it.
import type { Reg } from './reg.ts';
import type { Held, Slot } from './state.ts';

/** Registers and slots of a frame that a record shows. */
export interface ShownState {
  readonly frameno: number;
  readonly regs: readonly { readonly reg: number; readonly value: Reg }[];
  /** By slot: slot i lies at r10 - 8(i+1). */
  readonly slots: readonly { readonly slot: number; readonly value: Slot }[];
  readonly held: readonly Held[];
  readonly isCallback: boolean;
  readonly isAsyncCallback: boolean;
}

/** A record. */
export type LogRecord =
  /** An insn that is walked. */
  | { readonly kind: 'insn'; readonly pc: number }
  /** The source line of the insn that follows. `LineInfo` of the input, by its position there. */
  | { readonly kind: 'source'; readonly line: number }
  /** What changed up to `pc`: behind an insn its effect, printed in its line. */
  | { readonly kind: 'changes'; readonly pc: number; readonly state: ShownState }
  /** A path that was on hold is taken up at `pc`, from the insn `from`. */
  | { readonly kind: 'path'; readonly from: number; readonly pc: number; readonly state: ShownState }
  /** Some words, and an insn behind them. */
  | { readonly kind: 'words'; readonly words: string; readonly pc: number }
  /** A whole frame behind some words, which may be none. */
  | { readonly kind: 'state'; readonly words: string; readonly state: ShownState }
  /**
   * Records behind an insn were taken back. `joins`: what it did stood in its line, whose line break is lost. `isOpen`: what it does is still added to
   * its line when it is shown next.
   */
  | { readonly kind: 'cut'; readonly joins: boolean; readonly isOpen: boolean }
  /** A line that stands for itself. */
  | { readonly kind: 'line'; readonly text: string };

/** Records that are held at most. With more, the older half goes: what ends a walk stands at the end. (The kernel keeps the last bytes that its buffer has room for.) */
const LIMIT_RECORDS = 1 << 17;
/** The same for registers, slots and references that they show. */
const LIMIT_SHOWN = 1 << 20;

/** Collects records; at level 1 those of paths that ended well are taken back with `cut`. */
export class Log {
  readonly level: 0 | 1 | 2;
  private readonly all: LogRecord[] = [];
  /** Records that are gone from the begin. */
  private dropped = 0;
  /** Registers, slots and references that the records show. */
  private shown = 0;

  constructor(level: 0 | 1 | 2) {
    this.level = level;
  }

  get records(): readonly LogRecord[] {
    return this.all;
  }

  /** Records now; for `cut`. */
  get length(): number {
    return this.dropped + this.all.length;
  }

  /** Keeps a record at levels 1 and 2. Ask `level` first where making the record takes time. */
  add(record: LogRecord): void {
    if (this.level === 0) return;
    this.all.push(record);
    this.shown += shownIn(record);
    if (this.all.length <= LIMIT_RECORDS && this.shown <= LIMIT_SHOWN) return;
    const half = this.all.length >> 1;
    this.dropped += half;
    for (const gone of this.all.splice(0, half)) this.shown -= shownIn(gone);
  }

  line(text: string): void {
    if (this.level > 0) this.add({ kind: 'line', text });
  }

  /**
   * Forgets what came after `length` records. As the kernel cuts its text where the record ended when it was written, the line break goes with what
   * was added to an insn's line since. What is shown next is added to that line only when no other insn was shown in between.
   */
  cut(length: number): void {
    const left = Math.max(0, length - this.dropped);
    if (left >= this.all.length) return;
    const next = this.all[left]!;
    const isOpen = !this.hasInsn(left);
    while (this.all.length > left) this.shown -= shownIn(this.all.pop()!);
    if (this.all[left - 1]?.kind !== 'insn') return;
    const joins = next.kind === 'changes' || (next.kind === 'cut' && next.joins);
    if (joins || !isOpen) this.all.push({ kind: 'cut', joins, isOpen });
  }

  /** An insn was shown from record `from` on, or had been and was cut. */
  private hasInsn(from: number): boolean {
    for (let i = from; i < this.all.length; i++) {
      const record = this.all[i]!;
      if (record.kind === 'insn' || (record.kind === 'cut' && !record.isOpen)) return true;
    }
    return false;
  }
}

/** Registers, slots and references that a record shows. */
function shownIn(record: LogRecord): number {
  if (!('state' in record)) return 0;
  const { regs, slots, held } = record.state;
  return regs.length + slots.length + held.length;
}
