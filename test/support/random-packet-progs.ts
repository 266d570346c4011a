// Random programs that call the helpers on packets one after the other, in a form that the kernel accepts. For runs against the kernel: r7 mixes what
// every call returned with what the ctx shows in the end.
import type { Random } from './seed.ts';

/** Program types whose helpers on packets are tried. */
export type PacketProgType =
  | 'sched_cls'
  | 'sched_act'
  | 'xdp'
  | 'lwt_in'
  | 'lwt_out'
  | 'lwt_xmit'
  | 'cgroup_skb'
  | 'socket_filter';

/** One step: insns, `;` between them. */
type Step = (random: Random) => string;

/** Numbers that lengths and offsets are made of, besides small random ones. */
const EDGES = [
  0, 1, 2, 3, 4, 8, 12, 13, 14, 15, 16, 18, 20, 24, 34, 40, 54, 64, 0xffff, 0x10000, -1, -4, -14, -20,
] as const;

function number(random: Random): number {
  return random.below(3) === 0 ? random.pick(EDGES) : random.below(80);
}

function word(random: Random): number {
  return random.u32() | 0;
}

/** Takes r0 into what has been seen. */
const MIX = 'r7 *= 31; r7 += r0';
/** 64 bytes of the stack that the program has filled, as the argument in a register. */
const stack = (reg: number): string => `r${reg} = r10; r${reg} += -64`;

/** Calls with r1 = ctx and r2 up as given: numbers, or 'stack'. */
function call(name: string, ...args: readonly (number | 'stack')[]): string {
  const set = args.map((arg, i) => (arg === 'stack' ? stack(i + 2) : `r${i + 2} = ${arg}`));
  return ['r1 = r6', ...set, `call ${name}`, MIX].join('; ');
}

/** Mixes in bytes that a helper has written to the stack. */
function mixStack(size: number): string {
  const loads: string[] = [];
  for (let at = 0; at < size; at += 8) loads.push(`r0 = *(u64 *)(r10 - ${64 - at}); ${MIX}`);
  return loads.join('; ');
}

