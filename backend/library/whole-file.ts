// A file that is there whole or not at all: written under a temporary name beside its place, then put there.
import { closeSync, linkSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf, reasonOf, refusal, UserError } from '../errors.ts';

export interface WholeFile {
  write(bytes: Uint8Array): void;
  /** Puts the file at its place. Throws UserError 'would-overwrite' when something came to stand there meanwhile. */
  keep(): void;
  /** Removes what was written; nothing to do after keep. */
  drop(): void;
}

/**
 * Opens a file that will stand at `path`. Throws UserError 'would-overwrite' when something stands there and `force` is
 * false, 'cannot-write' when the folder does not take it. Until keep, the process's own end removes it.
 */
export function openWholeFile(path: string, force: boolean): WholeFile {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  const writing = <T>(step: () => T): T => {
    try {
      return step();
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (errnoOf(error) === 'EEXIST') throw refusal('would-overwrite', path);
      throw refusal('cannot-write', path, reasonOf(error));
    }
  };
  if (!force) refuseExisting(path);
  refuseSpecial(path);
  const fd = writing(() => openSync(temporary, 'w'));
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  const drop = (): void => {
    close();
    rmSync(temporary, { force: true });
    process.off('exit', drop);
  };
  process.on('exit', drop);
  return {
    write: (bytes) => writing(() => writeAll(fd, bytes)),
    keep: () => {
      close();
      if (force) writing(() => renameSync(temporary, path));
      else writing(() => placeNew(temporary, path));
      drop();
    },
    drop,
  };
}

/** Throws UserError 'would-overwrite' when there is something at `path`. */
export function refuseExisting(path: string): void {
  try {
    closeSync(openSync(path, 'r'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
  }
  throw refusal('would-overwrite', path);
}

/** Throws UserError 'cannot-write' when there is a device, a pipe or a folder at `path`: a file would take its place, not go into it. */
function refuseSpecial(path: string): void {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts !== undefined && !facts.isFile())
    throw refusal('cannot-write', path, facts.isDirectory() ? 'it is a folder' : 'it is no regular file');
}

/** Renames without overwriting; where the file system has no links, the last moment before the rename has to do. */
function placeNew(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw error;
    refuseExisting(path);
    renameSync(temporary, path);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done);
}
