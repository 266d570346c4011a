// Lines that generated code prints: records in linear memory, until JavaScript makes text of them.
//
//   PRINT_AT   formats, a slot for each of the calls that were met last (print-format.ts)
//              arguments of the call that prints
//   BUFFER_AT  records, one behind the other: task and time, number of arguments, arguments, format; a multiple of 8 bytes
//
// A record has all that its line says, so that it does not matter when it is told. Lines keep their order: what JavaScript prints comes behind those that wait.
import type { Printk } from '../../api.ts';
import { formatLine, type FormatMemory } from '../../helpers/format.ts';
import { formatIn } from '../../helpers/format-pieces.ts';
import { LINE_BYTES, shownLine } from '../../helpers/printk.ts';
import { HEAP_AT, PRINT_AT, type LinearMemory } from '../../memory/linear.ts';
import { decodeUtf8 } from '../../memory/text.ts';
import { CELLS } from '../cells.ts';

/** Slots of formats, and bytes of each. */
export const SLOTS = 64;
export const SLOT_BYTES = 128;
/** Where the arguments stand that come in registers. */
export const PRINT_ARGS_AT = PRINT_AT + SLOTS * SLOT_BYTES;
export const BUFFER_AT = PRINT_ARGS_AT + 64;
export const BUFFER_END = HEAP_AT;

/** Offsets in a record; u32 unless said otherwise. */
// oxfmt-ignore
export const RECORD = {
  bytes:       0, // of the whole record
  cpu:         4,
  atNs:        8, // i64
  pidTgid:    16, // i64
  comm:       24, // 16 bytes
  commBytes:  40, // i32, -1: not known
  row:        44, // of the batch, i32; -1 outside of one
  formatBytes: 48,
  count:      52, // of arguments
  args:       56, // i64 each; the format behind them
} as const satisfies Record<string, number>;

/** A line of the trace, and the row of the batch that it was printed in; -1 outside of one. */
export interface PrintedLine extends Printk {
  readonly row: number;
}

/** Formats that are recorded read no memory. */
const NO_MEMORY: FormatMemory = {
  string: () => undefined,
  bytes: (_arg, size) => new Uint8Array(size),
};

/** Tells all lines that wait, in their order; none waits then, even where `tell` throws. Who is told may make maps: views of memory are others then. */
export function drainPrints(memory: LinearMemory, tell: (line: PrintedLine) => void): void {
  const { view } = memory;
  const end = BUFFER_AT + view.getUint32(CELLS.printed, true);
  if (end === BUFFER_AT) return;
  view.setUint32(CELLS.printed, 0, true);
  const names = new Names(memory);
  const lines: PrintedLine[] = [];
  for (let at = BUFFER_AT; at < end; at += view.getUint32(at + RECORD.bytes, true))
    lines.push(lineAt(memory, at, names));
  for (const line of lines) tell(line);
}

function lineAt({ u8, i32 }: LinearMemory, at: number, names: Names): PrintedLine {
  const word = (off: number): number => i32[(at + off) >> 2]!;
  const argsAt = at + RECORD.args;
  const formatAt = argsAt + 8 * word(RECORD.count);
  const format = formatIn(u8, formatAt, formatAt + word(RECORD.formatBytes));
  const line = formatLine(format, i32.subarray(argsAt >> 2, formatAt >> 2), NO_MEMORY, LINE_BYTES);
  return {
    text: typeof line === 'number' ? '' : shownLine(line.text),
    comm: names.at(at),
    tid: word(RECORD.pidTgid),
    cpu: word(RECORD.cpu),
    atNs: (word(RECORD.atNs) >>> 0) + 2 ** 32 * (word(RECORD.atNs + 4) >>> 0),
    row: word(RECORD.row),
  };
}

/** Words of a record that hold the name and its length. */
const NAME_WORDS = (RECORD.commBytes + 4 - RECORD.comm) / 4;

/** Names of tasks as text: that of the last record is likely that of the next. */
class Names {
  private readonly memory: LinearMemory;
  /** The record whose name is `text`. */
  private last = 0;
  private text = '';

  constructor(memory: LinearMemory) {
    this.memory = memory;
  }

  /** The name in the record at an offset. */
  at(at: number): string {
    if (this.last !== 0 && this.isSame(at)) return this.text;
    const { u8, view } = this.memory;
    const commAt = at + RECORD.comm;
    this.last = at;
    this.text = decodeUtf8(u8, commAt, commAt + Math.max(0, view.getInt32(at + RECORD.commBytes, true)));
    return this.text;
  }

  private isSame(at: number): boolean {
    const { i32 } = this.memory;
    for (let i = 0, a = (this.last + RECORD.comm) >> 2, b = (at + RECORD.comm) >> 2; i < NAME_WORDS; i++) {
      if (i32[a + i] !== i32[b + i]) return false;
    }
    return true;
  }
}
