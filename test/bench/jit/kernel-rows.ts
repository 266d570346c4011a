// Programs of which Linux and the JIT are both asked what an operation costs. The text is one for both: what Linux runs as sched_cls over an skb whose mark is
// the number, runs here at sys_enter, whose second argument is the number: both stand at offset 8 of the ctx.
import { assembleObject, type ObjectSpec } from '../../../vm/index.ts';

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

const SLOTS = 512;
const CHAIN = 33;
const TIMES = 10;
const ROUNDS = 100;
const RING_BYTES = 1 << 24;

const repeat = (times: number, text: (i: number) => string): string =>
  Array.from({ length: times }, (_, i) => text(i)).join('\n');

const NEXT_NUMBER = 'r3 *= 5\nr3 += 17\nr3 &= 511\n*(u32 *)(r1 + 8) = r3';

function dispatch(section: string, map: string, leaf: string, advance: boolean): string {
  const isLinux = section === 'tc';
  return `.map table prog_array key=4 value=4 entries=${SLOTS}
${map}
${repeat(SLOTS, (i) => `.slot table ${i} leaf${i}`)}
.section "${section}"
main:
r3 = *(u32 *)(r1 + 8)
${advance && isLinux ? NEXT_NUMBER : ''}
r2 = map[table] ll
call tail_call
r0 = 1
exit
${repeat(SLOTS, (i) => `.section "${section}"\nleaf${i}:\n${leaf}`)}`;
}

const COUNTS = `.map counts hash key=4 value=8 entries=1024`;
const HASH_LEAF = `r3 = *(u32 *)(r1 + 8)
*(u32 *)(r10 - 4) = r3
r2 = r10
r2 += -4
r1 = map[counts] ll
call map_lookup_elem
if r0 == 0 goto +2
r1 = 1
lock *(u64 *)(r0 + 0) += r1
r0 = 0
exit`;
const PERCPU_COUNTS = `.map counts percpu_array key=4 value=8 entries=${SLOTS}`;
const PERCPU_LEAF = `r3 = *(u32 *)(r1 + 8)
*(u32 *)(r10 - 4) = r3
r2 = r10
r2 += -4
r1 = map[counts] ll
call map_lookup_elem
if r0 == 0 goto +3
r1 = *(u64 *)(r0 + 0)
r1 += 1
*(u64 *)(r0 + 0) = r1
r0 = 0
exit`;

function chain(section: string, index: (i: number) => string): string {
  return `.map table prog_array key=4 value=4 entries=64
${repeat(CHAIN, (i) => `.slot table ${i + 1} next${i + 1}`)}
.section "${section}"
main:
${index(0)}
r2 = map[table] ll
call tail_call
r0 = 1
exit
${repeat(CHAIN - 1, (i) => `.section "${section}"\nnext${i + 1}:\n${index(i + 1)}\nr2 = map[table] ll\ncall tail_call\nr0 = 1\nexit`)}
.section "${section}"
next${CHAIN}:
r0 = 0
exit`;
}

/** The same operation several times over. */
function times(section: string, head: string, body: (i: number) => string): string {
  const [maps, before = ''] = head.split('---\n');
  return `${maps}\n.section "${section}"\nmain:\n${before}${repeat(TIMES, body)}\nr0 = 0\nexit`;
}

/** The same operation in a loop. */
const round = (section: string, body: string): string =>
  `.section "${section}"\nmain:\nr6 = ${ROUNDS}\nagain:\n${body}\nr6 -= 1\nif r6 != 0 goto again\nr0 = 0\nexit`;

const lookup = (map: string, keyAt: number): ((i: number) => string) => {
  return (i) => `r2 = r10
r2 += -${keyAt}
r1 = map[${map}] ll
call map_lookup_elem
if r0 == 0 goto no${i}
r1 = *(u64 *)(r0 + 0)
r1 += 1
*(u64 *)(r0 + 0) = r1
no${i}:`;
};
const update = `r1 = map[hash] ll
r2 = r10
r2 += -4
r3 = r10
r3 += -16
r4 = 0
call map_update_elem`;
const remove = `r1 = map[hash] ll
r2 = r10
r2 += -4
call map_delete_elem`;
const KEY4 = '*(u32 *)(r10 - 4) = 7\n';
const KEY16 = '*(u64 *)(r10 - 16) = 7\n*(u64 *)(r10 - 8) = 0\n';
const RECORD = repeat(8, (i) => `*(u64 *)(r10 - ${8 * (i + 1)}) = ${8 * (i + 1)}`);
const RING = `.map ring ringbuf key=0 value=0 entries=${RING_BYTES}`;

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