/** Steps by name. Not every type may take every one. */
const STEPS = {
  load: (random) => `${call('skb_load_bytes', number(random), 'stack', 8)}; ${mixStack(8)}`,
  load_relative: (random) =>
    `${call('skb_load_bytes_relative', number(random), 'stack', 16, random.below(3))}; ${mixStack(16)}`,
  load_abs: (random) => {
    const base = random.pick([0, 0, 0, -0x10_0000, -0x20_0000]);
    return `r0 = *(u${random.pick([8, 16, 32])} *)skb[${base + random.below(30)}]; ${MIX}`;
  },
  load_ind: (random) => {
    const base = random.pick([0, 0, -0x10_0000, -0x20_0000]);
    const off = random.pick([0, 7, 14, 40, -1, -0x10_0000, 0x7fff_ffff]);
    return `r1 = ${off}; r0 = *(u${random.pick([8, 16, 32])} *)skb[r1 + ${base + random.below(30)}]; ${MIX}`;
  },
  store: (random) =>
    call('skb_store_bytes', number(random), 'stack', 1 + random.below(40), random.pick([0, 0, 1, 2, 3, 4])),
  pull: (random) => call('skb_pull_data', number(random)),
  tail: (random) =>
    call(
      'skb_change_tail',
      random.pick([14, 20, 34, 54, 60, 100, 200, 1500, 16_064]) + random.below(3),
      random.pick([0, 0, 0, 1]),
    ),
  head: (random) => call('skb_change_head', number(random), random.pick([0, 0, 0, 1])),
  proto: (random) =>
    call('skb_change_proto', random.pick([0x0008, 0xdd86, 0x0081]), random.pick([0, 0, 0, 1])),
  type: (random) => call('skb_change_type', random.below(6)),
  vlan_push: (random) => call('skb_vlan_push', random.pick([0x0081, 0xa888, 0x0008]), random.below(0x10000)),
  vlan_pop: () => call('skb_vlan_pop'),
  room: (random) => {
    const by = random.pick([1, 4, 8, 14, 20, 28, 40, 100, -1, -4, -8, -14, -20, -40, 5000, 0]);
    const mode = random.pick([0, 0, 0, 1, 1, 1, 2]);
    return `r1 = r6; r2 = ${by}; r3 = ${mode}; r4 = ${roomFlags(random)} ll; call skb_adjust_room; ${MIX}`;
  },
  l3_csum: (random) =>
    call(
      'l3_csum_replace',
      14 + 2 * random.below(20) + random.pick([0, 0, 0, 1]),
      random.pick([0, word(random)]),
      word(random),
      random.pick([0, 2, 4, 2, 4, 3, 16]),
    ),
  l4_csum: (random) =>
    call(
      'l4_csum_replace',
      14 + 2 * random.below(40),
      random.pick([0, word(random)]),
      word(random),
      random.pick([0, 2, 4]) + random.pick([0, 16, 32, 48, 96, 128, 256]),
    ),
  csum_diff: (random) => {
    const from = random.pick([0, 4, 8, 20, 3, 64]);
    const to = random.pick([0, 4, 8, 20, 6, 64]);
    const seed = random.pick([0, 1, -1, word(random)]);
    return `r1 = r10; r1 += -64; r2 = ${from}; ${stack(3)}; r4 = ${to}; r5 = ${seed}; call csum_diff; ${MIX}`;
  },
  csum_level: (random) => call('csum_level', random.below(5)),
  csum_update: (random) => call('csum_update', random.below(9)),
  hash: (random) => `${call('set_hash', word(random))}; ${call('get_hash_recalc')}`,
  hash_recalc: () => `${call('get_hash_recalc')}; r7 = 5`, // the kernel's own numbers
  realm: () => call('get_route_realm'),
  hash_invalid: () => call('set_hash_invalid'),
  ecn: () => call('skb_ecn_set_ce'),
  tstamp: (random) => call('skb_set_tstamp', random.below(3), random.below(4)),
  clone: (random) => call('clone_redirect', random.pick([1, 77]), random.pick([1, 1, 1, 2])),
  redirect: (random) => `r1 = ${random.pick([1, 2])}; r2 = ${random.pick([0, 1, 2])}; call redirect; ${MIX}`,
  redirect_peer: (random) => `r1 = 1; r2 = ${random.pick([0, 1])}; call redirect_peer; ${MIX}`,
  mtu: (random) =>
    `r1 = ${random.pick([0, 0, 1000, 65_537])}; *(u64 *)(r10 - 8) = r1; r1 = r6; r2 = 1; r3 = r10; r3 += -8; ` +
    `r4 = ${random.pick([0, 65_000, 65_500, -100])}; r5 = ${random.pick([0, 0, 1, 2])}; call check_mtu; ${MIX}`,
  get_tunnel: (random) =>
    tunnel(
      'skb_get_tunnel_key',
      random.pick([8, 22, 24, 28, 44, 44, 44, 45]),
      random.pick([0, 0, 1, 16, 17, 2]),
    ),
  set_tunnel: (random) =>
    tunnel(
      'skb_set_tunnel_key',
      random.pick([8, 8, 8, 22, 24, 28, 44, 45]),
      random.pick([0, 0, 1, 2, 4, 8, 16, 32]),
    ),
  // A key without label and flags.
  set_whole_tunnel: (random) =>
    `r1 = 0; *(u64 *)(r10 - 48) = r1; *(u32 *)(r10 - 40) = r1; ${tunnel('skb_set_tunnel_key', 44, random.below(32))}`,
  get_options: (random) => tunnel('skb_get_tunnel_opt', random.pick([4, 8, 16, 40])),
  set_options: (random) => tunnel('skb_set_tunnel_opt', random.pick([4, 8, 12, 6])),
  write_mark: (random) => `r1 = ${word(random)}; *(u32 *)(r6 + ${random.pick([8, 32, 52])}) = r1`,
  write_half: (random) =>
    `r1 = ${random.pick([7, 0xfffe, 0xffff, 0x12345678])}; *(u32 *)(r6 + ${random.pick([12, 44, 72])}) = r1`,
  read_half: (random) => `r0 = *(u32 *)(r6 + ${random.pick([12, 44, 72])}); ${MIX}`,
  read_sock: (random) =>
    `r0 = *(u32 *)(r6 + ${random.pick([88, 92, 96, 100, 112, 116, 128, 132, 136])}); ${MIX}`,
  sock: (random) =>
    `r1 = *(u64 *)(r6 + 168); if r1 == 0 goto +5; call sk_fullsock; if r0 == 0 goto +3; ` +
    `r0 = *(u32 *)(r0 + ${random.pick([0, 4, 8, 12, 20, 24, 28, 44, 52, 56, 72, 76])}); ${MIX}`,
  uid: () => call('get_socket_uid'),
  direct: (random) => direct(random, 76, 80),
  direct_store: (random) => directStore(random, 76, 80),
  xdp_head: (random) =>
    call('xdp_adjust_head', random.pick([number(random), -4, -14, -40, -100, -256, 14, 20])),
  xdp_tail: (random) =>
    call('xdp_adjust_tail', random.pick([number(random), 1, 100, 3000, 3400, -1, -20, -60])),
  xdp_meta: (random) => call('xdp_adjust_meta', random.pick([-4, -8, -32, -100, -200, 4, 8, 2, 0])),
  xdp_len: () => call('xdp_get_buff_len'),
  xdp_load: (random) => `${call('xdp_load_bytes', number(random), 'stack', 8)}; ${mixStack(8)}`,
  xdp_store: (random) => call('xdp_store_bytes', number(random), 'stack', 1 + random.below(40)),
  xdp_direct: (random) => direct(random, 0, 4),
  xdp_direct_store: (random) => directStore(random, 0, 4),
  xdp_read_meta: () =>
    `r2 = *(u32 *)(r6 + 0); r3 = *(u32 *)(r6 + 8); r0 = r3; r0 += 4; if r0 > r2 goto +3; r0 = *(u32 *)(r3 + 0); ${MIX}`,
  xdp_fields: (random) => `r0 = *(u32 *)(r6 + ${random.pick([12, 16])}); ${MIX}`,
} as const satisfies Record<string, Step>;
type StepName = keyof typeof STEPS;

