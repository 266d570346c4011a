// A batch that runs nothing and compares every row with what a cursor, `fillPoint` and processes tell of the same point.
import { expect } from 'vitest';
import { createCursor, createProcesses, fillPoint } from '../../traces/index.ts';
import type { Cursor, CursorState, Processes, Recording } from '../../traces/index.ts';
import { emptyPoint, type EventBatch, type SyscallPoint } from '../../vm/index.ts';
import type { Random } from './seed.ts';

/** What runs at a call; 0 nothing. */
export type PlanOf = EventBatch['plan'];

/** Which points are listened to. */
export const PATTERNS = {
  all: (at) => (at === 'enter' ? 1 : 2),
  enters: (at) => (at === 'enter' ? 1 : 0),
  exits: (at) => (at === 'exit' ? 2 : 0),
  'enter and exit of one call': (at, _audit, nr) => (nr === 1 ? (at === 'enter' ? 3 : 4) : 0),
  'every third call, at one side': (at, audit, nr) =>
    (nr + audit) % 3 === (at === 'enter' ? 0 : 1) ? 5 + (nr & 3) : 0,
  nothing: () => 0,
} as const satisfies Record<string, PlanOf>;

/** The points that are listened to, one by one. */
class Reference {
  readonly point = emptyPoint();
  plan = 0;
  readonly #recording: Recording;
  readonly #cursor: Cursor;
  readonly #processes: Processes;
  readonly #planOf: PlanOf;
  #isTaken = true;

  constructor(recording: Recording, planOf: PlanOf) {
    this.#recording = recording;
    this.#cursor = createCursor(recording);
    this.#processes = createProcesses(recording);
    this.#planOf = planOf;
  }

