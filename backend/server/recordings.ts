// The recordings a server offers: given files first, then the manifest's, then what was uploaded.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { refusal } from '../errors.ts';
import { stemOf } from '../library/import-log.ts';
import type { StoredRecording } from '../library/manifest.ts';
import type { RecordingEntry } from '../protocol/index.ts';

/** Uploads that a server keeps; they lie in a temporary folder until it ends. */
const MAX_UPLOADS = 64;

/** A place for one upload. */
export interface UploadSlot {
  /** Shown and asked for by this name; unique in the list. */
  readonly name: string;
  readonly path: string;
  /** Lists the recording, whose .sct stands at `path` now. */
  add(entry: RecordingEntry): void;
  /** Gives the name back and removes what stands at `path`. */
  drop(): void;
}

export interface Recordings {
  list(): readonly RecordingEntry[];
  /** The recording `name`, or the first one. Throws UserError 'no-recording'. */
  find(name?: string): StoredRecording;
  /** Reserves a place for a file that a person calls `fileName`. Throws UserError 'too-many-uploads'. */
  reserve(fileName: string): UploadSlot;
  /** Called when the list has changed. */
  onChange(listener: () => void): void;
}

/** The list that starts with `stored`; uploads go to `folder`. */
export function createRecordings(stored: readonly StoredRecording[], folder: string): Recordings {
  let all = [...stored];
  const reserved = new Set<string>();
  let changed: (() => void) | undefined;
  const isTaken = (name: string): boolean => reserved.has(name) || all.some((one) => one.entry.name === name);
  const uploads = (): number => all.filter((one) => one.entry.origin === 'upload').length + reserved.size;
  return {
    list: () => all.map((one) => one.entry),
    find: (name) => {
      const found = name === undefined ? all[0] : all.find((one) => one.entry.name === name);
      if (found !== undefined) return found;
      throw refusal(
        'no-recording',
        name ?? 'to start with',
        all.map((one) => one.entry.name),
      );
    },
    reserve: (fileName) => {
      if (uploads() >= MAX_UPLOADS) throw refusal('too-many-uploads', MAX_UPLOADS);
      const name = uniqueName(cleanName(fileName), isTaken);
      const path = join(folder, `upload-${name}.sct`);
      reserved.add(name);
      return {
        name,
        path,
        add: (entry) => {
          reserved.delete(name);
          all = [...all, { entry, path }];
          changed?.();
        },
        drop: () => {
          reserved.delete(name);
          rmSync(path, { force: true });
        },
      };
    },
    onChange: (listener) => {
      changed = listener;
    },
  };
}

/**
 * A name that is safe as a file name and readable in a list: the last part of a path without the endings of logs, letters,
 * digits, `.`, `_` and `-` only, at most 60 of them.
 */
export function cleanName(fileName: string): string {
  const last = fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
  const clean = stemOf(last)
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+/, '')
    .slice(0, 60);
  return clean === '' ? 'upload' : clean;
}

/** `wanted`, with a number behind it where that is taken. */
export function uniqueName(wanted: string, isTaken: (name: string) => boolean): string {
  let name = wanted;
  for (let i = 2; isTaken(name); i++) name = `${wanted}-${i}`;
  return name;
}
