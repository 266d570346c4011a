// Open files, and the tables of descriptors that lead to them.
import type { FileFacts, SocketFacts } from '../../../vm/index.ts';

/** An open file: what open, socket and their kin made. Descriptors that were duplicated or inherited lead to the same one. */
export class OpenFile implements FileFacts {
  path: Uint8Array | undefined = undefined;
  type: FileFacts['type'] = undefined;
  flags: number | undefined = undefined;
  inode: number | undefined = undefined;
  device: number | undefined = undefined;
  socket: SocketFacts | undefined = undefined;
  /** Type and inode have been told by stat. */
  statted = false;
  /** Of a pidfd: the process. */
  pid: number | undefined = undefined;

  /** Takes over what is known. */
  learn(known: Partial<OpenFile>): this {
    return Object.assign(this, known);
  }
}

/** A descriptor, as it stays until another takes its place. */
export interface Descriptor {
  readonly file: OpenFile;
  /** Closed by exec; undefined: unknown. */
  readonly cloexec: boolean | undefined;
  /** String id of what the recorder last said that it is; 0 nothing. */
  readonly note: number;
}

/** A table of descriptors. What is not in it is unknown, or closed. */
export class Files {
  /** Shared with copies until one of them changes: processes with a thousand files open have many children. */
  open: ReadonlyMap<number, Descriptor>;
  isShared: boolean;
  /** Whether files that were open before the recording told of them survived an exec: they do not close with the next one. */
  survived: boolean;

  constructor(open: ReadonlyMap<number, Descriptor> = new Map(), isShared = false, survived = false) {
    this.open = open;
    this.isShared = isShared;
    this.survived = survived;
  }

  get(fd: number): Descriptor | undefined {
    return this.open.get(fd);
  }

  /** What a descriptor leads to; one that is unknown gets a file of which nothing is known. */
  file(fd: number): OpenFile {
    return (this.open.get(fd) ?? this.add(fd, new OpenFile(), this.inherited(fd))).file;
  }

  add(fd: number, file: OpenFile, cloexec: boolean | undefined, note = 0): Descriptor {
    const descriptor: Descriptor = { file, cloexec, note };
    this.own().set(fd, descriptor);
    return descriptor;
  }

  /** The recorder said something new of a descriptor that is known. */
  setNote(fd: number, { file, cloexec }: Descriptor, note: number): void {
    this.add(fd, file, cloexec, note);
  }

  setCloexec(fd: number, cloexec: boolean): void {
    this.add(fd, this.file(fd), cloexec, this.get(fd)!.note);
  }

  close(fd: number): void {
    if (this.open.has(fd)) this.own().delete(fd);
  }

  /** The flag of a descriptor that nobody saw open: standard input, output and error are there to be inherited. */
  inherited(fd: number): boolean | undefined {
    return this.survived || fd <= 2 ? false : undefined;
  }

  /** The table of a child, and of one that shares its table no longer. */
  copy(): Files {
    this.isShared = true;
    return new Files(this.open, true, this.survived);
  }

  /** The table after an exec. Of descriptors whose flag is unknown nothing is known any more. */
  execed(): Files {
    const open = new Map<number, Descriptor>();
    for (const [fd, descriptor] of this.open) if (descriptor.cloexec === false) open.set(fd, descriptor);
    return new Files(open, false, true);
  }

  private own(): Map<number, Descriptor> {
    if (this.isShared) this.open = new Map(this.open);
    this.isShared = false;
    return this.open as Map<number, Descriptor>; // of nobody else now
  }
}