  /** Goes on to the next one; false after the last. */
  next(): boolean {
    const cursor = this.#cursor;
    if (!this.#isTaken) this.#processes.take(cursor);
    while (cursor.advance(Number.POSITIVE_INFINITY)) {
      this.#processes.before(cursor);
      this.#isTaken = false;
      if (cursor.phase === 'enter' || cursor.phase === 'exit') {
        fillPoint(cursor, this.#recording, this.point, this.#processes.current());
        this.plan = this.#planOf(cursor.phase, this.point.audit, this.point.nr);
        if (this.plan !== 0) return true;
      }
      this.#processes.take(cursor);
    }
    this.#isTaken = true;
    return false;
  }
}

/** Most rows, and names, of a batch of a test. */
export interface BatchLimits {
  readonly rows: number;
  readonly names: number;
}

/** Says how many rows there were, all of them right. */
export class ComparingBatch implements EventBatch {
  readonly rows: number;
  readonly wants = 'memory';
  readonly isHeld = false;
  readonly mayHold = false;
  readonly plan: PlanOf;
  compared = 0;
  readonly #reference: Reference;
  readonly #random: Random;
  readonly #most: number;
  #columns;
  readonly #point = emptyPoint();
  readonly #names: string[] = [];

  constructor(recording: Recording, planOf: PlanOf, { rows, names }: BatchLimits, random: Random) {
    this.rows = rows;
    this.plan = planOf;
    this.#most = names;
    this.#random = random;
    this.#reference = new Reference(recording, planOf);
    this.#columns = columnsOf(rows);
  }

  /** Others for each batch, as of a memory that grows all the time. */
  columns(): ReturnType<typeof columnsOf> {
    this.#names.length = 0;
    return (this.#columns = columnsOf(this.rows));
  }

  name(comm: Uint8Array): number {
    const name = latin1(comm);
    const known = this.#names.indexOf(name);
    if (known >= 0) return known;
    return this.#names.length < this.#most ? this.#names.push(name) - 1 : -1;
  }

  run(from: number, to: number, fill: (row: number, point: SyscallPoint) => void): number {
    const count = 1 + this.#random.below(to - from);
    for (let row = from; row < from + count; row++) this.#compare(row, fill);
    return count;
  }

  /** A point that is listened to was handed over by itself. */
  pass(): void {
    if (!this.#reference.next()) throw new Error('there are no more points');
  }

  /** Nothing is missing at the end. */
  expectEnd(): void {
    expect(this.#reference.next()).toBe(false);
  }

  #compare(row: number, fill: (row: number, point: SyscallPoint) => void): void {
    if (!this.#reference.next()) throw new Error(`row ${this.compared} comes after the last point`);
    const { point, plan } = this.#reference;
    const columns = this.#columns;
    const isSame =
      columns.plan[row] === plan &&
      columns.nr[row] === point.nr &&
      columns.audit[row] === point.audit &&
      columns.ret[row] === point.ret &&
      columns.tid[row] === point.tid &&
      columns.tgid[row] === point.tgid &&
      columns.cpu[row] === point.cpu &&
      Object.is(columns.atNs[row], point.atNs) &&
      this.#names[columns.comm[row]!] === latin1(point.comm) &&
      areSame(columns.args, row, point.args);
    if (!isSame) expect(this.#rowText(row)).toEqual(pointText(plan, point));
    if (this.#random.below(64) === 0) {
      fill(row, this.#point);
      const { memory, facts: _facts, ...filled } = this.#point;
      const { memory: foreseen, facts: _known, ...numbers } = point;
      expect(filled).toEqual(numbers);
      expect(memory()).toEqual(foreseen());
    }
    this.compared++;
  }

  #rowText(row: number): object {
    const columns = this.#columns;
    const [nr, audit, ret] = [columns.nr[row]!, columns.audit[row]!, columns.ret[row]!];
    const [tid, tgid, cpu, atNs] = [
      columns.tid[row]!,
      columns.tgid[row]!,
      columns.cpu[row]!,
      columns.atNs[row]!,
    ];
    const args = new Uint8Array(columns.args.slice(row * 6, row * 6 + 6).buffer);
    const comm = Buffer.from(this.#names[columns.comm[row]!] ?? '?', 'latin1');
    return pointText(columns.plan[row]!, {
      nr,
      audit,
      ret,
      tid,
      tgid,
      cpu,
      atNs,
      args,
      comm,
      memory: () => [],
    });
  }
}

/** A batch that runs nothing. */
export function idleBatch(planOf: PlanOf, rows = 4096): EventBatch {
  const columns = columnsOf(rows);
  const names = new Map<string, number>();
  return {
    rows,
    wants: 'columns',
    isHeld: false,
    mayHold: false,
    columns: () => columns,
    plan: planOf,
    name(comm) {
      const name = latin1(comm);
      const number = names.get(name) ?? names.size;
      names.set(name, number);
      return number;
    },
    run: (from, to) => to - from,
  };
}

function pointText(
  plan: number,
  { args, comm, memory: _memory, facts: _facts, ...rest }: SyscallPoint,
): object {
  return { plan, ...rest, args: [...new BigUint64Array(args.slice().buffer)], comm: latin1(comm) };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function areSame(column: BigUint64Array, row: number, args: Uint8Array): boolean {
  const bytes = new Uint8Array(column.buffer, column.byteOffset + row * 48, 48);
  return Buffer.compare(bytes, args) === 0;
}

function columnsOf(rows: number) {
  return {
    plan: new Int32Array(rows),
    nr: new Int32Array(rows),
    audit: new Uint32Array(rows),
    args: new BigUint64Array(rows * 6),
    ret: new BigInt64Array(rows),
    tid: new Int32Array(rows),
    tgid: new Int32Array(rows),
    comm: new Int32Array(rows),
    cpu: new Int32Array(rows),
    atNs: new Float64Array(rows),
  };
}

/** A state with its waiting calls in one order: a heap may lie in several. */
export function orderedState({ pending, ...state }: CursorState): object {
  const waiting = Array.from(pending.tid, (tid, i) => ({
    tid,
    timeNs: pending.timeNs[i]!,
    place: pending.place[i]!,
  }));
  return { ...state, waiting: waiting.toSorted((a, b) => a.place - b.place) };
}
