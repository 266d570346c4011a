// The threads of a log: one state machine each.
import { ByteBuffer } from '../bytes.ts';
import type { OpenBlock } from '../open-block.ts';

/** The tid of the first thread of a log that does not say it. */
export const UNKNOWN_TID = 1;

/** A row whose ABI is not certain yet: the log has no call numbers, and the name exists in several. */
export interface UnsureRow {
  readonly block: OpenBlock;
  readonly row: number;
  readonly nameId: number;
}

/** One thread, from its first line (or its birth) to its end. */
export class Thread {
  tid: number;
  tgid: number;
  /** String id of its name; 0 unknown. */
  comm = 0;
  /** ARCHS code of its last call. */
  arch = 0;
  archSure = false;
  readonly unsure: UnsureRow[] = [];
  /** It called exit and will say no more. */
  exiting = false;
  /** The thread whose execve took this one's place; -1 none. */
  takenBy = -1;

  /** The call it is in: -1 none. */
  pendingName = -1;
  pendingNr = -1;
  pendingBlock: OpenBlock | undefined = undefined;
  pendingRow = 0;
  /** Arguments of that call as far as they were printed. */
  readonly pendingText = new ByteBuffer(128);

  constructor(tid: number) {
    this.tid = tid;
    this.tgid = tid;
  }

  get pending(): boolean {
    return this.pendingName >= 0;
  }

  /** It is in a call whose row is `row`; [pos, end) is what is known of the arguments. */
  enter(
    nameId: number,
    nr: number,
    block: OpenBlock,
    row: number,
    text: ByteBuffer,
    pos: number,
    end: number,
  ): void {
    this.pendingName = nameId;
    this.pendingNr = nr;
    this.pendingBlock = block;
    this.pendingRow = row;
    this.pendingText.length = 0;
    this.pendingText.append(text.bytes, pos, end);
    block.pending++;
  }

  /** It is in no call any more. */
  leave(): void {
    if (this.pendingBlock !== undefined) this.pendingBlock.pending--;
    this.pendingBlock = undefined;
    this.pendingName = -1;
  }

  /** It goes on with the call that `other` was in. */
  adopt(other: Thread): void {
    this.pendingName = other.pendingName;
    this.pendingNr = other.pendingNr;
    this.pendingBlock = other.pendingBlock;
    this.pendingRow = other.pendingRow;
    this.pendingText.length = 0;
    this.pendingText.append(other.pendingText.bytes, 0, other.pendingText.length);
    other.pendingBlock = undefined;
    other.pendingName = -1;
  }
}

/** Threads by tid, those alive. */
export class ThreadTable {
  readonly #byTid = new Map<number, Thread>();
  #last: Thread | undefined = undefined;
  /** The thread that spoke before the log said its tid, as long as that is so. */
  unnamed: Thread | undefined = undefined;

  get alive(): Iterable<Thread> {
    return this.#byTid.values();
  }

  find(tid: number): Thread | undefined {
    return this.#byTid.get(tid);
  }

  /** The thread of a line that names one. */
  get(tid: number): Thread {
    if (this.#last?.tid === tid) return this.#last;
    let thread = this.#byTid.get(tid);
    if (thread === undefined) {
      thread = new Thread(tid);
      this.#byTid.set(tid, thread);
    }
    this.#last = thread;
    return thread;
  }

  /** The thread of a line that names none: strace leaves the name out while only one is alive. `resumes` is the call it goes on with. */
  sole(resumes: number): Thread {
    let found: Thread | undefined;
    for (const thread of this.#byTid.values()) {
      if (resumes >= 0 ? thread.pendingName === resumes : !thread.exiting && !thread.pending) {
        found = thread;
        break;
      }
    }
    if (found === undefined) for (const thread of this.#byTid.values()) if (!thread.exiting) found ??= thread;
    found ??= this.#byTid.values().next().value;
    if (found === undefined) {
      found = this.get(UNKNOWN_TID);
      this.unnamed = found;
    }
    return found;
  }

  /** Some thread, for what belongs to none. */
  any(): Thread {
    return this.#last ?? this.sole(-1);
  }

  /** The thread has another tid from now on. */
  rename(thread: Thread, tid: number): void {
    this.remove(thread);
    if (thread.tgid === thread.tid) thread.tgid = tid;
    thread.tid = tid;
    this.#byTid.set(tid, thread);
  }

  remove(thread: Thread): void {
    if (this.#byTid.get(thread.tid) === thread) this.#byTid.delete(thread.tid);
    if (this.#last === thread) this.#last = undefined;
    if (this.unnamed === thread) this.unnamed = undefined;
  }
}
