// A point of a recording: which record, which side of it, and when.
import { RECORD_KINDS } from '../event.ts';
import type { Block } from '../event.ts';

/** What a point is: a call begins, a call returns, a packet, or another record that is no call. */
export type Phase = 'enter' | 'exit' | 'packet' | 'mark';

/** Phase of a record of this kind (RECORD_KINDS). */
export function phaseOf(kind: number): Phase {
  if (kind === RECORD_KINDS.call.code) return 'enter';
  return kind === RECORD_KINDS.packet.code ? 'packet' : 'mark';
}

/** Whether a record of this kind is of the thread that it names: packets and notes are not. */
export function isOfThread(kind: number): boolean {
  return kind !== RECORD_KINDS.note.code && kind !== RECORD_KINDS.packet.code;
}

/** A point of a recording. Times are ns since its start. */
export interface Place {
  /** Time of the point; 0 before the first. */
  readonly atNs: number;
  readonly phase: Phase;
  /** Where the record of the point is, and which block of the recording that is. Before the first point `row` is -1. */
  readonly block: Block;
  readonly row: number;
  readonly blockIndex: number;
}

/** The block of a place before the first point. */
export const EMPTY_BLOCK: Block = {
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
