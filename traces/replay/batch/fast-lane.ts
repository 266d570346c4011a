// Walks records without a cursor's heap of all returns: only those calls wait that somebody wants to see return. Their times and their order are those of
// a cursor, because
//
//   - a record comes at the latest enter so far: returns that come before it are never later;
//   - a call returns at its own time, or when its thread's next record comes: other calls have no say in that.
//
// What a thread is called and who it is changes seldom: see `Identities` and `Callers`.
import { RECORD_KINDS } from '../../event.ts';
import type { Recording } from '../../recording.ts';
import type { CursorState } from '../cursor.ts';
import { HeldBlocks, PLACE_ROWS } from '../held-blocks.ts';
import { PendingExits } from '../pending.ts';
import { EMPTY_BLOCK, isOfThread, phaseOf } from '../place.ts';
import type { Phase, Place } from '../place.ts';
import type { Identities } from '../processes.ts';
import { laterNs, MAY_NOT_RETURN, returns } from '../returns.ts';
import type { Callers } from './callers.ts';
import { stateAt } from './catch-up.ts';
import { NO_BLOCK, OpenedBlock } from './opened-block.ts';
import { WANTED, type Plans } from './plans.ts';
import type { Rows } from './rows.ts';

/** Why the lane stands still: all that is due was taken; a block ended, and there may be more; a cursor must take over, for a point or so. */
export type Halt = 'due' | 'block' | 'unquiet';

const CALL = RECORD_KINDS.call.code;
const PACKET = RECORD_KINDS.packet.code;

export class FastLane {
  readonly #recording: Recording;
  readonly #identities: Identities;
  readonly #plans: Plans;
  readonly #rows: Rows;
  readonly #callers: Callers;
  readonly #held: HeldBlocks;
  /** Calls that will return and are wanted then. */
  readonly #pending = new PendingExits();
  /** The place that identities take in. */
  readonly #place = { atNs: 0, phase: 'enter' as Phase, block: EMPTY_BLOCK, row: 0, blockIndex: 0 };
  #since: CursorState;
  /** Records and returns since then, and the record that was taken last: see `Progress`. */
  #records = 0;
  #returns = 0;
  #lastBlock = 0;
  #lastRow = -1;
  #nowNs = 0;
  #poppedToNs = Number.NEGATIVE_INFINITY;
  #nextBlock = 0;
  #nextRow = 0;
  #block = NO_BLOCK;
  /** Another block, the last one that a call returned in. */
  #other = NO_BLOCK;

  constructor(
    recording: Recording,
    identities: Identities,
    plans: Plans,
    rows: Rows,
    callers: Callers,
    start: CursorState,
  ) {
    this.#recording = recording;
    this.#identities = identities;
    this.#plans = plans;
    this.#rows = rows;
    this.#callers = callers;
    this.#held = new HeldBlocks(recording);
    this.#since = start;
    this.restore(start);
  }

