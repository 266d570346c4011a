// The fixed words of the grammar, and what the ends and the bodies of lines mean by them.
import { type ByteBuffer, CH, ascii } from '../bytes.ts';
import { NumberReader } from '../number.ts';

const C = CH;

const UNFINISHED = ascii('<unfinished ...>');
const DETACHED = ascii('<detached ...>');
const PID_CHANGED = ascii('<pid changed to ');
const PTRACE = ascii('<ptrace(');
const PROCESS = ascii('Process ');
const STRACE = ascii('strace: ');
const BIT_MODE = ascii('Process PID=');
const SUMMARY = [ascii('% time'), ascii('------'), ascii('System call usage summary')];
const WORDS = ['attached', 'detached', 'suspended', 'resumed'].map((word) => ascii(word));
/** Heads the dumps of one message of sendmmsg: ` = 2 buffers in vector 0`. */
const VECTOR = ascii(' buffers in vector ');
const RUNS_32 = ascii(' runs in 32 bit mode');

export const RESUMED_START = ascii('<... ');
export const RESUMED_END = ascii(' resumed>');

/** How a line that stops inside a call says so. */
export const ENDING = { none: 0, unfinished: 1, detached: 2 } as const;

/** Finds the mark with which strace leaves a call in the middle; `at` is where the text before it ends. */
export class EndingReader {
  at = 0;

  /** The ending of the line [pos, end). */
  read(text: ByteBuffer, pos: number, end: number): number {
    const { bytes } = text;
    this.at = end;
    if (end - pos < 2 || bytes[end - 1] !== C.greater || isDigit(bytes[end - 2]!)) return ENDING.none;
    let p = end - 2;
    while (p > pos && bytes[p] !== C.less) p--;
    const word = bytes.length > p && bytes[p] === C.less ? endingAt(text, p, end) : ENDING.none;
    if (word === ENDING.none) return ENDING.none;
    // the space before the mark belongs to the mark
    this.at = p > pos && bytes[p - 1] === C.space ? p - 1 : p;
    return word;
  }
}

function endingAt(text: ByteBuffer, pos: number, end: number): number {
  if (text.startsWith(pos, end, UNFINISHED))
    return pos + UNFINISHED.length === end ? ENDING.unfinished : ENDING.none;
  if (text.startsWith(pos, end, DETACHED))
    return pos + DETACHED.length === end ? ENDING.detached : ENDING.none;
  if (text.startsWith(pos, end, PID_CHANGED) || text.startsWith(pos, end, PTRACE)) return ENDING.unfinished;
  return ENDING.none;
}

/** Whether the line is part of a summary table's head. */
export function isSummary(text: ByteBuffer, pos: number, end: number): boolean {
  return SUMMARY.some((word) => text.startsWith(pos, end, word));
}

/** Whether the line is one that strace adds below a call: a stack frame, a dump of a buffer; or empty. */
export function isAttachment(text: ByteBuffer, pos: number, end: number): boolean {
  const { bytes } = text;
  const p = text.skipSpaces(pos, end);
  if (p >= end) return true;
  const byte = bytes[p];
  if (p === pos || (p + 1 < end && bytes[p + 1] !== C.space)) return false;
  if (byte === C.equal) return text.indexOf(p, end, VECTOR) >= 0;
  return byte === C.greater || byte === C.bar || byte === C.star;
}

/** A message of strace in a line. */
export interface Message {
  /** Where it starts; what stands before it is an unfinished line. */
  readonly start: number;
  /** The thread it is about; -1 none. */
  readonly tid: number;
  readonly kind: 'thread' | '32-bit' | '64-bit' | 'other';
}

/** Finds a message of strace at the start of [pos, end), or the news of a thread anywhere in it. Old versions leave `strace: ` out. */
export function findMessage(text: ByteBuffer, pos: number, end: number): Message | undefined {
  const at = text.indexOf(pos, end, STRACE);
  const bit = text.indexOf(at < 0 ? pos : at, end, BIT_MODE);
  if (bit >= 0) {
    const kind = text.indexOf(bit, end, RUNS_32) >= 0 ? '32-bit' : '64-bit';
    return {
      start: at < 0 ? pos : commandStart(text, pos, at),
      tid: digitsAt(text, bit + BIT_MODE.length, end),
      kind,
    };
  }
  for (let p = text.indexOf(pos, end, PROCESS); p >= 0; p = text.indexOf(p + 1, end, PROCESS)) {
    const tid = digitsAt(text, p + PROCESS.length, end);
    const word = p + PROCESS.length + String(tid).length + 1;
    if (tid < 0 || !WORDS.some((known) => text.startsWith(word, end, known))) continue;
    const named = at >= 0 && at + STRACE.length === p;
    return { start: named ? commandStart(text, pos, at) : p, tid, kind: 'thread' };
  }
  return at >= 0 && commandStart(text, pos, at) === pos ? { start: pos, tid: -1, kind: 'other' } : undefined;
}

/** strace prints its own name as it was started: a path before `strace: ` belongs to it. */
function commandStart(text: ByteBuffer, pos: number, at: number): number {
  const { bytes } = text;
  if (bytes[at - 1] !== C.slash) return at;
  let p = at - 1;
  while (p > pos && bytes[p - 1] !== C.space) p--;
  while (p < at && bytes[p] !== C.slash) p++;
  return p;
}

const NUMBER = new NumberReader();

function digitsAt(text: ByteBuffer, pos: number, end: number): number {
  const p = NUMBER.readDigits(text.bytes, pos, end);
  return p > pos ? NUMBER.lo : -1;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
