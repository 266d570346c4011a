// The state of a cursor at a place that was reached without one: which calls wait to return, and how many points there were.
import { RECORD_KINDS } from '../../event.ts';
import { outcomeFlags } from '../../outcome-flags.ts';
import type { Recording } from '../../recording.ts';
import type { CursorState } from '../cursor.ts';
import { PLACE_ROWS } from '../held-blocks.ts';
import { PendingExits } from '../pending.ts';
import { isOfThread, phaseOf } from '../place.ts';
import { laterNs, returns } from '../returns.ts';

/** How far somebody has come since the state `since`. */
export interface Progress {
  readonly since: CursorState;
  /** The record that was taken last; row -1 when none was. */
  readonly blockIndex: number;
  readonly row: number;
  /** Its time. */
  readonly nowNs: number;
  /** The next record. */
  readonly nextBlock: number;
  readonly nextRow: number;
  /** Records taken since, and calls among them that return. */
  readonly records: number;
  readonly returns: number;
  /** Calls that return up to this time after the last record have done so; -Infinity: none. */
  readonly poppedToNs: number;
}

/** The same place as a cursor has it. Reads again the blocks in which calls may wait, as the index tells. */
export function stateAt(recording: Recording, progress: Progress): CursorState {
  const { since, blockIndex, row, nowNs, nextBlock, nextRow, poppedToNs } = progress;
  if (row < 0 && poppedToNs === Number.NEGATIVE_INFINITY) return since;
  const waiting = waitingAt(recording, progress);
  const all = since.points + progress.records + progress.returns + since.pending.tid.length;
  const last =
    row < 0
      ? { atNs: since.atNs, phase: since.phase, blockIndex: since.blockIndex, row: since.row }
      : { atNs: nowNs, phase: phaseOf(recording.block(blockIndex).kind[row]!), blockIndex, row };
  while (waiting.size > 0 && waiting.firstNs <= poppedToNs) {
    last.atNs = Math.max(last.atNs, waiting.firstNs);
    const place = waiting.pop();
    last.phase = 'exit';
    last.blockIndex = Math.floor(place / PLACE_ROWS);
    last.row = place % PLACE_ROWS;
  }
  return { ...last, points: all - waiting.size, nextBlock, nextRow, pending: waiting.save() };
}

/** Calls that had not returned when the last record was taken. */
function waitingAt(recording: Recording, { since, blockIndex, row, nowNs }: Progress): PendingExits {
  const byThread = new Map<number, { readonly timeNs: number; readonly place: number }>();
  const { pending } = since;
  for (const [i, tid] of pending.tid.entries()) {
    if (row < 0 || pending.timeNs[i]! > nowNs)
      byThread.set(tid, { timeNs: pending.timeNs[i]!, place: pending.place[i]! });
  }
  let from = { block: since.nextBlock, row: since.nextRow };
  if (byThread.size === 0) from = firstThatMatters(recording, from, blockIndex, nowNs);
  const end = row < 0 ? from.block : blockIndex + 1;
  for (let index = from.block; index < end; index++) {
    const block = recording.block(index);
    const { count, kind, tid, exitNs } = block;
    const flags = outcomeFlags(block);
    const rows = index === blockIndex ? row + 1 : count;
    for (let at = index === from.block ? from.row : 0; at < rows; at++) {
      if (isOfThread(kind[at]!)) byThread.delete(tid[at]!);
      if (kind[at] !== RECORD_KINDS.call.code || !returns(flags[at]!, exitNs[at]!)) continue;
      const isLast = index === blockIndex && at === row;
      if (exitNs[at]! > nowNs || isLast)
        byThread.set(tid[at]!, { timeNs: laterNs(nowNs, exitNs[at]!), place: index * PLACE_ROWS + at });
    }
  }
  const waiting = new PendingExits();
  for (const [tid, { timeNs, place }] of byThread) waiting.push(timeNs, place, tid);
  return waiting;
}

/** Blocks in which every call has returned by `nowNs` are passed over. */
function firstThatMatters(
  { index }: Recording,
  from: { readonly block: number; readonly row: number },
  last: number,
  nowNs: number,
): { block: number; row: number } {
  let { block, row } = from;
  for (; block < last && index[block]!.lastNs <= nowNs; block++) row = 0;
  return { block, row };
}
