// String ids: most are foreseen, or are the next that no record has used yet.
//
// An importer gives ids in the order in which strings are first met. So within a block, walked in source order, an id is one that some
// predictor names, or the k-th of the unused ids (k = 0 nearly always), or one that was used before and is written out.
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { FormatError } from '../errors.ts';

/** How an id is found. Codes below these are the guesses of the caller, in its order; it has three. */
const NEW = 5;
const SKIP = 6;
const PLAIN = 7;
/** More skipped ids than this are not counted one by one. */
const MAX_SKIP = 64;

/** Which ids from `base` on were used in this block. */
class Unused {
  readonly #base: number;
  #used = new Uint8Array(1024);
  /** The lowest unused id. */
  #head: number;

  constructor(base: number) {
    this.#base = base;
    this.#head = base;
  }

  use(id: number): void {
    const at = id - this.#base;
    if (at < 0) return;
    if (at >= this.#used.length) {
      const grown = new Uint8Array(Math.max(at + 1, this.#used.length * 2));
      grown.set(this.#used);
      this.#used = grown;
    }
    this.#used[at] = 1;
    if (id === this.#head) while (this.#used[this.#head - this.#base] === 1) this.#head++;
  }

  /** How many unused ids are below `id`; -1 where it is used, or too far. */
  rankOf(id: number): number {
    if (id < this.#head || this.#used[id - this.#base] === 1) return -1;
    let rank = 0;
    for (let other = this.#head; other < id; other++) {
      if (this.#used[other - this.#base] !== 1 && ++rank > MAX_SKIP) return -1;
    }
    return rank;
  }

  /** The unused id with `rank` unused ones below it. */
  atRank(rank: number): number {
    let id = this.#head;
    for (let left = Math.min(rank, MAX_SKIP); ; id++) {
      if (this.#used[id - this.#base] !== 1 && left-- === 0) return id;
    }
  }
}

/** Where the codes and the ids of one thread stand. */
export interface Lane<T> {
  readonly codes: T;
  readonly ids: T;
}

/** Writes ids. `base` is the lowest that no earlier block used. */
export class IdWriter {
  readonly #unused: Unused;

  constructor(base: number) {
    this.#unused = new Unused(base);
  }

  /** Writes the id at `at` of a column; the guesses are what the reader knows. */
  visit(
    { codes, ids }: Lane<ByteWriter>,
    first: number,
    second: number,
    third: number,
    column: Uint32Array,
    at: number,
  ): number {
    const id = column[at]!;
    if (id === first) codes.u8(0);
    else if (id === second) codes.u8(1);
    else if (id === third) codes.u8(2);
    else {
      const rank = this.#unused.rankOf(id);
      codes.u8(rank === 0 ? NEW : rank > 0 ? SKIP : PLAIN);
      if (rank !== 0) ids.varint(rank > 0 ? rank : id);
    }
    this.#unused.use(id);
    return id;
  }
}

/** Reads what an IdWriter wrote. */
export class IdReader {
  readonly #unused: Unused;
  readonly #limit: number;

  /** Ids from `limit` on are refused. */
  constructor(base: number, limit: number) {
    this.#unused = new Unused(base);
    this.#limit = limit;
  }

  /** Reads an id into `at` of a column. */
  visit(
    { codes, ids }: Lane<ByteReader>,
    first: number,
    second: number,
    third: number,
    column: Uint32Array,
    at: number,
  ): number {
    const code = codes.u8();
    let id = code === 0 ? first : code === 1 ? second : third;
    if (code > 2) {
      if (code < NEW) throw new FormatError('bad-stream', `no string by code ${code}`);
      id = code === PLAIN ? ids.varint() : this.#unused.atRank(code === NEW ? 0 : ids.varint());
    }
    if (id >= this.#limit) throw new FormatError('bad-stream', `string id ${id}, limit ${this.#limit}`);
    this.#unused.use(id);
    column[at] = id;
    return id;
  }
}
