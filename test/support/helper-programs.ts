// Random programs that call helpers: with arguments that fit for the most part, of every program type, with what such calls return put to use.
import { argRow, argsFor, type ArgKind } from '../../vm/helpers/args.ts';
import { HELPERS, helperRow, type HelperName } from '../../vm/helpers/table.ts';
import type { ProgTypeName } from '../../vm/kernel/prog-types.ts';
import type { MapTypeName } from '../../vm/maps/types.ts';
import type { TestCase } from './case-file.ts';
import type { Random } from './seed.ts';

/** A map by a short name: the oracle puts more in front, and the kernel keeps 15 characters. */
interface MapRow {
  readonly name: string;
  readonly type: MapTypeName;
  readonly sizes: string;
  /** Programs that sleep may use it too. */
  readonly forSleepers?: true;
}

// oxfmt-ignore
const MAPS: readonly MapRow[] = [
  { name: 'h',   type: 'hash',             sizes: 'key=4 value=16 entries=4', forSleepers: true },
  { name: 'a',   type: 'array',            sizes: 'key=4 value=16 entries=4', forSleepers: true },
  { name: 'pa',  type: 'percpu_array',     sizes: 'key=4 value=8 entries=2', forSleepers: true },
  { name: 'q',   type: 'queue',            sizes: 'key=0 value=8 entries=4', forSleepers: true },
  { name: 'rb',  type: 'ringbuf',          sizes: 'key=0 value=0 entries=4096', forSleepers: true },
  { name: 'urb', type: 'user_ringbuf',     sizes: 'key=0 value=0 entries=4096', forSleepers: true },
  { name: 'bf',  type: 'bloom_filter',     sizes: 'key=0 value=8 entries=4' },
  { name: 'pea', type: 'perf_event_array', sizes: 'key=4 value=4 entries=2' },
  { name: 'st',  type: 'stack_trace',      sizes: 'key=4 value=80 entries=4' },
  { name: 'dm',  type: 'devmap',           sizes: 'key=4 value=4 entries=2' },
];

/** Types with their options in a case. */
const TYPES: readonly (readonly [ProgTypeName, string])[] = [
  ['socket_filter', ''],
  ['kprobe', ''],
  ['kprobe', ' flags=16'],
  ['sched_cls', ''],
  ['xdp', ''],
  ['cgroup_skb', ' attach=1'],
  ['perf_event', ''],
  ['raw_tracepoint', ''],
  ['cgroup_sock_addr', ' attach=10'],
  ['lwt_xmit', ''],
  ['sk_skb', ''],
  ['sk_reuseport', ' attach=39'],
  ['flow_dissector', ' attach=17'],
  ['sock_ops', ' attach=3'],
  ['sk_lookup', ' attach=36'],
  ['netfilter', ' attach=45'],
];
/** Where a ctx has the first byte of the packet and its end. */
const PACKET: Readonly<Partial<Record<ProgTypeName, readonly [number, number]>>> = {
  sched_cls: [76, 80],
  cgroup_skb: [76, 80],
  lwt_xmit: [76, 80],
  sk_skb: [76, 80],
  xdp: [0, 4],
};
const NAMES = (Object.keys(HELPERS) as HelperName[]).filter((name) => {
  const { refused, attachIn } = helperRow(name);
  return refused === undefined && attachIn === undefined && name !== 'tail_call'; // prog arrays belong to one type
});
const CALLBACKS = [
  'r0 = 0\nexit',
  'r0 = r1\nexit',
  'call bpf_get_prandom_u32\nr0 &= 1\nexit',
  'r0 = *(u64 *)(r2 + 0)\nr0 = 1\nexit',
] as const;
const SIZES = [1, 4, 8, 8, 8, 16, 16, 24, 0, 512, -1] as const;

/** A program, as a case without an answer. r6 is the ctx, r7 a map value, r8 the packet, r9 what was acquired; each may be just a number. */
export function helperProgram(random: Random, name: string): TestCase {
  const [type, options] = random.pick(TYPES);
  const calls = Array.from({ length: 1 + random.below(4) }, () =>
    call(random, type, options === ' flags=16'),
  );
  const lines = [...head(random, type), ...calls.flat(), 'out: r0 = 1', 'exit'];
  if (lines.some((line) => line.includes('func back'))) lines.push(`back: ${random.pick(CALLBACKS)}`);
  return {
    title: name,
    where: name,
    sections: new Map([
      [`prog ${type}${options}`, ''],
      ['maps', MAPS.map(({ name: map, type: kind, sizes }) => `.map ${map} ${kind} ${sizes}`).join('\n')],
      ['asm', lines.join('\n')],
    ]),
  };
}

