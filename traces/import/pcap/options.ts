// Options of pcapng blocks: code and length as u16, a value, padding to four bytes; code 0 ends them.
import { decodeUtf8 } from '../../format/utf8.ts';
import type { ByteBuffer } from '../bytes.ts';

/** Codes, per kind of block. `comment` and `end` may stand in each. @see https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/ */
// oxfmt-ignore
export const OPTIONS = {
  any:       { end: 0, comment: 1 },
  section:   { hardware: 2, os: 3, application: 4 },
  device:    { name: 2, description: 3, resolution: 9, filter: 11, os: 12, offset: 14, hardware: 15 },
  packet:    { flags: 2, hash: 3, dropCount: 4 },
  statistics:{ received: 4, droppedByDevice: 5, accepted: 6, droppedByOs: 7, delivered: 8 },
} as const satisfies Record<string, Record<string, number>>;

/** Options of one block, walked when asked for. */
export class Options {
  readonly #bytes: ByteBuffer;
  readonly #at: number;
  readonly #end: number;
  readonly #isLittle: boolean;

  /** Those of [at, end) of `bytes`. */
  constructor(bytes: ByteBuffer, at: number, end: number, isLittle: boolean) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.#isLittle = isLittle;
  }

  /** Visits each with the place of its value; says whether all of them fit into the block. */
  each(visit: (code: number, at: number, length: number) => void): boolean {
    const { view } = this.#bytes;
    let at = this.#at;
    while (at + 4 <= this.#end) {
      const code = view.getUint16(at, this.#isLittle);
      const length = view.getUint16(at + 2, this.#isLittle);
      if (code === OPTIONS.any.end) return true;
      if (at + 4 + length > this.#end) return false;
      visit(code, at + 4, length);
      at += 4 + ((length + 3) & ~3);
    }
    return true;
  }

  text(at: number, length: number): string {
    let end = at + length;
    while (end > at && this.#bytes.bytes[end - 1] === 0) end--; // some writers end their texts with NUL
    return decodeUtf8(this.#bytes.bytes.subarray(at, end));
  }

  u32(at: number): number {
    return this.#bytes.view.getUint32(at, this.#isLittle);
  }

  /** A u64; inexact above 2^53. */
  u64(at: number): number {
    return Number(this.#bytes.view.getBigUint64(at, this.#isLittle));
  }

  i64(at: number): number {
    return Number(this.#bytes.view.getBigInt64(at, this.#isLittle));
  }
}
