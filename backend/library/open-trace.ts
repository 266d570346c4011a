// A recording by its manifest name or by a path; a strace log or a capture is imported on the fly.
import { statSync } from 'node:fs';
import { FormatError, isSct, openSct, type Recording } from '../../traces/index.ts';
import { errnoOf, reasonOf, refusal } from '../errors.ts';
import { HEAD_BYTES, importLogs, readBytes, stemOf } from './import-log.ts';
import { inflateByZlib } from './inflate.ts';
import { readManifest, type StoredRecording } from './manifest.ts';
import { RECORDED_FOLDER } from './package-root.ts';
import { peek } from './unpack.ts';

export interface OpenOptions {
  /** The manifest's folder; the package's own if not given. */
  readonly folder?: string;
  /** Progress of an import: bytes read of bytes in the file. */
  readonly onBytes?: (read: number, of: number) => void;
}

/** Bytes of a .sct and what the list says of the recording. */
export interface OpenedTrace {
  readonly name: string;
  readonly lookFor: string;
  readonly bytes: Uint8Array;
  readonly recording: Recording;
}

/**
 * Opens the recording that `name` means: a name of the manifest, or the path of a .sct, of a strace log or of a capture (also gzip, zstd).
 * Throws UserError.
 */
export async function openTrace(name: string, options: OpenOptions = {}): Promise<OpenedTrace> {
  const { path, entry } = findTrace(name, options.folder ?? RECORDED_FOLDER);
  const bytes = await sctBytes(path, options.onBytes);
  return { name: entry.name, lookFor: entry.lookFor, bytes, recording: openBytes(bytes, path) };
}

/** Where the recording is that `name` means. Throws UserError 'no-recording' or 'cannot-read'. */
export function findTrace(name: string, folder: string): StoredRecording {
  const stored = readManifest(folder);
  const listed = stored.find((one) => one.entry.name === name);
  if (listed !== undefined) return listed;
  try {
    const { size } = statSync(name);
    return { entry: fileEntry(name, size), path: name };
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw refusal('cannot-read', name, reasonOf(error));
    const known = stored.map((one) => one.entry.name);
    throw refusal('no-recording', name, known);
  }
}

/** The .sct bytes of the file at `path`: its own, or those of the log in it. Throws UserError. */
export async function sctBytes(path: string, onBytes?: OpenOptions['onBytes']): Promise<Uint8Array> {
  const { head, rest } = await peek(await readBytes(path), HEAD_BYTES);
  if (isSct(head)) {
    const all: Uint8Array[] = [];
    for await (const piece of rest) all.push(piece);
    return Buffer.concat(all);
  }
  const { size } = statSync(path);
  const pieces: Uint8Array[] = [];
  await importLogs([{ name: path, bytes: rest }], (bytes) => pieces.push(bytes), {
    onBytes: (read) => onBytes?.(read, size),
  });
  return Buffer.concat(pieces);
}

/** Opens .sct bytes. Throws UserError 'bad-sct'. */
export function openBytes(bytes: Uint8Array, path: string): Recording {
  return reading(path, () => openSct(bytes, { inflate: inflateByZlib }));
}

/** Does `step`, which reads the .sct at `path`. Throws UserError 'bad-sct' where the format's reader gives up. */
export function reading<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof FormatError) throw refusal('bad-sct', path, error.message);
    throw error;
  }
}

function fileEntry(path: string, byteSize: number): StoredRecording['entry'] {
  const name = stemOf(path.slice(path.lastIndexOf('/') + 1));
  return {
    name,
    title: name,
    command: '',
    lookFor: '',
    calls: 0,
    packets: 0,
    seconds: 0,
    byteSize,
    origin: 'file',
  };
}
