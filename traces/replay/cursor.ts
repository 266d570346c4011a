// A place in the time of a recording: walks its points (enters, exits, packets, marks) one by one, in an order that is always the same.
//
// Records come in source order, at their enter. A call that returned is put on a heap with its time of return, and comes a second time
// when no record is due before that. Rules, in this order:
//
//   - a thread returns from its call before it makes another, gets a signal, stops or ends, whatever the stamps say;
//   - earlier times first; at one time exits before enters, and otherwise source order;
//   - time never steps back: a stamp that does, or that is no number, counts as the latest time there was.
import type { Block } from '../event.ts';
import { outcomeFlags } from '../outcome-flags.ts';
import type { Recording } from '../recording.ts';
import { HeldBlocks, PLACE_ROWS } from './held-blocks.ts';
import { PendingExits } from './pending.ts';
import type { PendingState } from './pending.ts';
import { EMPTY_BLOCK, isOfThread, phaseOf } from './place.ts';
import type { Phase, Place } from './place.ts';
import { laterNs, returns } from './returns.ts';

/** A saved place. Plain data: it may be cloned, and belongs to every cursor over the same recording. */
export interface CursorState {
  readonly atNs: number;
  readonly points: number;
  readonly phase: Phase;
  /** Block and row of the point, and of the next record; row -1 before the first point. */
  readonly blockIndex: number;
  readonly row: number;
  readonly nextBlock: number;
  readonly nextRow: number;
  readonly pending: PendingState;
}

/** Walks a recording: its place is the point that it stands at. */
export interface Cursor extends Place {
  /** Points so far. */
  readonly points: number;
  /** Moves to the next point if its time is not after `limitNs`; says whether it did. */
  advance(limitNs: number): boolean;
  /** Time of the next point; Infinity after the last. */
  nextNs(): number;
  save(): CursorState;
  /** Goes to a place that `save` gave, of this cursor or another one over the same recording. */
  restore(state: CursorState): void;
}

/** A cursor before the first point. */
export function createCursor(recording: Recording): Cursor {
  return new RecordingCursor(recording);
}

class RecordingCursor implements Cursor {
  atNs = 0;
  phase: Phase = 'mark';
  block: Block = EMPTY_BLOCK;
  row = -1;
  blockIndex = 0;
  points = 0;
  readonly #recording: Recording;
  readonly #pending = new PendingExits();
  /** The next record, and the columns of its block that are looked at before it comes. */
  #nextBlock = 0;
  #nextRow = 0;
  #head: Block = EMPTY_BLOCK;
  #kind = EMPTY_BLOCK.kind;
  #flags = EMPTY_BLOCK.flags;
  #tid = EMPTY_BLOCK.tid;
  #enterNs = EMPTY_BLOCK.enterNs;
  #exitNs = EMPTY_BLOCK.exitNs;
  readonly #held: HeldBlocks;

  constructor(recording: Recording) {
    this.#recording = recording;
    this.#held = new HeldBlocks(recording);
    this.#openHead();
  }

  advance(limitNs: number): boolean {
    const pending = this.#pending;
    if (this.#nextRow >= this.#head.count) {
      if (pending.size === 0 || pending.firstNs > limitNs) return false;
      this.#exit(pending.firstNs, pending.pop());
      return true;
    }
    const dueNs = laterNs(this.atNs, this.#enterNs[this.#nextRow]!);
    if (pending.size > 0) {
      const firstNs = pending.firstNs;
      if (firstNs <= dueNs) {
        if (firstNs > limitNs) return false;
        this.#exit(firstNs, pending.pop());
        return true;
      }
      if (dueNs <= limitNs && this.#mustReturnFirst()) {
        this.#exit(dueNs, pending.popThread(this.#tid[this.#nextRow]!));
        return true;
      }
    }
    if (dueNs > limitNs) return false;
    this.#record(dueNs);
    return true;
  }

  nextNs(): number {
    const dueNs =
      this.#nextRow < this.#head.count
        ? laterNs(this.atNs, this.#enterNs[this.#nextRow]!)
        : Number.POSITIVE_INFINITY;
    return Math.min(dueNs, this.#pending.firstNs);
  }

  save(): CursorState {
    return {
      atNs: this.atNs,
      points: this.points,
      phase: this.phase,
      blockIndex: this.blockIndex,
      row: this.row,
      nextBlock: this.#nextBlock,
      nextRow: this.#nextRow,
      pending: this.#pending.save(),
    };
  }

  restore(state: CursorState): void {
    this.atNs = state.atNs;
    this.points = state.points;
    this.phase = state.phase;
    this.#pending.restore(state.pending);
    this.#nextBlock = state.nextBlock;
    this.#nextRow = state.nextRow;
    this.#openHead();
    this.row = state.row;
    this.blockIndex = state.blockIndex;
    this.block = state.row < 0 ? EMPTY_BLOCK : this.#blockAt(state.blockIndex);
  }

  /** Whether the thread of the next record is in a call that it returns from before that record. */
  #mustReturnFirst(): boolean {
    return isOfThread(this.#kind[this.#nextRow]!) && this.#pending.has(this.#tid[this.#nextRow]!);
  }

  #record(atNs: number): void {
    const block = this.#head;
    const row = this.#nextRow;
    this.#moveTo(atNs, block, this.#nextBlock, row);
    this.phase = phaseOf(this.#kind[row]!);
    if (this.phase === 'enter') this.#awaitExit(row);
    this.#nextRow++;
    if (this.#nextRow === block.count) {
      this.#nextBlock++;
      this.#nextRow = 0;
      this.#openHead();
    }
  }

  #awaitExit(row: number): void {
    const exitNs = this.#exitNs[row]!;
    if (!returns(this.#flags[row]!, exitNs)) return;
    this.#pending.push(laterNs(this.atNs, exitNs), this.#nextBlock * PLACE_ROWS + row, this.#tid[row]!);
  }

  #exit(atNs: number, place: number): void {
    const blockIndex = Math.floor(place / PLACE_ROWS);
    this.#moveTo(Math.max(this.atNs, atNs), this.#blockAt(blockIndex), blockIndex, place % PLACE_ROWS);
    this.phase = 'exit';
  }

  #moveTo(atNs: number, block: Block, blockIndex: number, row: number): void {
    this.atNs = atNs;
    this.block = block;
    this.blockIndex = blockIndex;
    this.row = row;
    this.points++;
  }

  #blockAt(index: number): Block {
    return index === this.#nextBlock ? this.#head : this.#held.at(index);
  }

  /** Goes to the next block that has records, and lets go of blocks that no call waits in. */
  #openHead(): void {
    const { index } = this.#recording;
    while (this.#nextBlock < index.length && index[this.#nextBlock]!.count === 0) this.#nextBlock++;
    this.#held.keepOnly(this.#pending.places());
    this.#head = this.#nextBlock < index.length ? this.#recording.block(this.#nextBlock) : EMPTY_BLOCK;
    this.#kind = this.#head.kind;
    this.#flags = outcomeFlags(this.#head);
    this.#tid = this.#head.tid;
    this.#enterNs = this.#head.enterNs;
    this.#exitNs = this.#head.exitNs;
  }
}
