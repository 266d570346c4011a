// Where a record stood in its source: line, source file, and the flag `halved` (the recorder printed the call in two lines).
//
// A recorder prints a line when something happens, so the stamps foresee the lines. A call is in two halves when anything else was printed
// before it returned; and the second halves of calls that returned since the last record stand between the two. What the stamps foresee is
// left out: `line` has steps beyond it, `halved` bits that differ from it. A block without halved calls has no bits.
import { RECORD_FLAGS } from '../../event.ts';
import type { Block } from '../../event.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import type { PackedStreams, StreamSet } from '../streams.ts';

/** More second halves than this are not awaited: the guess gets worse, not wrong. */
const MAX_AWAITED = 512;

/** Second halves that are still to be printed, by the stamps. */
class Awaited {
  readonly #exitNs = new Float64Array(MAX_AWAITED);
  #count = 0;

  /** Takes out those that were printed up to `ns`; says how many. */
  takeUpTo(ns: number): number {
    let kept = 0;
    for (let i = 0; i < this.#count; i++) {
      const exitNs = this.#exitNs[i]!;
      if (exitNs > ns) this.#exitNs[kept++] = exitNs;
    }
    const taken = this.#count - kept;
    this.#count = kept;
    return taken;
  }

  hasBefore(ns: number): boolean {
    for (let i = 0; i < this.#count; i++) if (this.#exitNs[i]! < ns) return true;
    return false;
  }

  add(exitNs: number): void {
    if (this.#count < MAX_AWAITED && !Number.isNaN(exitNs)) this.#exitNs[this.#count++] = exitNs;
  }
}

/** What is known of records before their lines. */
type Stamps = Pick<Block, 'count' | 'enterNs' | 'exitNs'>;

/** Whether record `row` was halved, and by how many lines it is after the record before: `judge` is told what the stamps foresee. */
function foresee(
  { count, enterNs, exitNs }: Stamps,
  judge: { step(row: number, foreseen: number): void; isHalved(row: number, foreseen: boolean): boolean },
): void {
  const awaited = new Awaited();
  for (let row = 0; row < count; row++) {
    judge.step(row, 1 + awaited.takeUpTo(enterNs[row]!));
    const exit = exitNs[row]!;
    const isNextEarlier = row + 1 < count && enterNs[row + 1]! < exit;
    if (judge.isHalved(row, isNextEarlier || awaited.hasBefore(exit))) awaited.add(exit);
  }
}

/** Writes line, source and `halved`. */
export function encodeLines(block: Block, to: StreamSet): void {
  const { count, line, source, flags } = block;
  const steps = to.to('line');
  const isAnyHalved = flags.subarray(0, count).some((some) => (some & RECORD_FLAGS.halved) !== 0);
  const bits = isAnyHalved ? new BitWriter(to.to('halved')) : undefined;
  const lines = new Map<number, number>();
  foresee(block, {
    step: (row, foreseen) => {
      steps.zigzag(line[row]! - (lines.get(source[row]!) ?? 0) - foreseen);
      lines.set(source[row]!, line[row]!);
    },
    isHalved: (row, foreseen) => {
      const isHalved = (flags[row]! & RECORD_FLAGS.halved) !== 0;
      bits?.put(isHalved !== foreseen);
      return isHalved;
    },
  });
  bits?.end();
  const changes = to.to('source');
  for (let row = 0, since = 0, last = 0; row < count; row++, since++) {
    if (source[row] === last) continue;
    last = source[row]!;
    changes.varint(since);
    changes.varint(last);
    since = 0;
  }
}

/** The columns; flags are those of the forms with `halved` added. */
export type Lines = Pick<Block, 'line' | 'source' | 'flags'>;

/** Reads what `encodeLines` wrote; `bare` are the flags without `halved`. */
export function decodeLines(stamps: Stamps, bare: Uint16Array, from: PackedStreams): Lines {
  const { count } = stamps;
  const source = decodeSources(count, from.from('source'));
  const line = new Uint32Array(count);
  const flags = bare.slice();
  const steps = from.from('line');
  const halved = from.from('halved');
  const isAnyHalved = halved.bytes.length > 0;
  const lines = new Map<number, number>();
  foresee(stamps, {
    step: (row, foreseen) => {
      const at = (lines.get(source[row]!) ?? 0) + foreseen + steps.zigzag();
      line[row] = at;
      lines.set(source[row]!, at);
    },
    isHalved: (row, foreseen) => {
      if (!isAnyHalved) return false;
      const differs = ((halved.bytes[row >> 3]! >> (row & 7)) & 1) === 1;
      if (differs === foreseen) return false;
      flags[row]! |= RECORD_FLAGS.halved;
      return true;
    },
  });
  steps.end('steps of the line');
  if (isAnyHalved) halved.raw(Math.ceil(count / 8));
  halved.end('halved records');
  return { line, source, flags };
}

function decodeSources(count: number, changes: ByteReader): Uint16Array {
  const source = new Uint16Array(count);
  let now = 0;
  let next = changes.bytes.length === 0 ? count : changes.varint();
  for (let row = 0; row < count; row++) {
    if (row === next) {
      now = changes.varint();
      next = changes.at < changes.bytes.length ? row + changes.varint() : count;
    }
    source[row] = now;
  }
  changes.end('changes of the source');
  return source;
}

/** Bits, lowest first. */
class BitWriter {
  readonly #to: ByteWriter;
  #held = 0;
  #count = 0;

  constructor(to: ByteWriter) {
    this.#to = to;
  }

  put(bit: boolean): void {
    if (bit) this.#held |= 1 << this.#count;
    if (++this.#count === 8) this.#flush();
  }

  end(): void {
    if (this.#count > 0) this.#flush();
  }

  #flush(): void {
    this.#to.u8(this.#held);
    this.#held = this.#count = 0;
  }
}
