// Strings of a recording: written in the order of their ids, a section before the block that first needs them.
//
//   payload: first id varint | count varint | lengths (packed varints) | bytes (packed)
import type { StringTable } from '../event.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { FormatError } from './errors.ts';
import type { Inflate } from './inflate.ts';
import { readPacked, writePacked, writeProbed } from './streams.ts';
import { decodeUtf8 } from './utf8.ts';

/** Payload of a strings section: ids first..end-1 of `table`. `areFrames`: packets, which are stored as they are where little would be gained. */
export function encodeStrings(table: StringTable, first: number, end: number, areFrames = false): Uint8Array {
  const lengths = new ByteWriter();
  const bytes = new ByteWriter();
  for (let id = first; id < end; id++) {
    const string = table.bytes(id);
    lengths.varint(string.length);
    bytes.raw(string);
  }
  const out = new ByteWriter();
  out.varint(first);
  out.varint(end - first);
  writePacked(out, lengths.bytes());
  if (areFrames) writeProbed(out, bytes.bytes());
  else writePacked(out, bytes.bytes());
  return out.bytes();
}

/** Ids that a strings section holds, read without unpacking it. */
export interface StringRange {
  readonly first: number;
  readonly count: number;
  /** The whole section, for `RecordedStrings`. */
  readonly payload: Uint8Array;
}

/** Throws FormatError when the count is more than the payload can hold. */
export function readStringRange(payload: Uint8Array): StringRange {
  const from = new ByteReader(payload);
  const first = from.varint();
  const count = from.varint();
  // a packed string is at most 1,040 lengths a byte, or one run of 2^22
  if (first + count > 0xffff_ffff || count > Math.max(payload.length * 1040, 1 << 22)) {
    throw new FormatError('bad-block', `${count} strings from id ${first} in ${payload.length} bytes`);
  }
  return { first, count, payload };
}

interface Chunk {
  readonly first: number;
  readonly count: number;
  readonly payload: Uint8Array;
  /** Unpacked when a string of the chunk is first asked for; offsets has count+1 rows. */
  bytes: Uint8Array | undefined;
  offsets: Uint32Array;
}

/** Views that are kept, a power of two. */
const VIEWS = 1024;

/** The strings of an open file. Lost ones read as no bytes and as the text U+FFFD. */
export class RecordedStrings implements StringTable {
  readonly size: number;
  /** Ids that no readable section holds. */
  readonly lost: number;
  readonly #chunks: readonly Chunk[];
  readonly #inflate: Inflate;
  /** Views made lately, by the low bits of the id: names and paths are asked for again and again. */
  readonly #viewed = new Float64Array(VIEWS).fill(Number.NaN);
  readonly #views: Uint8Array[] = [];
  readonly #texts = new Map<number, string>();

  /** `size` is the number of ids that blocks may use; `ranges` are the sections that could be read, in any order. */
  constructor(ranges: readonly StringRange[], size: number, inflate: Inflate) {
    this.#inflate = inflate;
    const sorted = ranges.toSorted((a, b) => a.first - b.first);
    let known = 0;
    let end = 0;
    const chunks: Chunk[] = [];
    for (const { first, count, payload } of sorted) {
      if (first < end) continue; // a section of this file never repeats ids
      chunks.push({ first, count, payload, bytes: undefined, offsets: new Uint32Array(0) });
      known += count;
      end = first + count;
    }
    this.#chunks = chunks;
    this.size = Math.max(size, end, 1);
    this.lost = this.size - Math.max(known, 1);
  }

  bytes(id: number): Uint8Array {
    const slot = id & (VIEWS - 1);
    if (this.#viewed[slot] === id) return this.#views[slot]!;
    const view = this.#view(id);
    this.#viewed[slot] = id;
    this.#views[slot] = view;
    return view;
  }

  text(id: number): string {
    let text = this.#texts.get(id);
    if (text === undefined) {
      text = Number.isNaN(this.lengthOf(id)) ? '\ufffd' : decodeUtf8(this.bytes(id));
      this.#texts.set(id, text);
    }
    return text;
  }

  /** Length of string `id` in bytes; NaN where it is lost. Throws RangeError for an unknown id. */
  lengthOf(id: number): number {
    if (id === 0) return 0;
    const chunk = this.#chunkOf(id);
    if (chunk === undefined) return Number.NaN;
    if (chunk.bytes === undefined) unpackChunk(chunk, this.#inflate);
    return chunk.offsets[id - chunk.first + 1]! - chunk.offsets[id - chunk.first]!;
  }

  #view(id: number): Uint8Array {
    const chunk = this.#chunkOf(id);
    if (chunk === undefined) return EMPTY;
    const bytes = chunk.bytes ?? unpackChunk(chunk, this.#inflate);
    return bytes.subarray(chunk.offsets[id - chunk.first], chunk.offsets[id - chunk.first + 1]);
  }

  #chunkOf(id: number): Chunk | undefined {
    if (!(id >= 0 && id < this.size)) throw new RangeError(`string id ${id} outside 0..${this.size - 1}`);
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#chunks[middle]!.first <= id) low = middle;
      else high = middle - 1;
    }
    const chunk = this.#chunks[low];
    return chunk !== undefined && id >= chunk.first && id < chunk.first + chunk.count ? chunk : undefined;
  }
}

const EMPTY = new Uint8Array(0);

function unpackChunk(chunk: Chunk, inflate: Inflate): Uint8Array {
  const from = new ByteReader(chunk.payload);
  from.varint();
  from.varint();
  const lengths = new ByteReader(readPacked(from, inflate));
  const bytes = readPacked(from, inflate);
  if (chunk.count > lengths.bytes.length)
    throw new FormatError('bad-block', `${chunk.count} strings, ${lengths.bytes.length} lengths`);
  const offsets = new Uint32Array(chunk.count + 1);
  let end = 0;
  for (let i = 1; i <= chunk.count; i++) offsets[i] = end += lengths.varint();
  lengths.end('lengths of strings');
  if (end !== bytes.length) throw new FormatError('bad-block', `strings of ${end} bytes in ${bytes.length}`);
  chunk.offsets = offsets;
  chunk.bytes = bytes;
  return bytes;
}
