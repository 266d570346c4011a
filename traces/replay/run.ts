// A whole recording through a machine: in batches where its programs allow it, else point by point.
import { emptyPoint, type EventBatch, type Machine } from '../../vm/index.ts';
import type { Recording } from '../recording.ts';
import { createBatcher } from './batch.ts';
import { createCursor } from './cursor.ts';
import { emptyPacket, fillPacket } from './packet.ts';
import { fillPoint } from './point.ts';
import { createProcesses } from './processes.ts';

export interface RunOptions {
  /** Programs may have handed records over: at a point of this time, before those after it run. */
  readonly onRecords?: (atNs: number) => void;
}

/** What was run. */
export interface RecordingRun {
  /** The machine came with batches. */
  readonly isBatched: boolean;
  /** Time of the last point. */
  readonly atNs: number;
}

/** Hands all points of a recording, from its start, to what is attached to a machine. Whatever way that goes, programs do the same. */
export function runRecording(recording: Recording, machine: Machine, options: RunOptions = {}): RecordingRun {
  const batch = batchFor(recording, machine);
  if (batch === undefined) return runPoints(recording, machine, options);
  const batcher = createBatcher(recording, batch, options);
  while (batcher.step(Number.POSITIVE_INFINITY));
  const { atNs } = batcher.save().cursor;
  machine.advance(atNs);
  return { isBatched: true, atNs };
}

/** The batches of a machine, if what is attached lets all points of a recording come by them. It stays so until programs are attached, detached or replaced. */
export function batchFor(recording: Recording, machine: Machine): EventBatch | undefined {
  const { batch } = machine;
  if (batch === undefined || batch.wants === 'task' || batch.mayHold) return undefined;
  return isOfCalls(recording, machine) ? batch : undefined;
}

/** Whether programs run at calls alone: packets and events of processes come between them. */
function isOfCalls({ index }: Recording, machine: Machine): boolean {
  if (machine.listens('event')) return false;
  return !machine.listens('packet') || index.every(({ packets }) => packets === 0);
}

function runPoints(recording: Recording, machine: Machine, { onRecords }: RunOptions): RecordingRun {
  const cursor = createCursor(recording);
  const processes = createProcesses(recording);
  const point = emptyPoint();
  const packet = emptyPacket();
  while (cursor.advance(Number.POSITIVE_INFINITY)) {
    const { phase } = cursor;
    for (const event of processes.before(cursor)) machine.event(event);
    if (phase === 'mark' || !machine.listens(phase)) machine.advance(cursor.atNs);
    else if (phase === 'packet') {
      fillPacket(cursor, recording, packet);
      machine.packet(packet);
    } else {
      fillPoint(cursor, recording, point, processes.current());
      machine[phase](point);
    }
    processes.take(cursor);
    onRecords?.(cursor.atNs);
  }
  return { isBatched: false, atNs: cursor.atNs };
}
