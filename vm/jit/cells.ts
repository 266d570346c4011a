// What generated code and JavaScript tell each other: cells at fixed offsets of linear memory (CELLS_AT). Nothing that changes from event to event crosses as
// an argument: an i64 that goes through a JavaScript call is a BigInt, which costs as much as a helper. None of it outlives a run, and none is saved.
import { CELLS_AT } from '../memory/linear.ts';

/** Offsets in linear memory; i32 unless said otherwise. */
// oxfmt-ignore
export const CELLS = {
  /** r0 to r10, i64 each: where a function leaves what a helper in JavaScript reads, and finds what it wrote. */
  regs:      CELLS_AT,
  /** Insns of this run that are counted: true whenever JavaScript runs, and between functions. */
  insns:     CELLS_AT + 0x80,
  /** Those of them that were charged to a program. */
  charged:   CELLS_AT + 0x84,
  /** The run's budget: MachineOptions.limitInsns, 2^31 - 1 at the most. */
  limit:     CELLS_AT + 0x88,
  /** Tail calls of this run. */
  tailCalls: CELLS_AT + 0x8c,
  /** r10 of the function that calls JavaScript, its low half. */
  frame:     CELLS_AT + 0x90,
  /** Checked code only: r10 of the frame that the current program began in. */
  base:      CELLS_AT + 0x94,
  /** What r2 begins with (RunEvent.length). */
  length:    CELLS_AT + 0x98,
  /** Words of 8 bytes of the ctx, bit by bit from the first, in which something is not known, or that lie behind its end: loads of them take the slow way. */
  ctxHoles:  CELLS_AT + 0x9c,
  /** The CPU. */
  cpu:       CELLS_AT + 0xa0,
  /** Not 0: the batch ends after this event (a timer was started, a buffer must be read, a fault). */
  stop:      CELLS_AT + 0xa4,
  /** Time of the event in ns, i64. */
  atNs:      CELLS_AT + 0xa8,
  /** tgid << 32 | tid, i64. */
  pidTgid:   CELLS_AT + 0xb0,
  /** Name of the task: 16 bytes, NUL behind it; its length, -1 where it is not known. */
  comm:      CELLS_AT + 0xb8,
  commBytes: CELLS_AT + 0xc8,
  /** Row of the batch that runs; -1 outside of one. */
  row:       CELLS_AT + 0xcc,
  /** Insns of all runs, f64. */
  allInsns:  CELLS_AT + 0xd0,
  /** Records of ring buffers that were reserved by generated code and not given back: how many, and the offset of each. */
  owed:      CELLS_AT + 0xd8,
  /** The spin lock that generated code holds: its offset, 0 for none. */
  lock:      CELLS_AT + 0xdc,
  /** State of the machine's random numbers, u32: see SeededRandom. */
  random:    CELLS_AT + 0xe0,
  /** Bytes of records in the print buffer: inline/print-buffer.ts. */
  printed:   CELLS_AT + 0xe4,
  /** Which of the runs that batches know this one is; with `row`, one of all. */
  run:       CELLS_AT + 0xe8,
  /** Checked code only: the site of the insn that the function ended with that ended last, -1 where the interpreter ran it. */
  exit:      CELLS_AT + 0xec,
  owedAt:    CELLS_AT + 0x100,
  /** What the kernel may read for the program in this event, besides memory of the program: rows of inline/readable.ts. */
  readable:  CELLS_AT + 0x200,
} as const satisfies Record<string, number>;

/** Reserved records that `owedAt` has room for; what comes on top is reserved by JavaScript. */
export const MAX_OWED = 64;