function tunnel(name: string, size: number, ...flags: readonly number[]): string {
  return `${call(name, 'stack', size, ...flags)}; ${mixStack(48)}`;
}

function roomFlags(random: Random): string {
  const innerLink = random.pick([0n, 0n, 0n, 4n, 14n]);
  const some = [0, 0, 1, 2, 4, 10, 18, 20, 32, 0x42, 0x80, 0x100, 0x180];
  const low = random.below(4) === 0 ? random.below(1024) : random.pick(some);
  return `0x${((innerLink << 56n) | BigInt(low)).toString(16)}`;
}

/** Bounds of an access through pointers: r2 is the packet then, and what follows, `insns` insns, is left out where the packet is shorter. */
function bounded(random: Random, at: { data: number; end: number; size: number; insns: number }): string {
  const off = random.below(60);
  const check = `r0 = r2; r0 += ${off + at.size}; if r0 > r3 goto +${at.insns}; r2 += ${off}`;
  return `r2 = *(u32 *)(r6 + ${at.data}); r3 = *(u32 *)(r6 + ${at.end}); ${check}`;
}

function direct(random: Random, data: number, end: number): string {
  const size = random.pick([1, 2, 4, 8]);
  return `${bounded(random, { data, end, size, insns: 4 })}; r0 = *(u${8 * size} *)(r2 + 0); ${MIX}`;
}

