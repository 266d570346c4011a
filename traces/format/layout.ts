// How a .sct file is laid out: a signature, then sections to the end.
//
//   offset  0               8              28                              all numbers little endian
//           +---------------+--------------+-----------+--------------+---
//           | signature     | section head | payload   | section head | ...
//           +---------------+--------------+-----------+--------------+---
//
//   head    0        4      5         6          8         12            16         20
//           +--------+------+---------+----------+---------+-------------+----------+
//           | marker | type | version | 0        | length  | payload crc | head crc |
//           +--------+------+---------+----------+---------+-------------+----------+
//
// The head has its own check sum, so that a broken length is found before it is believed, and a reader that lost its way finds
// the next sound head by its marker. Sections of an unknown type are skipped by their length.
import { crc32 } from './crc32.ts';

/** First bytes of a file: not text, and broken by whatever changes line ends. */
export const SIGNATURE = Uint8Array.of(0x89, 0x53, 0x43, 0x54, 0x0d, 0x0a, 0x1a, 0x0a);
/** First bytes of a section head. */
const MARKER = Uint8Array.of(0xf5, 0x73, 0x63, 0x74);
const HEAD_BYTES = 20;

/** Section types: `code` is what stands in the head; `version` what this writer writes and the newest that this reader knows. */
export const SECTIONS = {
  header: { code: 1, version: 1, summary: 'what is known before the first record; again near the end' },
  strings: { code: 2, version: 1, summary: 'strings that were new up to a block' },
  syscalls: {
    code: 3,
    version: 1,
    summary: 'system calls that were new up to a block; all of them again near the end',
  },
  block: {
    code: 4,
    version: 1,
    summary: 'up to 4,096 records as columns, a summary in the clear before them',
  },
  footer: { code: 5, version: 1, summary: 'what is known after the last record' },
  index: { code: 6, version: 1, summary: 'where each block is, and its summary' },
  packets: { code: 8, version: 1, summary: 'how many packets the block after it has' },
  trailer: { code: 7, version: 1, summary: 'the last section, 32 bytes with its head: where the index is' },
} as const satisfies Record<string, { code: number; version: number; summary: string }>;
export type SectionType = keyof typeof SECTIONS;

/** One section of a file. */
export interface Section {
  readonly code: number;
  readonly version: number;
  /** Of its head. */
  readonly offset: number;
  /** Of its payload, and the end of it. */
  readonly start: number;
  readonly end: number;
  readonly crc: number;
}

/** Head and payload of a section, as one piece to append. */
export function writeSection(type: SectionType, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MARKER);
  bytes[4] = SECTIONS[type].code;
  bytes[5] = SECTIONS[type].version;
  view.setUint32(8, payload.length, true);
  view.setUint32(12, crc32(payload), true);
  view.setUint32(16, crc32(bytes, 0, 16), true);
  bytes.set(payload, HEAD_BYTES);
  return bytes;
}

/** The section whose head stands at `offset`, or undefined where no sound head does. Its payload may run past the end. */
export function readHead(bytes: Uint8Array, offset: number): Section | undefined {
  if (offset + HEAD_BYTES > bytes.length) return undefined;
  for (let i = 0; i < MARKER.length; i++) if (bytes[offset + i] !== MARKER[i]) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, HEAD_BYTES);
  if (view.getUint32(16, true) !== crc32(bytes, offset, offset + 16)) return undefined;
  const start = offset + HEAD_BYTES;
  return {
    code: view.getUint8(4),
    version: view.getUint8(5),
    offset,
    start,
    end: start + view.getUint32(8, true),
    crc: view.getUint32(12, true),
  };
}

/** Where a sound head starts at or after `offset`; the length of the file where none does. */
export function findHead(bytes: Uint8Array, offset: number): number {
  let at = bytes.indexOf(MARKER[0]!, offset);
  while (at !== -1) {
    if (readHead(bytes, at) !== undefined) return at;
    at = bytes.indexOf(MARKER[0]!, at + 1);
  }
  return bytes.length;
}

/**
 * Whether a file is a .sct, by its first 28 bytes or more: the signature, or a sound head where the first section starts (then only
 * the signature is damaged).
 */
export function isSct(head: Uint8Array): boolean {
  if (head.length >= SIGNATURE.length && SIGNATURE.every((byte, i) => head[i] === byte)) return true;
  return readHead(head, SIGNATURE.length) !== undefined;
}
