// The programs a server offers: the one given at the start first, then those that come along, then what was uploaded.
import { SAMPLES, type Sample } from '../../vm/index.ts';
import { refusal } from '../errors.ts';
import { readProgram, type ProgramSource } from '../library/programs.ts';
import type { ProgramEntry } from '../protocol/index.ts';
import { cleanName, uniqueName } from './recordings.ts';

/** Uploads that a server keeps; they lie in memory until it ends. */
const MAX_UPLOADS = 32;

/** A program as the list shows it, and how it is read. */
interface Listed {
  readonly entry: ProgramEntry;
  readonly source: () => ProgramSource;
}

export interface Programs {
  list(): readonly ProgramEntry[];
  /** The program `name`, or the one that sessions start with. Throws UserError 'no-program'. */
  find(name?: string): ProgramSource;
  /** Lists an upload under a name of its own. Throws UserError 'too-many-programs'. */
  add(source: ProgramSource): ProgramEntry;
  /** Called when the list has changed. */
  onChange(listener: () => void): void;
}

/** The list that starts with `given`, which is a sample or a file. The engine that it is to run on is that of all. */
export function createPrograms(given: ProgramSource): Programs {
  const samples = Object.values(SAMPLES).map(listedSample);
  const own = samples.find(({ entry }) => entry.name === given.path);
  const first: Listed = {
    entry: own?.entry ?? entryOf(uniqueName(cleanName(given.name), isSample), given.path, 'file'),
    source: () => given,
  };
  const engine = given.options.engine === undefined ? {} : { engine: given.options.engine };
  let all = [first, ...samples.filter((sample) => sample !== own)];
  let changed: (() => void) | undefined;
  return {
    list: () => all.map(({ entry }) => entry),
    find: (name = first.entry.name) => {
      const found = all.find(({ entry }) => entry.name === name);
      const known = all.map(({ entry }) => entry.name);
      if (found === undefined) throw refusal('no-program', name, known);
      const source = found.source();
      return { ...source, name, options: { ...source.options, ...engine } };
    },
    add: (source) => {
      if (all.filter(({ entry }) => entry.origin === 'upload').length >= MAX_UPLOADS)
        throw refusal('too-many-programs', MAX_UPLOADS);
      const name = uniqueName(cleanName(source.name), (wanted) =>
        all.some(({ entry }) => entry.name === wanted),
      );
      const entry = entryOf(name, source.path, 'upload');
      all = [...all, { entry, source: () => source }];
      changed?.();
      return entry;
    },
    onChange: (listener) => {
      changed = listener;
    },
  };
}

function isSample(name: string): boolean {
  return Object.hasOwn(SAMPLES, name);
}

function listedSample({ name, title, summary, suits }: Sample): Listed {
  return { entry: { name, title, summary, origin: 'sample', suits }, source: () => readProgram(name) };
}

function entryOf(name: string, path: string, origin: ProgramEntry['origin']): ProgramEntry {
  return { name, title: name, summary: path, origin, suits: [] };
}
