// The recorded strace logs of test/cases as .sct files, imported once a test run of a file.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openBytes, sctBytes } from '../../backend/library/open-trace.ts';
import type { StoredRecording } from '../../backend/library/manifest.ts';
import type { Recording } from '../../traces/index.ts';

/** Path of the log `name` ('dd') in test/cases/strace. */
export function logPath(name: string): string {
  return join(import.meta.dirname, '..', 'cases', 'strace', `${name}.strace.gz`);
}

const imported = new Map<string, Promise<Uint8Array>>();

/** The .sct bytes of the log `name`. */
export function sctOf(name: string): Promise<Uint8Array> {
  const known = imported.get(name);
  if (known !== undefined) return known;
  const bytes = sctBytes(logPath(name));
  imported.set(name, bytes);
  return bytes;
}

/** The log `name` as an open recording. */
export async function recordingOf(name: string): Promise<Recording> {
  return openBytes(await sctOf(name), name);
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes when the tests of the file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tailscope-test-'));
  folders.push(folder);
  return folder;
}

/** The log `name` in a .sct file of `folder`, as the list of a server has it. */
export async function storedLog(name: string, folder: string): Promise<StoredRecording> {
  const bytes = await sctOf(name);
  const path = join(folder, `${name}.sct`);
  writeFileSync(path, bytes);
  const entry = { name, title: name, command: '', lookFor: '', calls: 0, packets: 0, seconds: 0 };
  return { path, entry: { ...entry, byteSize: bytes.length, origin: 'manifest' } };
}
