// The columns of a block on their way to bytes: named streams, each packed for itself.
//
//   container: per stream that is not empty, in the order of the table
//     code u8 | packing u8 | length varint | stored length varint | stored bytes
import { deflateSync } from 'fflate';
import { ByteReader, ByteWriter } from './bytes.ts';
import { FormatError } from './errors.ts';
import { inflateAnywhere, type Inflate } from './inflate.ts';

/** Streams of a block section, version 1. `code` stands in the file; what is in them is told where they are written. */
// oxfmt-ignore
const STREAMS = {
  threads:     { code: 1,  summary: 'thread ids, as they appear' },
  thread:      { code: 2,  summary: 'which thread, by how lately it was seen' },
  process:     { code: 3,  summary: 'changes of a thread\'s tgid' },
  comm:        { code: 4,  summary: 'changes of a thread\'s name' },
  cpu:         { code: 5,  summary: 'changes of a thread\'s CPU' },
  forms:       { code: 10, summary: 'all that repeats exactly about records' },
  form:        { code: 11, summary: 'which form, thread by thread' },
  formHigh:    { code: 12, summary: 'its high byte, in blocks of more than 256 forms' },
  halved:      { code: 20, summary: 'one bit a record' },
  line:        { code: 21, summary: 'steps of the line' },
  source:      { code: 22, summary: 'changes of the source file' },
  enter:       { code: 23, summary: 'classes of the steps of enterNs' },
  enterBits:   { code: 24, summary: 'low bits of them' },
  duration:    { code: 25, summary: 'classes of the durations' },
  durationBits:{ code: 26, summary: 'low bits of them' },
  enterOff:    { code: 28, summary: 'steps that are a ns off their ticks' },
  durationOff: { code: 29, summary: 'durations that are a ns off their ticks' },
  odd:         { code: 27, summary: 'times that have no class' },
  argMiss:     { code: 30, summary: 'which arguments and results were not foreseen' },
  argValue:    { code: 31, summary: 'those that are numbers' },
  ret:         { code: 32, summary: 'those results that are numbers' },
  near:        { code: 33, summary: 'which address an address is near to' },
  address:     { code: 34, summary: 'how far from it' },
  textCode:    { code: 40, summary: 'how the text of an argument or result is found' },
  memCode:     { code: 41, summary: 'how the bytes of a span are found' },
  memShape:    { code: 42, summary: 'how true length and address of a span follow' },
  textId:      { code: 43, summary: 'ids of texts that were not foreseen' },
  memId:       { code: 46, summary: 'ids of the bytes of spans that were not foreseen' },
  memValue:    { code: 44, summary: 'true lengths and addresses that were not foreseen' },
  synthetic:   { code: 45, summary: 'made-up addresses that were not foreseen' },
} as const satisfies Record<string, { code: number; summary: string }>;
export type StreamName = keyof typeof STREAMS;
const NAMES = Object.keys(STREAMS) as readonly StreamName[]; // the literal keys above

/** How the bytes of a stream are stored. */
const PACKINGS = { stored: 0, deflated: 1, run: 2 } as const;
/** Deflate makes of one byte at most this many; a length that promises more is refused before room is made for it. */
const MAX_RATIO = 1040;
/** A run (one byte, repeated) is at most this long. */
const MAX_RUN = 1 << 22;
const LEVEL = 9;

/** Appends one packed byte string: packing, length, stored length, stored bytes. */
export function writePacked(out: ByteWriter, bytes: Uint8Array): void {
  const first = bytes[0] ?? 0;
  if (bytes.length > 1 && bytes.length <= MAX_RUN && bytes.every((byte) => byte === first)) {
    return writeParts(out, PACKINGS.run, bytes.length, Uint8Array.of(first));
  }
  const deflated = bytes.length > 8 ? deflateSync(bytes, { level: LEVEL }) : bytes;
  if (deflated.length < bytes.length) writeParts(out, PACKINGS.deflated, bytes.length, deflated);
  else writeParts(out, PACKINGS.stored, bytes.length, bytes);
}

/** Pieces of a long byte string that are deflated to see what deflating all of it would give, and how much it must be. */
const PROBE = { pieces: 16, pieceBytes: 4096, mostRatio: 0.9 } as const;

/** The same, but what is encrypted or compressed, as most payload of packets is, is stored without deflating all of it: that is slow. */
export function writeProbed(out: ByteWriter, bytes: Uint8Array): void {
  const { pieces, pieceBytes, mostRatio } = PROBE;
  if (bytes.length > 4 * pieces * pieceBytes) {
    const probe = new Uint8Array(pieces * pieceBytes);
    for (let i = 0; i < pieces; i++) {
      const from = Math.floor((i * (bytes.length - pieceBytes)) / (pieces - 1));
      probe.set(bytes.subarray(from, from + pieceBytes), i * pieceBytes);
    }
    if (deflateSync(probe, { level: LEVEL }).length > probe.length * mostRatio)
      return writeParts(out, PACKINGS.stored, bytes.length, bytes);
  }
  return writePacked(out, bytes);
}

