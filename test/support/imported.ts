// The recorded strace logs as blocks, before any file is made of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createStraceImporter } from '../../traces/index.ts';
import type {
  Block,
  BlockSink,
  RecordingFooter,
  RecordingHeader,
  StringTable,
  SyscallRef,
} from '../../traces/index.ts';

/** All that an importer handed to its sink. */
export interface Imported {
  readonly header: RecordingHeader;
  readonly strings: StringTable;
  readonly syscalls: readonly SyscallRef[];
  readonly blocks: readonly Block[];
  readonly footer: RecordingFooter;
  /** Hands everything to another sink. */
  replayTo(sink: BlockSink): void;
}

/** Imports the log `name` ('dd') of test/cases/strace. */
export function importLog(name: string): Imported {
  const blocks: Block[] = [];
  let opened: Parameters<BlockSink['open']> | undefined;
  const sink: BlockSink = {
    open: (...given) => {
      opened = given;
    },
    block: (block) => blocks.push(block),
    close: () => {},
  };
  const importer = createStraceImporter(sink);
  importer.file(`${name}.strace`);
  importer.push(
    gunzipSync(readFileSync(join(import.meta.dirname, '..', 'cases', 'strace', `${name}.strace.gz`))),
  );
  importer.endFile();
  const footer = importer.end();
  if (opened === undefined) throw new Error(`the import of ${name} opened no sink`);
  const [header, strings, syscalls] = opened;
  const replayTo = (to: BlockSink): void => {
    to.open(header, strings, syscalls);
    for (const block of blocks) to.block(block);
    to.close(footer);
  };
  return { header, strings, syscalls, blocks, footer, replayTo };
}
