// Programs of pieces put together at random, each a call or two of helpers that generated code does itself. Pieces add what they are told to r7; r6 is the ctx.
import type { TestCase } from './case-file.ts';
import type { Random } from './seed.ts';

const MAPS = [
  'small ringbuf key=0 value=0 entries=4096',
  'large ringbuf key=0 value=0 entries=65536',
  'events perf_event_array key=4 value=4 entries=2',
];
const FORMATS = [
  'plain',
  'n %d',
  '%u%%',
  '%x %X',
  '%lld|%llx',
  '%5d%-5d%05d',
  '%c%+d% d',
  '%p.',
  '%s',
  '%y',
  '%d %d %d %d',
];
/** Bytes of the scratch area that each function has on its stack. */
const SCRATCH = 64;
const DATA = FORMATS.map((format, i) => `f${i}: .asciz "${format}"`).join('\n');

type Piece = (random: Random, label: string) => string;

/** What any function may do. */
const PIECES: readonly Piece[] = [
  (random) =>
    `call ${random.pick(['ktime_get_ns', 'jiffies64', 'get_current_pid_tgid', 'get_smp_processor_id', 'get_numa_node_id', 'get_prandom_u32'])}\nr7 += r0`,
  (random) => {
    const size = 1 + random.below(SCRATCH);
    return `${scratch('r1', random, size)}\nr2 = ${size}\ncall get_current_comm\nr7 += r0`;
  },
  (random) => {
    const size = random.below(SCRATCH + 1);
    const flags = random.pick([0, 0, 1, 2, 3, 4]);
    return `r1 = map[${ring(random)}] ll\n${scratch('r2', random, size)}\nr3 = ${size}\nr4 = ${flags}\ncall ringbuf_output\nr7 += r0`;
  },
  (random) =>
    `call get_prandom_u32\nr3 = r0\nr3 &= 31\nr1 = map[${ring(random)}] ll\nr2 = r10\nr2 += -40\nr4 = 0\ncall ringbuf_output\nr7 += r0`,
  (random, label) => {
    const size = random.pick([8, 9, 24, 100, 2000]);
    const end = random.pick(['submit', 'discard']);
    const use = random.pick([
      '*(u64 *)(r8 + 0) = r7',
      '*(u8 *)(r8 + 7) = 1\ncall ktime_get_ns\n*(u64 *)(r8 + 0) = r0',
      'r1 = r8\nr2 = 8\nr3 = r7\ncall probe_read_user',
    ]);
    return `r1 = map[${ring(random)}] ll\nr2 = ${size}\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto ${label}\nr8 = r0\n${use}\nr1 = r8\nr2 = 0\ncall ringbuf_${end}\nr7 += 1\n${label}:`;
  },
  (random) => {
    const format = random.below(FORMATS.length);
    const size = FORMATS[format]!.length + random.pick([1, 1, 1, 0]);
    return `r1 = f${format} ll\nr2 = ${size}\nr3 = r7\nr4 = ${random.u32() | 0}\nr5 = ${random.below(100)}\ncall trace_printk${random.pick(['', '\nr7 += r0'])}`;
  },
  (random) => {
    const format = random.below(FORMATS.length);
    const size = 8 * random.below(9);
    return `r1 = f${format} ll\nr2 = ${FORMATS[format]!.length + 1}\n${scratch('r3', random, size)}\nr4 = ${size}\ncall trace_vprintk\nr7 += r0`;
  },
];

/** What needs the ctx. */
const MAIN_PIECES: readonly Piece[] = [
  (random) => {
    const size = random.below(SCRATCH + 1);
    return `r1 = r6\nr2 = map[events] ll\nr3 = -1\nw3 = w3\n${scratch('r4', random, size)}\nr5 = ${size}\ncall perf_event_output\nr7 += r0`;
  },
  () =>
    `call get_prandom_u32\nr1 = r6\nr2 = map[events] ll\nr3 = r0\nr3 &= 3\nr4 = r10\nr4 += -64\nr5 = r0\nr5 >>= 8\nr5 &= 63\ncall perf_event_output\nr7 += r0`,
  (random) => {
    const size = 1 + random.below(SCRATCH);
    return `${scratch('r1', random, size)}\nr2 = ${size}\nr3 = r6\nr3 += ${random.below(80)}\ncall ${random.pick(['probe_read', 'probe_read_kernel'])}\nr7 += r0`;
  },
  (random) => `r1 = ${random.below(6)}\nr2 = func again ll\nr3 = r10\nr3 += -8\nr4 = 0\ncall loop\nr7 += r0`,
  // A run that is stopped in the loop holds a record.
  (random, label) =>
    `r1 = map[${ring(random)}] ll\nr2 = 16\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto ${label}\nr8 = r0\nr1 = ${random.below(9)}\nr2 = func again ll\nr3 = r10\nr3 += -8\nr4 = 0\ncall loop\n*(u64 *)(r8 + 0) = r0\nr1 = r8\nr2 = 0\ncall ringbuf_submit\n${label}:`,
];

/** A random program, as a case: events by events it is to do the same on both engines. */
export function randomHelpers(random: Random, name: string): TestCase {
  const all = [...PIECES, ...MAIN_PIECES];
  const main = pieces(random, all, 'main', 1 + random.below(12));
  const again = pieces(random, PIECES, 'again', 1 + random.below(3));
  const clear = Array.from(
    { length: SCRATCH / 8 },
    (_, i) => `*(u64 *)(r10 - ${8 * (i + 1)}) = ${random.below(256)}`,
  );
  const asm = [
    'r6 = r1',
    'r7 = *(u64 *)(r1 + 16)',
    ...clear,
    main,
    // One of the pieces may not be there: the function must be named.
    'r1 = 1\nr2 = func again ll\nr3 = r10\nr3 += -8\nr4 = 0\ncall loop',
    'r1 = mapval[out]+0 ll\n*(u64 *)(r1 + 0) = r7\n*(u64 *)(r1 + 8) = r0\nr0 = 0\nexit',
    'again:',
    'r7 = r1',
    'r9 = r2',
    ...clear,
    again,
    '*(u64 *)(r9 + 0) = r7',
    `r0 = r7\nr0 &= ${random.pick([0, 1, 3])}\nif r0 != 1 goto +1\nexit\nr0 = 0\nexit`,
  ].join('\n');
  const sections = {
    map: MAPS.join('\n'),
    data: DATA,
    asm,
    events: '40',
    reader: random.pick(['slow', 'quick']),
    limit: String(random.pick([60_000, 60_000, 30 + random.below(200)])),
  };
  return { title: name, where: `${name}:\n${asm}\n`, sections: new Map(Object.entries(sections)) };
}

function pieces(random: Random, from: readonly Piece[], name: string, count: number): string {
  return Array.from({ length: count }, (_, i) => random.pick(from)(random, `${name}_${i}`)).join('\n');
}

function ring(random: Random): string {
  return random.pick(['small', 'large']);
}

/** A register = an address of so many bytes in the scratch area. */
function scratch(reg: string, random: Random, size: number): string {
  const at = size + random.below(SCRATCH + 1 - size);
  return `${reg} = r10\n${reg} += -${Math.max(1, at)}`;
}
