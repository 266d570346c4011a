// Programs of which Linux and the JIT are both asked what an operation costs. The text is one for both: what Linux runs as sched_cls over an skb whose mark is
// the number, runs here at sys_enter, whose second argument is the number: both stand at offset 8 of the ctx.
import { assembleObject, type ObjectSpec } from '../../../vm/index.ts';
import {
  CHAIN,
  chain,
  COUNTS,
  dispatch,
  HASH_LEAF,
  KEY16,
  KEY4,
  lookup,
  PERCPU_COUNTS,
  PERCPU_LEAF,
  RECORD,
  remove,
  repeat,
  RING,
  round,
  ROUNDS,
  SLOTS,
  TIMES,
  times,
  update,
} from './row-texts.ts';

/** A program measured. */
export interface KernelRow {
  readonly name: string;
  /** What one operation is. */
  readonly unit: string;
  /** Operations of one run. */
  readonly ops: number;
  /** Directives, and programs without their sections: the first is the one that runs. */
  readonly text: (section: string) => string;
  /** Whether the number is another in each run. Linux: the program works the next one out from the mark. */
  readonly varied?: true;
  /** Keys 0, 1, ... with value 0 that are in a map before: how many. */
  readonly filled?: Readonly<Record<string, number>>;
  /** The most that the JIT should take, as a part of what Linux does; 1 where nothing is said. */
  readonly aim?: number;
  /** A ring buffer that is emptied between batches. */
  readonly drained?: string;
}

/** The trivial program: what every run costs, and what is taken off the others for their net figures. */
export const TRIVIAL: KernelRow = {
  name: 'return 0',
  unit: 'run',
  ops: 1,
  text: (section) => `.section "${section}"\nmain:\nr0 = 0\nexit`,
};

