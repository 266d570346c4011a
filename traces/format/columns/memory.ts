// What follows from numbers and strings: made-up addresses of arguments, and where recorded memory stands and how long it really was.
//
// `memShape` has a byte a span: low four bits how the true length is found, high four bits how the address is.
import type { Block } from '../../event.ts';
import type { PackedStreams, StreamSet } from '../streams.ts';
import type { Forms } from './form.ts';
import { halvesOf, isMadeUpFrom, madeUpArgs, madeUpFrom, madeUpSpans, putMadeUp } from './numbers.ts';
import type { Numbers } from './numbers.ts';
import type { Texts } from './texts.ts';

/** How a true length is found: the recorded length, unknown, the result, the argument after, the third argument, a number, a double. */
const LENGTH = { recorded: 0, unknown: 1, ret: 2, next: 3, third: 4, whole: 5, double: 6 } as const;
/** How an address is found: the argument that leads to the span, the span's own made-up one, a number. */
const ADDRESS = { argument: 0, madeUp: 1, stored: 2 } as const;
const ADDRESS_SHIFT = 4;

/** Length of string `id` in bytes; NaN where it is lost. */
export type LengthOf = (id: number) => number;
type Lengths = Pick<Block, 'memTrueLength' | 'memAddress'>;

/** Writes memTrueLength and memAddress. */
export function encodeMemory(block: Block, order: Uint32Array, lengthOf: LengthOf, to: StreamSet): void {
  const shapes = to.to('memShape');
  const values = to.to('memValue');
  const address = halvesOf(block.memAddress);
  const halves = { args: halvesOf(block.args), ret: halvesOf(block.ret) };
  for (const row of order) {
    for (let span = block.memStart[row]!; span < block.memStart[row + 1]!; span++) {
      const length = block.memTrueLength[span]!;
      const how = lengthCode(block, halves, row, span, lengthOf);
      const where = addressCode(block, halves.args, address, row, span);
      shapes.u8(how | (where << ADDRESS_SHIFT));
      if (how === LENGTH.whole) values.varint(length);
      if (how === LENGTH.double) values.f64(length);
      if (where === ADDRESS.stored) values.varint64(address[span * 2]!, address[span * 2 + 1]!);
    }
  }
}

function lengthCode(block: Block, halves: Halves, row: number, span: number, lengthOf: LengthOf): number {
  const length = block.memTrueLength[span]!;
  if (Number.isNaN(length)) return LENGTH.unknown;
  if (length === lengthOf(block.memBytes[span]!) && !Object.is(length, -0)) return LENGTH.recorded;
  for (const how of [LENGTH.ret, LENGTH.next, LENGTH.third] as const) {
    if (Object.is(foreseen(halves, row, block.memArg[span]!, how), length)) return how;
  }
  return Number.isSafeInteger(length) && length > 0 ? LENGTH.whole : LENGTH.double;
}

/** Numbers of all records, as halves. */
interface Halves {
  readonly args: Uint32Array;
  readonly ret: Uint32Array;
}

/** A length that a number of the record gives: below 2^32, else NaN. */
function foreseen(halves: Halves, row: number, arg: number, how: number): number {
  if (how === LENGTH.ret) return halves.ret[row * 2 + 1] === 0 ? halves.ret[row * 2]! : Number.NaN;
  const at = (row * 6 + (how === LENGTH.next ? Math.min(arg + 1, 5) : 2)) * 2;
  return halves.args[at + 1] === 0 ? halves.args[at]! : Number.NaN;
}

function addressCode(
  block: Block,
  args: Uint32Array,
  address: Uint32Array,
  row: number,
  span: number,
): number {
  const from = (row * 6 + block.memArg[span]!) * 2;
  if (address[span * 2] === args[from] && address[span * 2 + 1] === args[from + 1]) return ADDRESS.argument;
  return isMadeUpFrom(address, span, block.memBytes[span]!) ? ADDRESS.madeUp : ADDRESS.stored;
}

/** Columns that are decoded before the memory. */
export type Before = Pick<Block, 'count' | 'memStart' | 'memArg'> & Numbers & Texts;

/** Fills the made-up addresses of `before.args`. */
export function decodeMadeUp(
  before: Pick<Block, 'memStart'> & Numbers & Texts,
  { forms, formOf }: Forms,
  order: Uint32Array,
  from: PackedStreams,
): void {
  const stream = from.from('synthetic');
  const halves = halvesOf(before.args);
  const madeUp = Uint8Array.from(forms, madeUpArgs);
  const spans = madeUpSpans(forms);
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    const form = formOf[row]!;
    for (let left = madeUp[form]!; left !== 0; left &= left - 1) {
      const arg = 31 - Math.clz32(left & -left);
      const at = row * 6 + arg;
      if ((before.misses[row]! >> arg) & 1) {
        halves[at * 2] = stream.varint64();
        halves[at * 2 + 1] = stream.high;
      } else putMadeUp(halves, at, madeUpFrom(before, row, arg, spans[form * 6 + arg]!));
    }
  }
  stream.end('made-up addresses');
}

/** Reads what `encodeMemory` wrote; `before.args` is complete by now. */
export function decodeMemory(
  before: Before,
  order: Uint32Array,
  lengthOf: LengthOf,
  from: PackedStreams,
): Lengths {
  const shapes = from.from('memShape');
  const values = from.from('memValue');
  const spans = before.memStart[before.count]!;
  const columns = { memTrueLength: new Float64Array(spans), memAddress: new BigUint64Array(spans) };
  const address = halvesOf(columns.memAddress);
  const halves = { args: halvesOf(before.args), ret: halvesOf(before.ret) };
  for (const row of order) {
    for (let span = before.memStart[row]!; span < before.memStart[row + 1]!; span++) {
      const shape = shapes.u8();
      const how = shape & 15;
      if (how === LENGTH.recorded) columns.memTrueLength[span] = lengthOf(before.memBytes[span]!);
      else if (how === LENGTH.unknown) columns.memTrueLength[span] = Number.NaN;
      else if (how === LENGTH.whole) columns.memTrueLength[span] = values.varint();
      else if (how === LENGTH.double) columns.memTrueLength[span] = values.f64();
      else columns.memTrueLength[span] = foreseen(halves, row, before.memArg[span]!, how);
      const where = shape >> ADDRESS_SHIFT;
      if (where === ADDRESS.stored) {
        address[span * 2] = values.varint64();
        address[span * 2 + 1] = values.high;
      } else if (where === ADDRESS.madeUp) putMadeUp(address, span, before.memBytes[span]!);
      else {
        const from = (row * 6 + before.memArg[span]!) * 2;
        address[span * 2] = halves.args[from] ?? 0;
        address[span * 2 + 1] = halves.args[from + 1] ?? 0;
      }
    }
  }
  shapes.end('shapes of spans');
  values.end('lengths and addresses');
  return columns;
}
