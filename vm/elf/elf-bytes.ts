// Bytes of an object: numbers and texts in them, and what is said when they make no sense.
import { LoadError } from '../load-error.ts';
import { decodeUtf8 } from '../memory/text.ts';
import type { ObjectSection } from './object-file.ts';

/** A section with its bytes. */
export interface ElfSection extends ObjectSection {
  /** sh_link and sh_info: indices of other sections, by type. */
  readonly link: number;
  readonly info: number;
  /** Bytes of an entry of a table. */
  readonly entryBytes: number;
  /** Empty for a section that takes no room in the file. */
  readonly bytes: Uint8Array;
}

/** An error in a section of an object; `offset` in bytes from the section's start, `section` '' for the file itself. */
export function elfError(name: string, section: string, offset: number, reason: string): LoadError {
  return new LoadError('elf', name, reason, { section, offset });
}

/** Longest name. Many names may share the bytes of one: without a limit a small file asks for more than any memory holds. */
const LIMIT_TEXT_BYTES = 4096;

/** The text at an offset of a table of strings; undefined where it begins or ends outside of it, or is no name for its length. */
export function textAt(bytes: Uint8Array, offset: number): string | undefined {
  if (offset >= bytes.length) return undefined;
  const end = bytes.subarray(offset, offset + LIMIT_TEXT_BYTES).indexOf(0);
  return end < 0 ? undefined : decodeUtf8(bytes, offset, offset + end);
}

/** A u64 as a number: beyond 2^53 it is not exact, and in no file. */
export function readU64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

/** The bytes as numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The part of a list, which is sorted by place, that lies in [start, end). */
export function within<T extends { readonly at: number }>(
  list: readonly T[],
  start: number,
  end: number,
): readonly T[] {
  return list.slice(firstFrom(list, start), firstFrom(list, end));
}

function firstFrom(list: readonly { readonly at: number }[], at: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
