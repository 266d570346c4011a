// The programs and maps of the machine, as maps need them that hold some.
import type { KernelFile } from '../kernel/files.ts';
import type { KernelProg } from '../kernel/prog.ts';
import type { KernelMap } from './map.ts';

/** The programs of the machine as a prog array needs them. */
export interface ProgTable {
  /** The program behind an fd, -EBADF for no fd, -EINVAL for an fd of something else. */
  byFd(fd: number): KernelProg | number;
  byId(id: number): KernelProg | undefined;
  /** A slot holds the program: it stays loaded. */
  hold(prog: KernelProg): void;
  /** A slot lets go of the program. */
  drop(prog: KernelProg): void;
  /** Another program stands in a slot, or none. */
  slotChanged(): void;
}

/** The maps of the machine as a map of maps needs them. */
export interface MapTable {
  /** The map behind an fd, -EBADF for no fd, -EINVAL for an fd of something else. */
  mapByFd(fd: number): KernelMap | number;
  mapById(id: number): KernelMap | undefined;
  /** A slot holds the map: it lives on without an fd. */
  holdMap(map: KernelMap): void;
  /** A slot lets go of the map. */
  dropMap(map: KernelMap): void;
}

/** The files of the machine as maps need them that take fds of perf events and tasks. */
export interface FileTable {
  /** The file behind an fd, -EBADF for no fd, -EINVAL for an fd of something else. */
  fileByFd(fd: number): KernelFile | number;
  fileById(id: number): KernelFile | undefined;
  /** A slot holds the file. */
  holdFile(file: KernelFile): void;
  /** A slot lets go of the file. */
  dropFile(file: KernelFile): void;
}
