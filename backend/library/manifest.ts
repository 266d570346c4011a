// The recordings that come with Tailscope: traces/recorded/manifest.json.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { errnoOf, reasonOf, refusal } from '../errors.ts';
import type { RecordingEntry } from '../protocol/index.ts';

const MANIFEST = z.array(
  z.object({
    name: z.string().regex(/^[\w.-]+$/),
    file: z.string().regex(/^[^/\\]+$/),
    title: z.string(),
    command: z.string(),
    lookFor: z.string(),
    calls: z.int().nonnegative(),
    packets: z.int().nonnegative().default(0),
    seconds: z.number().nonnegative(),
  }),
);

/** A recording that can be opened: what the list shows, and where its .sct file (or log) is. */
export interface StoredRecording {
  readonly entry: RecordingEntry;
  readonly path: string;
}

/**
 * Recordings of the manifest in `folder`, in its order; none when there is no manifest. A row whose file is missing is
 * left out. Throws UserError 'bad-manifest'.
 */
export function readManifest(folder: string): readonly StoredRecording[] {
  const path = join(folder, 'manifest.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw refusal('bad-manifest', path, reasonOf(error));
  }
  return parseManifest(text, path).flatMap(({ file, ...row }) => {
    const filePath = join(folder, file);
    const stat = statSync(filePath, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    return [{ entry: { ...row, byteSize: stat.size, origin: 'manifest' }, path: filePath }];
  });
}

function parseManifest(text: string, path: string): z.infer<typeof MANIFEST> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refusal('bad-manifest', path, reasonOf(error));
  }
  const parsed = MANIFEST.safeParse(json);
  if (!parsed.success) throw refusal('bad-manifest', path, z.prettifyError(parsed.error));
  return parsed.data;
}
