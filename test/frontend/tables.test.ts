// Rows of the table of system calls, the matrix of errors, and the slots of a prog array.
import { expect, test } from 'vitest';
import type { ProgArrayView, SyscallInfo } from '../../backend/protocol/index.ts';
import { cellShade, errorMatrix } from '../../frontend/src/state/error-matrix.ts';
import { describeArray } from '../../frontend/src/state/describe.ts';
import { dispatchesSyscalls, outcomes, risenSlots, slotNames } from '../../frontend/src/state/slots.ts';
import { filterRows, holdOrder, nameRows, sortRows } from '../../frontend/src/state/syscall-table.ts';
import { makeFrame } from './make-frame.ts';

const SYSCALLS: readonly SyscallInfo[] = [
  { arch: 'x86_64', nr: 0, name: 'read', category: 0 },
  { arch: 'x86_64', nr: 257, name: 'openat', category: 0 },
  { arch: 'i386', nr: 3, name: 'read', category: 0 },
];
const row = (sys: number, calls: number, p99Ns: number, errors = 0) => ({
  sys,
  calls,
  errors,
  totalNs: calls * 10,
  maxNs: p99Ns,
  p50Ns: p99Ns,
  p95Ns: p99Ns,
  p99Ns,
});
const ROWS = nameRows([row(0, 10, 500), row(1, 30, Number.NaN, 15), row(2, 10, 900)], SYSCALLS, 2e9);
const order = (rows: readonly { sys: number }[]): number[] => rows.map(({ sys }) => sys);

test('names rows, tells the rarer ABI, and gives rates over the recorded time', () => {
  expect(ROWS.map(({ name, abi, perS, errorShare }) => [name, abi, perS, errorShare])).toEqual([
    ['read', '', 5, 0],
    ['openat', '', 15, 0.5],
    ['read', 'i386', 5, 0],
  ]);
});

test('a system call that the recording does not list is shown by its number', () => {
  expect(nameRows([row(7, 1, 1)], SYSCALLS, 0)[0]).toMatchObject({ name: '#7', perS: 0, category: 7 });
});

test('sorts either way, unknown latencies last in both', () => {
  expect(order(sortRows(ROWS, { key: 'p99Ns', falling: true }))).toEqual([2, 0, 1]);
  expect(order(sortRows(ROWS, { key: 'p99Ns', falling: false }))).toEqual([0, 2, 1]);
});

test('equal rows stand by name, then by ABI', () => {
  expect(order(sortRows(ROWS, { key: 'calls', falling: true }))).toEqual([1, 0, 2]);
  expect(order(sortRows(ROWS, { key: 'name', falling: false }))).toEqual([1, 0, 2]);
});

test('a held order stays, new rows come behind it', () => {
  expect(order(holdOrder(sortRows(ROWS, { key: 'calls', falling: true }), [2, 0]))).toEqual([2, 0, 1]);
});

test('filters by any of several words', () => {
  expect(order(filterRows(ROWS, 'open, i386'))).toEqual([1, 2]);
  expect(filterRows(ROWS, '  ')).toBe(ROWS);
  expect(filterRows(ROWS, 'write')).toEqual([]);
});

test('errors become a matrix, busiest first, the rest added up', () => {
  const matrix = errorMatrix(
    [
      { sys: 1, errno: 2, count: 50 },
      { sys: 0, errno: 2, count: 5 },
      { sys: 0, errno: 11, count: 60 },
      { sys: 2, errno: 9, count: 1 },
      { sys: 2, errno: 4, count: 0 },
    ],
    2,
  );
  expect(matrix.columns).toEqual([0, 1]);
  expect(matrix.rows).toEqual([
    { errno: 11, total: 60, counts: [60, 0], others: 0 },
    { errno: 2, total: 55, counts: [5, 50], others: 0 },
    { errno: 9, total: 1, counts: [0, 0], others: 1 },
  ]);
  expect([matrix.total, matrix.max, matrix.otherCalls]).toEqual([116, 60, 1]);
});

test('shades of the matrix rise with the logarithm of the count', () => {
  expect([cellShade(0, 60), cellShade(60, 60), cellShade(1, 1)]).toEqual([0, 1, 1]);
  expect(cellShade(1, 60)).toBeGreaterThan(0);
});

const ARRAY: ProgArrayView = {
  map: 'progs',
  maxEntries: 1024,
  slots: [
    { index: 0, prog: 'on_read', hits: 6, empty: 0 },
    { index: 3, hits: 0, empty: 4 },
  ],
  hits: 6,
  misses: { empty: 4, outOfRange: 1, limit: 0 },
  depth: [5, 6],
};

test('slots whose hits or empty calls rose since the last drawing light up', () => {
  const later = {
    ...ARRAY,
    slots: [
      ARRAY.slots[0]!,
      { index: 3, hits: 0, empty: 5 },
      { index: 9, prog: 'on_mmap', hits: 1, empty: 0 },
    ],
  };
  expect([...risenSlots(ARRAY, later)]).toEqual([3, 9]);
  expect(risenSlots(undefined, later).size).toBe(0);
  expect(risenSlots(later, later).size).toBe(0);
});

test('outcomes list jumps and fall-throughs that happened', () => {
  expect(outcomes(ARRAY).map(({ label, count }) => [label, count])).toEqual([
    ['on_read', 6],
    ['Empty slot', 4],
    ['Out of range', 1],
  ]);
});

test('slots are named by system calls only where the object dispatches by them', () => {
  const prog = {
    name: 'main',
    section: 'kprobe/__seccomp_filter',
    engine: 'jit' as const,
    insns: 3,
    runs: 1,
    insnsRun: 3,
    faults: 0,
  };
  const none = makeFrame().programs;
  const programs = { ...none, progs: [{ ...prog, attached: ['__seccomp_filter'] }] };
  expect([dispatchesSyscalls(none), dispatchesSyscalls(programs)]).toEqual([false, true]);
  expect([slotNames(programs, SYSCALLS)(9), slotNames(programs, SYSCALLS)(1000)]).toEqual([
    'mmap',
    undefined,
  ]);
  expect(slotNames(none, SYSCALLS)(9)).toBeUndefined();
});

test('says in a sentence where the tail calls went', () => {
  expect(describeArray(ARRAY)).toBe(
    '6 tail calls jumped, all to on_read; 5 fell through. Deepest chain: 1 jump.',
  );
});
