// Recordings made in a test: written and opened again.
import { createSctWriter, openSct } from '../../traces/index.ts';
import type { Block, Recording, StringTable, SyscallRef } from '../../traces/index.ts';
import { blockOf, feed, joined, StringPool } from './blocks.ts';
import type { Row } from './blocks.ts';

/** Bytes of a .sct file. */
export function sctOf(
  strings: StringTable,
  syscalls: readonly SyscallRef[],
  blocks: readonly Block[],
): Uint8Array {
  const pieces: Uint8Array[] = [];
  feed(
    createSctWriter((piece) => pieces.push(piece)),
    strings,
    syscalls,
    blocks,
  );
  return joined(pieces);
}

/** An open recording of rows, a list a block. */
export function recordingOf(
  syscalls: readonly SyscallRef[],
  rows: readonly (readonly Row[])[],
  strings: StringTable = new StringPool(),
): Recording {
  return openSct(sctOf(strings, syscalls, rows.map(blockOf)));
}