function head(random: Random, type: ProgTypeName): string[] {
  const lines = ['r6 = r1', 'r7 = 0', 'r8 = 0', 'r9 = 0'];
  for (let off = 8; off <= 64; off += 8) {
    if (random.below(3) > 0)
      lines.push(`*(u64 *)(r10 - ${off}) = ${random.pick(['r6', `${random.below(6)}`])}`);
  }
  if (random.below(2) === 0) {
    const map = random.pick(['h', 'a', 'pa']);
    lines.push(`*(u32 *)(r10 - 8) = ${random.below(6)}`, `r1 = map[${map}] ll`, 'r2 = r10', 'r2 += -8');
    lines.push('call bpf_map_lookup_elem', 'r7 = r0');
    if (random.below(4) > 0) lines.push('if r7 == 0 goto out');
  }
  const packet = PACKET[type];
  if (packet !== undefined && random.below(2) === 0) {
    lines.push(`r8 = *(u32 *)(r6 + ${packet[0]})`, `r3 = *(u32 *)(r6 + ${packet[1]})`, 'r2 = r8');
    lines.push(`r2 += ${4 * (1 + random.below(5))}`, 'if r2 > r3 goto out');
  }
  return lines;
}

/** A call and what is done with its result. */
function call(random: Random, type: ProgTypeName, maySleep: boolean): string[] {
  const fitting = NAMES.filter((each) => helperRow(each).progTypes?.includes(type) !== false);
  const name = random.pick(random.below(20) === 0 ? NAMES : fitting);
  const row = helperRow(name);
  const maps = MAPS.filter(({ forSleepers }) => !maySleep || forSleepers === true);
  const own = maps.filter(({ type: kind }) => row.maps?.includes(kind) === true);
  const lines = argsFor(row, type).flatMap((arg, i) => {
    const { kind } = argRow(arg).row;
    if (kind !== 'map') return argument(random, kind, i + 1);
    const { name: map } = random.pick(own.length > 0 && random.below(8) > 0 ? own : maps);
    return [`r${i + 1} = map[${map}] ll`];
  });
  return [...lines, `call bpf_${name}`, ...use(random, row.ret ?? 'void', row.acquires === true)];
}

function argument(random: Random, kind: ArgKind, n: number): string[] {
  const stack = [
    `r${n} = r10`,
    `r${n} += -${8 * (1 + random.below(8)) - (random.below(5) === 0 ? random.below(8) : 0)}`,
  ];
  switch (random.below(15) === 0 ? random.pick(['ctx', 'mem', 'size', 'func'] as const) : kind) {
    case 'ctx':
      return [`r${n} = r6`];
    case 'mem':
    case 'map_key':
    case 'map_value':
      return random.below(3) > 0 ? stack : [`r${n} = ${random.pick(['r7', 'r8', '0'])}`];
    case 'size':
    case 'alloc_size':
      return random.below(4) > 0 ? [`r${n} = ${random.pick(SIZES)}`] : unknownSize(random, n);
    case 'func':
      return [`r${n} = func back ll`];
    case 'stack':
      return random.below(2) === 0 ? stack : [`r${n} = 0`];
    case 'dynptr':
      return [`r${n} = r10`, `r${n} += -32`];
    case 'anything':
      return [`r${n} = ${random.pick(['0', '1', '2', '16', 'r6', '*(u64 *)(r10 - 64)'])}`];
    default:
      return [`r${n} = ${random.pick(['r7', 'r9', 'r9'])}`];
  }
}

function unknownSize(random: Random, n: number): string[] {
  const bounds = random.pick([[], ['r0 &= 15'], ['r0 &= 7', 'r0 += 1']] as const);
  return ['r0 = *(u64 *)(r10 - 64)', ...bounds, `r${n} = r0`];
}

function use(random: Random, ret: string, acquires: boolean): string[] {
  const choice = random.below(8);
  if (ret === 'void') return [];
  if (ret.includes('_or_null')) {
    const lines = choice > 0 ? ['if r0 == 0 goto out'] : [];
    if (choice > 3) lines.push('r1 = *(u32 *)(r0 + 0)');
    return [...lines, acquires ? 'r9 = r0' : 'r7 = r0'];
  }
  if (choice === 0)
    return ['if r0 s< 0 goto out', 'r1 = r10', 'r1 += -64', 'r1 += r0', '*(u8 *)(r1 + 0) = 0'];
  if (choice === 1) return ['*(u64 *)(r10 - 64) = r0'];
  return choice === 2 ? ['if r0 > 5 goto out'] : [];
}
