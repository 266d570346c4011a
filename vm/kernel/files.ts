// What fds name besides maps and programs: perf events and tasks.
import type { PerfEvent } from './perf-event.ts';

/** A task, as pidfd_open(2) gives an fd of it. */
export interface PidFile {
  readonly kind: 'pidfd';
  readonly id: number;
  readonly tid: number;
}

export type KernelFile = PerfEvent | PidFile;

interface FileEntry {
  readonly file: KernelFile;
  refs: number;
}

/** What `Files.save` returns: copies, not tied to later changes. */
export interface FileState {
  readonly entries: readonly FileEntry[];
  readonly lastId: number;
}

/** All such files by id. One lives while an fd or a map holds it. */
export class Files {
  private readonly entries = new Map<number, FileEntry>();
  private lastId = 0;

  /** Ids count from 1 and are not used again. */
  nextId(): number {
    return this.lastId + 1;
  }

  /** Takes a new file with the id of `nextId`; nobody holds it yet. */
  add(file: KernelFile): void {
    this.lastId = file.id;
    this.entries.set(file.id, { file, refs: 0 });
  }

  byId(id: number): KernelFile | undefined {
    return this.entries.get(id)?.file;
  }

  hold(file: KernelFile): void {
    this.entries.get(file.id)!.refs += 1;
  }

  drop(file: KernelFile): void {
    const entry = this.entries.get(file.id)!;
    entry.refs -= 1;
    if (entry.refs > 0) return;
    this.entries.delete(file.id);
    if (file.kind === 'perf_event') file.free();
  }

  save(): FileState {
    return {
      entries: [...this.entries.values()].map(({ file, refs }) => ({ file, refs })),
      lastId: this.lastId,
    };
  }

  restore({ entries, lastId }: FileState): void {
    this.entries.clear();
    for (const entry of entries) this.entries.set(entry.file.id, { ...entry });
    this.lastId = lastId;
  }
}
