// The strings of a recording of packets: frames and comments, which nobody asks for again once they are written, and a few names, which stay.
//
// A capture is far larger than what a machine wants to hold, so passing strings lie in pieces, one for each block, that are let go of.
import type { StringTable } from '../../event.ts';
import { decodeUtf8, encodeUtf8 } from '../../format/utf8.ts';
import { ByteBuffer } from '../bytes.ts';

/** Passing strings with ids first, first + 1, ... */
interface Piece {
  readonly first: number;
  /** Where string i ends; it begins where the one before ends. */
  readonly ends: number[];
  readonly bytes: ByteBuffer;
}

/** Room of a piece at first. */
const PIECE_BYTES = 1 << 16;

/** One part in so many of a piece is worth keeping all of it. */
const LEAST_SHARE = 4;

/** A table whose passing strings can be forgotten. Ids count from 0, the empty string. */
export class PacketStrings implements StringTable {
  size = 1;
  /** What stays, by id, and the ids by text. */
  readonly #kept = new Map<number, Uint8Array>([[0, new Uint8Array(0)]]);
  readonly #ids = new Map<string, number>([['', 0]]);
  #pieces: Piece[] = [];
  /** Strings that wait when the others of their pieces are gone. */
  #strays = new Map<number, Uint8Array>();
  #open: Piece = newPiece(1);

  /** A new id for the bytes [start, end) of `source`; 0 for none. */
  add(source: Uint8Array, start: number, end: number): number {
    if (start === end) return 0;
    const piece = this.#open;
    // ids of a piece are consecutive
    if (piece.first + piece.ends.length !== this.size) this.#beginPiece();
    this.#open.bytes.append(source, start, end);
    this.#open.ends.push(this.#open.bytes.length);
    return this.size++;
  }

  /** The id of a text that is kept to the end. */
  keep(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      this.#ids.set(text, (id = this.size++));
      this.#kept.set(id, encodeUtf8(text));
    }
    return id;
  }

  /** Passing strings other than these will not be asked for any more. A piece stays while a good part of it is needed; of others, strings are copied. */
  retain(passing: readonly number[]): void {
    this.#beginPiece();
    const needed = new Map<Piece, number[]>();
    const strays = new Map<number, Uint8Array>();
    for (const id of passing) {
      const piece = this.#pieces.find((one) => holds(one, id));
      if (piece === undefined) {
        const stray = this.#strays.get(id);
        if (stray !== undefined) strays.set(id, stray);
      } else if (needed.has(piece)) needed.get(piece)!.push(id);
      else needed.set(piece, [id]);
    }
    this.#pieces = [];
    for (const [piece, ids] of needed) {
      const bytes = ids.reduce((sum, id) => sum + bytesOf(piece, id).length, 0);
      if (bytes * LEAST_SHARE >= piece.bytes.length) this.#pieces.push(piece);
      else for (const id of ids) strays.set(id, bytesOf(piece, id).slice());
    }
    this.#strays = strays;
  }

  /** Bytes of passing strings that are held now. */
  get heldBytes(): number {
    let held = this.#open.bytes.length;
    for (const piece of this.#pieces) held += piece.bytes.length;
    for (const bytes of this.#strays.values()) held += bytes.length;
    return held;
  }

  bytes(id: number): Uint8Array {
    const kept = this.#kept.get(id) ?? this.#strays.get(id);
    if (kept !== undefined) return kept;
    const piece = holds(this.#open, id) ? this.#open : this.#pieces.find((one) => holds(one, id));
    if (piece === undefined) throw new RangeError(`string id ${id} is unknown, or forgotten`);
    return bytesOf(piece, id);
  }

  text(id: number): string {
    return decodeUtf8(this.bytes(id));
  }

  #beginPiece(): void {
    if (this.#open.ends.length > 0) this.#pieces.push(this.#open);
    this.#open = newPiece(this.size);
  }
}

function newPiece(first: number): Piece {
  return { first, ends: [], bytes: new ByteBuffer(PIECE_BYTES) };
}

function holds({ first, ends }: Piece, id: number): boolean {
  return id >= first && id < first + ends.length;
}

function bytesOf({ first, ends, bytes }: Piece, id: number): Uint8Array {
  const at = id - first;
  return bytes.bytes.subarray(at === 0 ? 0 : ends[at - 1], ends[at]);
}
