// Points of a cursor that somebody else walks, because he wants each of them for himself too, gathered into batches.
import type { EventBatch } from '../../../vm/index.ts';
import type { Block } from '../../event.ts';
import type { Recording } from '../../recording.ts';
import type { Place } from '../place.ts';
import { createIdentities, type Identities, type ProcessesState } from '../processes.ts';
import { plansOf, type Plans } from './plans.ts';
import { Rows, UNNUMBERED, type Caller } from './rows.ts';

/** Takes points, and has their programs run later. */
export interface PointFeed {
  /** Takes in the point that a place stands at. Points that no program listens to, packets and marks need no row. */
  take(place: Place): void;
  /** Runs what was taken and has not run. To be called before anybody looks at the machine, and before the next point once the machine did something else. */
  flush(): void;
  /** Ids and names as they are now, once all has run. */
  save(): ProcessesState;
  /** Goes on from there, with a machine that is there too. Nothing may wait. */
  restore(state: ProcessesState): void;
}

/** At the start of a recording. `onRecords`: see BatcherOptions. */
export function createPointFeed(
  recording: Recording,
  batch: EventBatch,
  onRecords: (atNs: number) => void,
): PointFeed {
  return new RecordingFeed(recording, batch, onRecords);
}

/** Who made a call last of a thread, and the batch in which the number of its name is good. */
interface KnownCaller extends Caller {
  batch: number;
}

class RecordingFeed implements PointFeed {
  readonly #recording: Recording;
  readonly #identities: Identities;
  readonly #plans: Plans;
  readonly #rows: Rows;
  /** By thread, as records have it. */
  readonly #callers = new Map<number, KnownCaller>();
  /** The block that was looked at last. */
  #block: Block | undefined;
  #sys: Uint16Array = new Uint16Array(0);

  constructor(recording: Recording, batch: EventBatch, onRecords: (atNs: number) => void) {
    this.#recording = recording;
    this.#identities = createIdentities(recording);
    this.#plans = plansOf(recording, batch, this.#identities.matters);
    this.#rows = new Rows(recording, batch, this.#plans, onRecords);
  }

  take(place: Place): void {
    const { block, row, phase, atNs } = place;
    this.#identities.before(place);
    if (phase === 'enter' || phase === 'exit') {
      if (block !== this.#block) this.#open(block);
      const isExit = phase === 'exit';
      const call = Math.min(this.#sys[row]!, this.#plans.calls);
      if ((isExit ? this.#plans.exit : this.#plans.enter)[call] !== 0)
        this.#rows.add(block, row, call, isExit, this.#caller(place), atNs);
    }
    this.#identities.take(place);
  }

  flush(): void {
    this.#rows.flush();
  }

  save(): ProcessesState {
    return this.#identities.save();
  }

  restore(state: ProcessesState): void {
    this.#identities.restore(state);
    this.#callers.clear();
    this.#rows.flush(); // nothing waits; the columns may be elsewhere now
  }

  #open(block: Block): void {
    this.#block = block;
    this.#sys = block.sys;
  }

  /** Who makes the call of a point that was taken in: what is kept of its thread, while it is still so. */
  #caller({ block, row }: Place): Caller {
    const facts = this.#identities.current();
    const thread = block.tid[row]!;
    const tid = facts?.tid ?? thread;
    const tgid = facts?.tgid ?? block.tgid[row]!;
    const comm = facts?.comm ?? this.#recording.strings.bytes(block.comm[row]!);
    const { batches } = this.#rows;
    let known = this.#callers.get(thread);
    if (known === undefined) {
      known = { tid, tgid, comm, name: UNNUMBERED, batch: batches };
      this.#callers.set(thread, known);
      return known;
    }
    if (known.comm !== comm || known.batch !== batches) known.name = UNNUMBERED;
    known.tid = tid;
    known.tgid = tgid;
    known.comm = comm;
    known.batch = batches;
    return known;
  }
}