function directStore(random: Random, data: number, end: number): string {
  const size = random.pick([1, 2, 4, 8]);
  const to = bounded(random, { data, end, size, insns: 3 });
  return `${to}; r1 = ${word(random)}; *(u${8 * size} *)(r2 + 0) = r1`;
}

const COMMON = [
  'load',
  'pull',
  'csum_diff',
  'store',
  'l3_csum',
  'l4_csum',
  'csum_level',
  'csum_update',
  'hash_invalid',
  'redirect',
  'clone',
  'head',
] as const;
/** What programs of lightweight tunnels may do at the least. */
const LWT = ['load', 'pull', 'csum_diff', 'hash_recalc', 'realm', 'write_mark', 'direct'] as const;
const TUNNELS = ['get_tunnel', 'set_tunnel', 'set_whole_tunnel', 'get_options', 'set_options'] as const;
const TC = [
  ...COMMON,
  ...TUNNELS,
  'load_abs',
  'load_ind',
  'load_relative',
  'proto',
  'type',
  'vlan_push',
  'vlan_push',
  'vlan_pop',
  'hash',
  'ecn',
  'tstamp',
  'redirect_peer',
  'mtu',
  'write_mark',
  'write_half',
  'read_half',
  'sock',
  'uid',
  'direct',
  'direct_store',
] as const satisfies readonly StepName[];

// Room in a packet that was cut within its headers is filled with what the kernel's buffer happens to hold.
const TC_LISTS = [
  [...TC, 'room', 'room', 'room'],
  [...TC, 'tail', 'tail'],
] as const satisfies readonly (readonly StepName[])[];
/** Which steps programs of a type are made of; of a type with several lists, all of one. */
const STEPS_OF = {
  sched_cls: TC_LISTS,
  sched_act: TC_LISTS,
  lwt_in: [LWT],
  lwt_out: [LWT],
  lwt_xmit: [[...COMMON, ...TUNNELS, 'tail', 'write_mark', 'direct', 'direct_store']],
  cgroup_skb: [['load', 'load_relative', 'ecn', 'write_mark', 'read_sock', 'sock', 'uid', 'direct']],
  socket_filter: [['load', 'load_relative', 'load_abs', 'load_ind', 'uid']],
  xdp: [
    [
      'xdp_head',
      'xdp_tail',
      'xdp_meta',
      'xdp_len',
      'xdp_load',
      'xdp_store',
      'xdp_direct',
      'xdp_direct_store',
      'xdp_read_meta',
      'xdp_fields',
      'redirect',
      'csum_diff',
      'mtu',
    ],
  ],
} as const satisfies Record<PacketProgType, readonly (readonly StepName[])[]>;

/** Fields of struct __sk_buff that are mixed in at the end. */
const SKB_FIELDS = [0, 4, 16, 20, 24, 28, 36, 40, 164, 176] as const;

/** The text of a random program. The result stands in cb[0] of a struct __sk_buff too. */
export function randomPacketProg(random: Random, type: PacketProgType): string {
  const lists: readonly (readonly StepName[])[] = STEPS_OF[type];
  const steps = random.pick(lists);
  const lines = ['r6 = r1; r7 = 0'];
  for (let at = 8; at <= 64; at += 8) lines.push(`r1 = ${word(random)}; *(u64 *)(r10 - ${at}) = r1`);
  const count = 1 + random.below(10);
  for (let i = 0; i < count; i++) lines.push(STEPS[random.pick(steps)](random));
  if (type !== 'xdp') {
    for (const off of SKB_FIELDS) lines.push(`r0 = *(u32 *)(r6 + ${off}); ${MIX}`);
    lines.push('*(u32 *)(r6 + 48) = r7');
  }
  // Programs of a cgroup may return 0 and 1 only.
  lines.push(type === 'cgroup_skb' ? 'r7 &= 1; r0 = r7; exit' : 'r0 = r7; exit');
  return lines.join('\n').replaceAll('; ', '\n');
}
