// A place in the time of a recording: walks its points (enters, exits, packets, marks) one by one, in an order that is always the same.
//
// Records come in source order, at their enter. A call that returned is put on a heap with its time of return, and comes a second time
// when no record is due before that. Rules, in this order:
//
//   - a thread returns from its call before it makes another, gets a signal, stops or ends, whatever the stamps say;
//   - earlier times first; at one time exits before enters, and otherwise source order;
//   - time never steps back: a stamp that does counts as the latest time there was.
import { RECORD_FLAGS, RECORD_KINDS } from '../event.ts';
import type { Block } from '../event.ts';
import type { Recording } from '../recording.ts';
import { PendingExits } from './pending.ts';
import type { PendingState } from './pending.ts';

/** What a point is: a call begins, a call returns, a packet, or another record that is no call. */
export type Phase = 'enter' | 'exit' | 'packet' | 'mark';

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

/** Walks a recording. Times are ns since its start. */
export interface Cursor {
  /** Time of the point; 0 before the first. */
  readonly atNs: number;
  readonly phase: Phase;
  /** Where the record of the point is. Before the first point `row` is -1. */
  readonly block: Block;
  readonly row: number;
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

const PLACE_ROWS = 0x1_0000;
/** Blocks kept for calls that have not returned; those beyond are read again when they do. */
const MAX_HELD = 64;
const NO_EXIT = RECORD_FLAGS.unfinished | RECORD_FLAGS.noReturn;

const EMPTY_BLOCK: Block = {
  count: 0,
  kind: new Uint8Array(0),
  flags: new Uint16Array(0),
  line: new Uint32Array(0),
  source: new Uint16Array(0),
  enterNs: new Float64Array(0),
  exitNs: new Float64Array(0),
  tid: new Int32Array(0),
  tgid: new Int32Array(0),
  cpu: new Int16Array(0),
  comm: new Uint32Array(0),
  sys: new Uint16Array(0),
  args: new BigUint64Array(0),
  argKinds: new Uint8Array(0),
  argText: new Uint32Array(0),
  ret: new BigInt64Array(0),
  errno: new Uint16Array(0),
  retText: new Uint32Array(0),
  memStart: new Uint32Array(1),
  memArg: new Uint8Array(0),
  memFlags: new Uint8Array(0),
  memAddress: new BigUint64Array(0),
  memBytes: new Uint32Array(0),
  memTrueLength: new Float64Array(0),
};

class RecordingCursor implements Cursor {
  atNs = 0;
  phase: Phase = 'mark';
  block: Block = EMPTY_BLOCK;
  row = -1;
  points = 0;
  readonly #recording: Recording;
  readonly #pending = new PendingExits();
  #blockIndex = 0;
  /** The next record, and the columns of its block that are looked at before it comes. */
  #nextBlock = 0;
  #nextRow = 0;
  #head: Block = EMPTY_BLOCK;
  #kind = EMPTY_BLOCK.kind;
  #flags = EMPTY_BLOCK.flags;
  #tid = EMPTY_BLOCK.tid;
  #enterNs = EMPTY_BLOCK.enterNs;
  #exitNs = EMPTY_BLOCK.exitNs;
  readonly #held = new Map<number, Block>();

  constructor(recording: Recording) {
    this.#recording = recording;
    this.#openHead();
  }

  advance(limitNs: number): boolean {
    const pending = this.#pending;
    if (this.#nextRow >= this.#head.count) {
      if (pending.size === 0 || pending.firstNs > limitNs) return false;
      this.#exit(pending.firstNs, pending.pop());
      return true;
    }
    const dueNs = Math.max(this.atNs, this.#enterNs[this.#nextRow]!);
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
        ? Math.max(this.atNs, this.#enterNs[this.#nextRow]!)
        : Number.POSITIVE_INFINITY;
    return Math.min(dueNs, this.#pending.firstNs);
  }

  save(): CursorState {
    return {
      atNs: this.atNs,
      points: this.points,
      phase: this.phase,
      blockIndex: this.#blockIndex,
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
    this.#blockIndex = state.blockIndex;
    this.block = state.row < 0 ? EMPTY_BLOCK : this.#blockAt(state.blockIndex);
  }

  /** Whether the thread of the next record is in a call that it returns from before that record. Packets and notes are of no thread. */
  #mustReturnFirst(): boolean {
    const kind = this.#kind[this.#nextRow];
    if (kind === RECORD_KINDS.note.code || kind === RECORD_KINDS.packet.code) return false;
    return this.#pending.has(this.#tid[this.#nextRow]!);
  }

  #record(atNs: number): void {
    const block = this.#head;
    const row = this.#nextRow;
    this.#moveTo(atNs, block, this.#nextBlock, row);
    if (this.#kind[row] === RECORD_KINDS.call.code) {
      this.phase = 'enter';
      this.#awaitExit(row);
    } else this.phase = this.#kind[row] === RECORD_KINDS.packet.code ? 'packet' : 'mark';
    this.#nextRow++;
    if (this.#nextRow === block.count) {
      this.#nextBlock++;
      this.#nextRow = 0;
      this.#openHead();
    }
  }

  /** A call that returned at a time that nobody recorded returned at once; one that never returned has no exit. */
  #awaitExit(row: number): void {
    const flags = this.#flags[row]!;
    if ((flags & NO_EXIT) !== 0) return;
    const exitNs = this.#exitNs[row]!;
    const isKnown = !Number.isNaN(exitNs);
    if (!isKnown && (flags & RECORD_FLAGS.detached) !== 0) return;
    const atNs = isKnown && exitNs > this.atNs ? exitNs : this.atNs;
    this.#pending.push(atNs, this.#nextBlock * PLACE_ROWS + row, this.#tid[row]!);
  }

  #exit(atNs: number, place: number): void {
    const blockIndex = Math.floor(place / PLACE_ROWS);
    this.#moveTo(Math.max(this.atNs, atNs), this.#blockAt(blockIndex), blockIndex, place % PLACE_ROWS);
    this.phase = 'exit';
  }

  #moveTo(atNs: number, block: Block, blockIndex: number, row: number): void {
    this.atNs = atNs;
    this.block = block;
    this.#blockIndex = blockIndex;
    this.row = row;
    this.points++;
  }

  #blockAt(index: number): Block {
    if (index === this.#nextBlock) return this.#head;
    const held = this.#held.get(index);
    if (held !== undefined) return held;
    const block = this.#recording.block(index);
    if (this.#held.size < MAX_HELD) this.#held.set(index, block);
    return block;
  }

  /** Goes to the next block that has records, and lets go of blocks that no call waits in. */
  #openHead(): void {
    const { index } = this.#recording;
    while (this.#nextBlock < index.length && index[this.#nextBlock]!.count === 0) this.#nextBlock++;
    const awaited = new Set(Array.from(this.#pending.places(), (place) => Math.floor(place / PLACE_ROWS)));
    for (const held of this.#held.keys()) if (!awaited.has(held)) this.#held.delete(held);
    this.#head = this.#nextBlock < index.length ? this.#recording.block(this.#nextBlock) : EMPTY_BLOCK;
    this.#kind = this.#head.kind;
    this.#flags = this.#head.flags;
    this.#tid = this.#head.tid;
    this.#enterNs = this.#head.enterNs;
    this.#exitNs = this.#head.exitNs;
  }
}
