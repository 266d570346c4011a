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

/** Tells all lines that wait, in their order; none waits then, even where `tell` throws. */
export function drainPrints(memory: LinearMemory, tell: (line: PrintedLine) => void): void {
  const { view } = memory;
  const end = BUFFER_AT + view.getUint32(CELLS.printed, true);
  if (end === BUFFER_AT) return;
  view.setUint32(CELLS.printed, 0, true);
  for (let at = BUFFER_AT; at < end; at += view.getUint32(at + RECORD.bytes, true)) tell(lineAt(memory, at));
}

function lineAt({ u8, view }: LinearMemory, at: number): PrintedLine {
  const u32 = (off: number): number => view.getUint32(at + off, true);
  const args = Array.from({ length: u32(RECORD.count) }, (_, i) =>
    view.getBigUint64(at + RECORD.args + 8 * i, true),
  );
  const formatAt = at + RECORD.args + 8 * args.length;
  const format = formatIn(u8, formatAt, formatAt + u32(RECORD.formatBytes));
  const line = formatLine(format, args, NO_MEMORY, LINE_BYTES);
  const commAt = at + RECORD.comm;
  return {
    text: typeof line === 'number' ? '' : shownLine(line.text),
    comm: decodeUtf8(u8, commAt, commAt + Math.max(0, view.getInt32(at + RECORD.commBytes, true))),
    tid: view.getInt32(at + RECORD.pidTgid, true),
    cpu: u32(RECORD.cpu),
    atNs: u32(RECORD.atNs) + 2 ** 32 * u32(RECORD.atNs + 4),
    row: view.getInt32(at + RECORD.row, true),
  };
}
