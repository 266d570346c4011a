// Who makes calls: ids and names by thread, as long as nothing changes them.
import type { TaskFacts } from '../../../vm/index.ts';
import type { Recording } from '../../recording.ts';
import type { Identities } from '../processes.ts';
import type { OpenedBlock } from './opened-block.ts';
import { UNNUMBERED, type Caller, type Rows } from './rows.ts';

/** Threads that are remembered, a power of two; those that share a slot are looked up again and again. */
const SLOTS = 1024;
const NO_NAME = new Uint8Array(0);

/** Threads that were lately seen to enter a call. */
export class Callers {
  readonly #recording: Recording;
  readonly #identities: Identities;
  readonly #rows: Rows;
  /** By slot: the thread as its records have it, under which name, and when that was good; then who it is. */
  readonly #tid = new Int32Array(SLOTS);
  readonly #comm = new Uint32Array(SLOTS);
  readonly #stamp = new Int32Array(SLOTS);
  readonly #callers: readonly Caller[] = Array.from({ length: SLOTS }, nobody);
  readonly #other: Caller = nobody();
  #now = 1;
  #batches = 0;

  constructor(recording: Recording, identities: Identities, rows: Rows) {
    this.#recording = recording;
    this.#identities = identities;
    this.#rows = rows;
  }

  /** The caller of a record, if it entered a call under the name of that record and nothing has changed since. */
  known(tid: number, comm: number): Caller | undefined {
    if (this.#rows.batches !== this.#batches) this.#begin();
    const slot = tid & (SLOTS - 1);
    const isKnown = this.#tid[slot] === tid && this.#comm[slot] === comm && this.#stamp[slot] === this.#now;
    return isKnown ? this.#callers[slot] : undefined;
  }

  /** Something has changed: nobody is known any more. */
  forget(): void {
    this.#now++;
  }

  /** Keeps the caller of an enter that the identities have taken in, and that changed nothing else, if the thread is one that they know from now on. */
  learn(opened: OpenedBlock, row: number): Caller {
    const tid = opened.tid[row]!;
    if (this.#identities.task(tid) !== this.#identities.current()) return this.current(opened, row);
    const slot = tid & (SLOTS - 1);
    this.#tid[slot] = tid;
    this.#comm[slot] = opened.comm[row]!;
    this.#stamp[slot] = this.#now;
    return this.#read(opened, row, this.#identities.current(), this.#callers[slot]!);
  }

  /** The caller of the point that the identities have taken in last. */
  current(opened: OpenedBlock, row: number): Caller {
    return this.#read(opened, row, this.#identities.current(), this.#other);
  }

  /** The caller of an exit that changes nothing, and that the identities have not taken in. */
  ofExit(opened: OpenedBlock, row: number): Caller {
    const tid = opened.tid[row]!;
    return (
      this.known(tid, opened.comm[row]!) ?? this.#read(opened, row, this.#identities.task(tid), this.#other)
    );
  }

  #read({ block }: OpenedBlock, row: number, facts: TaskFacts | undefined, into: Caller): Caller {
    into.tid = facts?.tid ?? block.tid[row]!;
    into.tgid = facts?.tgid ?? block.tgid[row]!;
    into.comm = facts?.comm ?? this.#recording.strings.bytes(block.comm[row]!);
    into.name = UNNUMBERED;
    return into;
  }

  /** Another batch has other numbers for names. */
  #begin(): void {
    this.#batches = this.#rows.batches;
    for (const caller of this.#callers) caller.name = UNNUMBERED;
  }
}

function nobody(): Caller {
  return { tid: 0, tgid: 0, comm: NO_NAME, name: UNNUMBERED };
}