  /** Takes records up to `limitNs` until it halts. After 'unquiet' a cursor must go on from `save`. */
  take(limitNs: number): Halt {
    const { index } = this.#recording;
    if (this.#nextBlock >= index.length) {
      this.#popUpTo(limitNs);
      return 'due';
    }
    if (this.#block === NO_BLOCK)
      this.#block = new OpenedBlock(this.#recording.block(this.#nextBlock), this.#nextBlock);
    const halt = this.#takeBlock(limitNs);
    if (this.#nextRow >= this.#block.count) {
      this.#goTo(this.#nextBlock + 1, 0);
      this.#held.keepOnly(this.#pending.places());
    }
    return halt;
  }

  save(): CursorState {
    this.#since = stateAt(this.#recording, {
      since: this.#since,
      blockIndex: this.#lastBlock,
      row: this.#lastRow,
      nowNs: this.#nowNs,
      nextBlock: this.#nextBlock,
      nextRow: this.#nextRow,
      records: this.#records,
      returns: this.#returns,
      poppedToNs: this.#poppedToNs,
    });
    this.#restart();
    return this.#since;
  }

  restore(state: CursorState): void {
    this.#since = state;
    this.#nowNs = state.atNs;
    this.#restart();
    this.#goTo(state.nextBlock, state.nextRow);
    this.#callers.forget();
    this.#pending.restore({
      timeNs: new Float64Array(0),
      place: new Float64Array(0),
      tid: new Int32Array(0),
    });
    const { timeNs, place, tid } = state.pending;
    for (const [i, thread] of tid.entries()) {
      const opened = this.#openedAt(Math.floor(place[i]! / PLACE_ROWS));
      if (this.#isWantedAtExit(opened, place[i]! % PLACE_ROWS))
        this.#pending.push(timeNs[i]!, place[i]!, thread);
    }
  }

  /** No record was taken since the state `#since`. */
  #restart(): void {
    this.#records = this.#returns = 0;
    this.#lastRow = -1;
    this.#poppedToNs = Number.NEGATIVE_INFINITY;
  }

  /** The next record, in the next block that has records. */
  #goTo(blockIndex: number, row: number): void {
    const { index } = this.#recording;
    this.#nextBlock = blockIndex;
    this.#nextRow = row;
    this.#block = this.#other = NO_BLOCK;
    while (this.#nextBlock < index.length && index[this.#nextBlock]!.count === 0) this.#nextBlock++;
  }

  #takeBlock(limitNs: number): Halt {
    const opened = this.#block;
    const { block, count, kind, sys, tid, comm, enterNs, flags } = opened;
    const { calls, wanted } = this.#plans;
    const callers = this.#callers;
    const pending = this.#pending;
    const first = this.#nextRow;
    for (let row = first; row < count; row++) {
      const dueNs = laterNs(this.#nowNs, enterNs[row]!);
      if (dueNs > limitNs) {
        this.#stopAt(first, row);
        this.#popUpTo(limitNs);
        return 'due';
      }
      if (pending.size > 0) this.#popBefore(dueNs, kind[row]!, tid[row]!);
      this.#nowNs = dueNs;
      if (kind[row] !== CALL) {
        if (kind[row] !== PACKET && !this.#mark(row)) {
          this.#stopAt(first, row + 1);
          return 'unquiet';
        }
        continue;
      }
      const call = sys[row]! < calls ? sys[row]! : calls;
      const bits = wanted[call]!;
      const caller = (bits & WANTED.enter) === 0 ? callers.known(tid[row]!, comm[row]!) : undefined;
      let isQuiet = true;
      if (caller === undefined) isQuiet = this.#enter(row, call);
      else if ((bits & WANTED.enterRow) !== 0) this.#rows.add(block, row, call, false, caller, dueNs);
      if ((flags[row]! & MAY_NOT_RETURN) === 0 || returns(flags[row]!, opened.exitNs[row]!)) {
        this.#returns++;
        if ((bits & ~(WANTED.enter | WANTED.enterRow)) !== 0) this.#await(row, limitNs, isQuiet);
      }
      if (!isQuiet) {
        this.#stopAt(first, row + 1);
        return 'unquiet';
      }
    }
    this.#stopAt(first, count);
    return 'block';
  }

  /** The records of the block from `first` to before `next` were taken. */
  #stopAt(first: number, next: number): void {
    this.#nextRow = next;
    if (next === first) return;
    this.#records += next - first;
    this.#lastBlock = this.#nextBlock;
    this.#lastRow = next - 1;
    this.#poppedToNs = Number.NEGATIVE_INFINITY;
  }

  /** A record that is no call. Says whether the identities are quiet. */
  #mark(row: number): boolean {
    const opened = this.#block;
    const place = this.#stand(opened, row, this.#nowNs, phaseOf(opened.kind[row]!));
    this.#identities.before(place);
    this.#identities.take(place);
    this.#callers.forget();
    return this.#identities.isQuiet;
  }

  /** An enter that changes something, or of a thread that is new or was renamed. Says whether the identities are quiet. */
  #enter(row: number, call: number): boolean {
    const opened = this.#block;
    const bits = this.#plans.wanted[call]!;
    const place = this.#stand(opened, row, this.#nowNs, 'enter');
    const known = this.#identities.task(opened.tid[row]!);
    const isChange = (bits & WANTED.enter) !== 0;
    this.#identities.before(place);
    // a thread that is new may take the place of another
    if (isChange || this.#identities.current() !== known) this.#callers.forget();
    const caller = isChange ? this.#callers.current(opened, row) : this.#callers.learn(opened, row);
    if ((bits & WANTED.enterRow) !== 0) this.#rows.add(opened.block, row, call, false, caller, this.#nowNs);
    this.#identities.take(place);
    return this.#identities.isQuiet;
  }

  /** A call that will return, and that may be wanted then: at once where nothing can come before that. */
  #await(row: number, limitNs: number, isQuiet: boolean): void {
    const opened = this.#block;
    if (!this.#isWantedAtExit(opened, row)) return;
    const timeNs = laterNs(this.#nowNs, opened.exitNs[row]!);
    const isNext =
      isQuiet && timeNs <= limitNs && this.#pending.size === 0 && this.#isBeforeNext(row, timeNs);
    if (isNext) this.#exit(opened, row, timeNs);
    else this.#pending.push(timeNs, opened.index * PLACE_ROWS + row, opened.tid[row]!);
  }

  /** Whether a time is not after that of the record after `row`. */
  #isBeforeNext(row: number, timeNs: number): boolean {
    if (row + 1 >= this.#block.count) return false;
    return timeNs <= laterNs(this.#nowNs, this.#block.enterNs[row + 1]!);
  }

  #isWantedAtExit({ sys, errno }: OpenedBlock, row: number): boolean {
    const { calls, wanted } = this.#plans;
    const bits = wanted[Math.min(sys[row]!, calls)]!;
    return (bits & (WANTED.exitRow | (errno[row] === 0 ? WANTED.done : WANTED.failed))) !== 0;
  }

  /** Returns that come before a record that is due. */
  #popBefore(dueNs: number, kind: number, tid: number): void {
    this.#popAll(dueNs);
    if (isOfThread(kind) && this.#pending.has(tid)) this.#popped(this.#pending.popThread(tid), dueNs);
  }

  /** Returns that come before any record after `limitNs`. */
  #popUpTo(limitNs: number): void {
    this.#popAll(limitNs);
    this.#poppedToNs = limitNs;
  }

  #popAll(limitNs: number): void {
    const pending = this.#pending;
    while (pending.size > 0 && pending.firstNs <= limitNs) {
      const atNs = Math.max(this.#nowNs, pending.firstNs);
      this.#popped(pending.pop(), atNs);
    }
  }

  #popped(place: number, atNs: number): void {
    this.#exit(this.#openedAt(Math.floor(place / PLACE_ROWS)), place % PLACE_ROWS, atNs);
  }

  #exit(opened: OpenedBlock, row: number, atNs: number): void {
    const { calls, wanted } = this.#plans;
    const call = Math.min(opened.sys[row]!, calls);
    const bits = wanted[call]!;
    const isRow = (bits & WANTED.exitRow) !== 0;
    if ((bits & (opened.errno[row] === 0 ? WANTED.done : WANTED.failed)) === 0) {
      if (isRow) this.#rows.add(opened.block, row, call, true, this.#callers.ofExit(opened, row), atNs);
      return;
    }
    const place = this.#stand(opened, row, atNs, 'exit');
    this.#identities.before(place);
    if (isRow) this.#rows.add(opened.block, row, call, true, this.#callers.current(opened, row), atNs);
    this.#identities.take(place);
    this.#callers.forget();
  }

  #openedAt(index: number): OpenedBlock {
    if (index === this.#block.index) return this.#block;
    if (index !== this.#other.index) this.#other = new OpenedBlock(this.#held.at(index), index);
    return this.#other;
  }

  #stand({ block, index }: OpenedBlock, row: number, atNs: number, phase: Phase): Place {
    const place = this.#place;
    place.block = block;
    place.blockIndex = index;
    place.row = row;
    place.atNs = atNs;
    place.phase = phase;
    return place;
  }
}