function writeParts(out: ByteWriter, packing: number, length: number, stored: Uint8Array): void {
  out.u8(packing);
  out.varint(length);
  out.varint(stored.length);
  out.raw(stored);
}

interface Packed {
  readonly packing: number;
  readonly length: number;
  readonly stored: Uint8Array;
}

function readParts(from: ByteReader): Packed {
  const packing = from.u8();
  const length = from.varint();
  return { packing, length, stored: from.raw(from.varint()) };
}

function unpack({ packing, length, stored }: Packed, inflate: Inflate): Uint8Array {
  if (packing === PACKINGS.run && stored.length === 1 && length <= MAX_RUN) {
    return new Uint8Array(length).fill(stored[0]!);
  }
  if (packing === PACKINGS.stored && stored.length === length) return stored;
  if (packing === PACKINGS.deflated && length <= stored.length * MAX_RATIO)
    return inflated(stored, length, inflate);
  throw new FormatError('bad-stream', `packing ${packing} of ${stored.length} bytes to ${length}`);
}

function inflated(stored: Uint8Array, length: number, inflate: Inflate): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = inflate(stored, length);
  } catch (error) {
    throw new FormatError(
      'bad-stream',
      error instanceof Error ? error.message.toLowerCase() : 'no deflate data',
    );
  }
  if (bytes.length === length) return bytes;
  throw new FormatError('bad-stream', `deflate data of other than ${length} bytes`);
}

/** Reads what `writePacked` wrote. Throws FormatError where that is impossible. */
export function readPacked(from: ByteReader, inflate: Inflate = inflateAnywhere): Uint8Array {
  return unpack(readParts(from), inflate);
}

/** The streams of one block while it is written. */
export class StreamSet {
  readonly #streams = new Map<StreamName, ByteWriter>();

  /** The stream called `name`, empty at first. */
  to(name: StreamName): ByteWriter {
    let stream = this.#streams.get(name);
    if (stream === undefined) this.#streams.set(name, (stream = new ByteWriter()));
    return stream;
  }

  /** Appends the container to `out` and tells `onPacked` the stored size of each stream. */
  write(out: ByteWriter, onPacked?: (name: StreamName, storedBytes: number) => void): void {
    for (const name of NAMES) {
      const stream = this.#streams.get(name);
      if (stream === undefined || stream.length === 0) continue;
      const before = out.length;
      out.u8(STREAMS[name].code);
      writePacked(out, stream.bytes());
      onPacked?.(name, out.length - before);
    }
  }
}

/** The streams of a block section as they are read: unpacked one by one, when first asked for. */
export class PackedStreams {
  readonly #packed = new Map<number, Packed>();
  readonly #inflate: Inflate;

  constructor(from: ByteReader, inflate: Inflate = inflateAnywhere) {
    this.#inflate = inflate;
    while (from.at < from.bytes.length) this.#packed.set(from.u8(), readParts(from));
    from.end('the container of a block');
  }

  /** A reader at the start of the stream; of an empty one if there is none. Throws FormatError where it does not unpack. */
  from(name: StreamName): ByteReader {
    const packed = this.#packed.get(STREAMS[name].code);
    return new ByteReader(packed === undefined ? new Uint8Array(0) : unpack(packed, this.#inflate));
  }
}

/**
 * A stream in lanes: one a thread, each written on its own, laid end to end when all is written. What a thread repeats then stands
 * together, though the records of several threads were walked in turns. Lengths of the lanes stand before them.
 */
export class LaneWriter {
  readonly lanes: readonly ByteWriter[];

  constructor(lanes: number) {
    this.lanes = Array.from({ length: lanes }, () => new ByteWriter());
  }

  write(out: ByteWriter): void {
    if (this.lanes.every((lane) => lane.length === 0)) return;
    for (const lane of this.lanes) out.varint(lane.length);
    for (const lane of this.lanes) out.raw(lane.bytes());
  }
}

/** The lanes of a stream. `end` throws FormatError unless all were read to their ends. */
export class LaneReader {
  readonly lanes: readonly ByteReader[];

  constructor(from: ByteReader, lanes: number) {
    const isEmpty = from.bytes.length === 0;
    const lengths = Array.from({ length: lanes }, () => (isEmpty ? 0 : from.varint()));
    this.lanes = lengths.map((length) => new ByteReader(from.raw(length)));
    from.end('lanes');
  }

  end(what: string): void {
    for (const lane of this.lanes) lane.end(what);
  }
}
