// The strings of a recording of packets: frames, which nobody asks for again once they are written, and a few names, which stay.
//
// A capture is far larger than what a machine wants to hold, so frames lie in pieces, one for each block, that are let go of.
import type { StringTable } from '../../event.ts';
import { decodeUtf8, encodeUtf8 } from '../../format/utf8.ts';
import { ByteBuffer } from '../bytes.ts';

/** Frames with ids first, first + 1, ... */
interface Piece {
  readonly first: number;
  /** Where frame i ends; it begins where the one before ends. */
  readonly ends: number[];
  readonly bytes: ByteBuffer;
}

/** Room of a piece at first. */
const PIECE_BYTES = 1 << 16;

/** A table whose frames can be forgotten. Ids count from 0, the empty string. */
export class PacketStrings implements StringTable {
  size = 1;
  readonly #kept = new Map<number, Uint8Array>([[0, new Uint8Array(0)]]);
  readonly #ids = new Map<string, number>([['', 0]]);
  #pieces: Piece[] = [];
  #open: Piece = newPiece(1);

  /** A new id for the bytes [start, end) of `source`; 0 for none. */
  addFrame(source: ByteBuffer, start: number, end: number): number {
    if (start === end) return 0;
    const piece = this.#open;
    // ids of a piece are consecutive
    if (piece.first + piece.ends.length !== this.size) this.#beginPiece();
    this.#open.bytes.append(source.bytes, start, end);
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

  /** Frames below id `first` will not be asked for any more. Those of the same piece as later ones stay for now. */
  forget(first: number): void {
    this.#pieces = this.#pieces.filter((piece) => piece.first + piece.ends.length > first);
    if (this.#open.ends.length > 0) this.#beginPiece();
  }

  bytes(id: number): Uint8Array {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const piece = this.#pieceOf(id);
    if (piece === undefined) throw new RangeError(`string id ${id} is unknown, or forgotten`);
    const at = id - piece.first;
    return piece.bytes.bytes.subarray(at === 0 ? 0 : piece.ends[at - 1], piece.ends[at]);
  }

  text(id: number): string {
    return decodeUtf8(this.bytes(id));
  }

  #pieceOf(id: number): Piece | undefined {
    if (holds(this.#open, id)) return this.#open;
    return this.#pieces.find((piece) => holds(piece, id));
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
