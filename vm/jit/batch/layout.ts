// Where a batch lies in linear memory, between BATCH_AT and the print buffer: its columns, names of tasks, and notes on which rows wrote records.
import { BATCH_AT } from '../../memory/linear.ts';

/** Rows of a batch: enough that its end costs nothing, few enough that what is written for it is still near when it is read. */
export const BATCH_ROWS = 0x1000;

/** Columns by the names of BatchColumns: bytes of a row. The wide ones come first, so that each is aligned. */
export const COLUMN_BYTES = {
  args: 48,
  ret: 8,
  atNs: 8,
  plan: 4,
  nr: 4,
  audit: 4,
  tid: 4,
  tgid: 4,
  comm: 4,
  cpu: 4,
} as const satisfies Record<string, number>;
export type ColumnName = keyof typeof COLUMN_BYTES;

/** Names that a batch can tell apart: one for each row would do. */
export const MAX_NAMES = 0x1000;
/** A name: 16 bytes with NULs behind it; how many there are, -1 where it is not known (i32). */
export const NAME = { bytes: 32, length: 16 } as const;

/** Notes that a batch has room for; when there is none left, it ends and they are read. */
export const MAX_NOTES = 0x1000;
/** A note: the row, the number of the buffer (i32 each), and the position behind what was written by then (f64). */
export const NOTE = { bytes: 16, buffer: 4, position: 8 } as const;

/** Buffers of records that a batch can note. */
export const MAX_BUFFERS = 256;

const SIZES = [
  ...Object.entries(COLUMN_BYTES).map(([name, bytes]) => [name, bytes * BATCH_ROWS] as const),
  ['names', NAME.bytes * MAX_NAMES],
  ['notes', NOTE.bytes * MAX_NOTES],
  ['written', 8 * MAX_BUFFERS],
  ['noteCount', 8],
] as const;

/** Offset of each column and table. `written`: how far each buffer was written when it was looked at last, f64. */
export const BATCH = placesOf() as Readonly<
  Record<ColumnName | 'names' | 'notes' | 'written' | 'noteCount' | 'end', number>
>;

function placesOf(): Readonly<Record<string, number>> {
  const places: Record<string, number> = {};
  let at = BATCH_AT;
  for (const [name, bytes] of SIZES) {
    places[name] = at;
    at += bytes;
  }
  return { ...places, end: at };
}
