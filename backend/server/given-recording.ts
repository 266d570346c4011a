// A recording that was given by path: imported once if it is a log, so that every session opens a .sct.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredRecording } from '../library/manifest.ts';
import { openBytes, sctBytes, type OpenOptions } from '../library/open-trace.ts';
import { cleanName } from './recordings.ts';

/** `found` as the list shows it, its .sct in `folder`. Throws UserError. */
export async function storeRecording(
  found: StoredRecording,
  folder: string,
  onBytes: OpenOptions['onBytes'],
): Promise<StoredRecording> {
  const bytes = await sctBytes(found.path, onBytes);
  const { header, index, durationNs } = openBytes(bytes, found.path);
  const name = cleanName(found.entry.name);
  const path = join(folder, `given-${name}.sct`);
  writeFileSync(path, bytes);
  return {
    path,
    entry: {
      ...found.entry,
      name,
      title: header.title === '' ? name : header.title,
      command: header.command,
      calls: index.reduce((sum, block) => sum + block.calls, 0),
      packets: index.reduce((sum, block) => sum + block.packets, 0),
      seconds: durationNs / 1e9,
      byteSize: bytes.length,
    },
  };
}