export const KERNEL_ROWS: readonly KernelRow[] = [
  {
    name: 'dispatch to a hash counter, fixed nr',
    aim: 0.5,
    unit: 'event',
    ops: 1,
    text: (section) => dispatch(section, COUNTS, HASH_LEAF, false),
    filled: { counts: SLOTS },
  },
  {
    name: 'dispatch to a hash counter, varied nr',
    aim: 0.5,
    unit: 'event',
    ops: 1,
    text: (section) => dispatch(section, COUNTS, HASH_LEAF, true),
    varied: true,
    filled: { counts: SLOTS },
  },
  {
    name: 'dispatch to a per-CPU array counter, fixed nr',
    unit: 'event',
    ops: 1,
    text: (section) => dispatch(section, PERCPU_COUNTS, PERCPU_LEAF, false),
  },
  {
    name: '33 tail calls, variable index',
    aim: 0.5,
    unit: 'tail call',
    ops: CHAIN,
    text: (section) => chain(section, (i) => `r3 = *(u32 *)(r1 + 8)\nr3 += ${i + 1}`),
  },
  {
    name: '33 tail calls, constant index',
    aim: 0.5,
    unit: 'tail call',
    ops: CHAIN,
    text: (section) => chain(section, (i) => `r3 = ${i + 1}`),
  },
  {
    name: 'array look-up and increment',
    unit: 'look-up',
    ops: TIMES,
    text: (section) =>
      times(section, `.map array array key=4 value=8 entries=256\n---\n${KEY4}`, lookup('array', 4)),
  },
  {
    name: 'per-CPU array look-up and increment',
    unit: 'look-up',
    ops: TIMES,
    text: (section) =>
      times(section, `.map array percpu_array key=4 value=8 entries=256\n---\n${KEY4}`, lookup('array', 4)),
  },
  {
    name: 'hash look-up, key of 4 bytes',
    unit: 'look-up',
    ops: TIMES,
    text: (section) =>
      times(section, `.map hash hash key=4 value=8 entries=16384\n---\n${KEY4}`, lookup('hash', 4)),
    filled: { hash: 1024 },
  },
  {
    name: 'hash look-up, key of 16 bytes',
    unit: 'look-up',
    ops: TIMES,
    text: (section) =>
      times(section, `.map hash hash key=16 value=8 entries=16384\n---\n${KEY16}`, lookup('hash', 16)),
    filled: { hash: 1024 },
  },
  {
    name: 'LRU hash look-up, key of 4 bytes',
    unit: 'look-up',
    ops: TIMES,
    text: (section) =>
      times(section, `.map hash lru_hash key=4 value=8 entries=16384\n---\n${KEY4}`, lookup('hash', 4)),
    filled: { hash: 1024 },
  },
  {
    name: 'per-CPU hash look-up, key of 4 bytes',
    unit: 'look-up',
    ops: TIMES,
    text: (section) =>
      times(section, `.map hash percpu_hash key=4 value=8 entries=16384\n---\n${KEY4}`, lookup('hash', 4)),
    filled: { hash: 1024 },
  },
  {
    name: 'hash update of a key that is there',
    unit: 'update',
    ops: TIMES,
    text: (section) =>
      times(
        section,
        `.map hash hash key=4 value=8 entries=16384\n---\n${KEY4}*(u64 *)(r10 - 16) = 9\n`,
        () => update,
      ),
    filled: { hash: 1024 },
  },
  {
    name: 'hash update of a new key, and delete',
    unit: 'pair',
    ops: TIMES,
    text: (section) =>
      times(
        section,
        `.map hash hash key=4 value=8 entries=16384\n---\n*(u32 *)(r10 - 4) = 77777\n*(u64 *)(r10 - 16) = 9\n`,
        () => `${update}\n${remove}`,
      ),
    filled: { hash: 1024 },
  },
  {
    name: 'ring buffer output of 64 bytes',
    unit: 'record',
    ops: 1,
    text: (section) =>
      `${RING}\n.section "${section}"\nmain:\n${RECORD}\nr1 = map[ring] ll\nr2 = r10\nr2 += -64\nr3 = 64\nr4 = 1\ncall ringbuf_output\nr0 = 0\nexit`,
    drained: 'ring',
  },
  {
    name: 'ring buffer reserve, 8 stores, submit',
    unit: 'record',
    ops: 1,
    text: (section) =>
      `${RING}\n.section "${section}"\nmain:\nr1 = map[ring] ll\nr2 = 64\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto no\n${repeat(8, (i) => `*(u64 *)(r0 + ${8 * i}) = ${i}`)}\nr1 = r0\nr2 = 1\ncall ringbuf_submit\nno:\nr0 = 0\nexit`,
    drained: 'ring',
  },
  {
    name: 'bpf_ktime_get_ns',
    unit: 'call',
    ops: TIMES,
    text: (section) => times(section, '---\n', () => 'call ktime_get_ns'),
  },
  {
    name: 'bpf_get_smp_processor_id',
    unit: 'call',
    ops: TIMES,
    text: (section) => times(section, '---\n', () => 'call get_smp_processor_id'),
  },
  {
    name: 'bpf_get_prandom_u32',
    unit: 'call',
    ops: TIMES,
    text: (section) => times(section, '---\n', () => 'call get_prandom_u32'),
  },
  {
    name: 'bpf_get_prandom_u32 in a loop',
    unit: 'round',
    ops: ROUNDS,
    text: (section) => round(section, 'call get_prandom_u32'),
  },
  {
    name: 'bpf_ringbuf_query in a loop: in JavaScript',
    unit: 'round',
    ops: ROUNDS,
    text: (section) => `${RING}\n${round(section, 'r1 = map[ring] ll\nr2 = 0\ncall ringbuf_query')}`,
  },
];

/** The row as an object whose programs are of a section: 'tc' for Linux, 'raw_tp/sys_enter' here. */
export function rowObject(row: KernelRow, section: string): ObjectSpec {
  return assembleObject(row.text(section), row.name);
}
