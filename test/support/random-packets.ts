// Random packets, and random programs that call the helpers on packets one after the other, in a form that the kernel accepts. For runs against the
// kernel: the result mixes what every call returned with what the ctx shows in the end.
import type { Random } from './seed.ts';

/** Numbers that lengths, offsets and flags are made of, besides small random ones. */
const EDGES = [
  0, 1, 2, 3, 4, 8, 12, 13, 14, 15, 16, 18, 20, 24, 34, 40, 54, 64, 0xffff, 0x10000, -1, -4, -14, -20,
] as const;

function bytes(random: Random, size: number): number[] {
  return Array.from({ length: size }, () => random.below(256));
}

function u16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

/** Ends of a packet behind the IP header, by protocol number. */
function transport(random: Random, protocol: number): number[] {
  const ports = [...u16(random.pick([53, 80, 443, 4789])), ...u16(random.below(0x10000))];
  if (protocol === 17) return [...ports, ...u16(8), ...bytes(random, 2)];
  if (protocol === 6) return [...ports, ...bytes(random, 8), 0x50, ...bytes(random, 7)];
  return bytes(random, 8);
}

function ipv4(random: Random): number[] {
  const protocol = random.pick([1, 4, 6, 17, 41, 47]);
  const header = [0x45, random.below(256), ...u16(40), ...bytes(random, 2), 0, 0, 64, protocol];
  return [...header, ...bytes(random, 2), ...bytes(random, 8), ...transport(random, protocol)];
}

function ipv6(random: Random): number[] {
  const next = random.pick([0, 6, 17, 43, 58]);
  const first = [0x60 | random.below(16), random.below(256), 0, 0];
  return [...first, ...u16(20), next, 64, ...bytes(random, 32), ...transport(random, next)];
}

/** What stands behind an Ethernet type: by the type's number. */
const PAYLOADS: readonly (readonly [number, (random: Random) => number[]])[] = [
  [0x0800, ipv4],
  [0x0800, ipv4],
  [0x86dd, ipv6],
  [0x86dd, ipv6],
  [0x0806, (random) => [0, 1, 8, 0, 6, 4, 0, 1, ...bytes(random, 20)]],
  [0x8847, (random) => [...bytes(random, 2), 1, 64, ...ipv4(random)]],
  [0x8100, (random) => [...bytes(random, 2), ...u16(0x0800), ...ipv4(random)]],
  [0x8100, (random) => [...bytes(random, 2), ...u16(0x86dd), ...ipv6(random)]],
  [
    0x88a8,
    (random) => [...bytes(random, 2), ...u16(0x8100), ...bytes(random, 2), ...u16(0x0800), ...ipv4(random)],
  ],
  [0x0040, (random) => bytes(random, 30)],
  [0x0040, (random) => [0xff, 0xff, ...bytes(random, 20)]],
  [0x9000, (random) => bytes(random, random.below(40))],
];

/** A frame; some are cut short behind their network header. */
export function randomFrame(random: Random): Uint8Array {
  const [type, payload] = random.pick(PAYLOADS);
  const whole = [...payload(random), ...bytes(random, random.below(60))];
  const least = type === 0x0800 ? 20 : type === 0x86dd ? 40 : 0;
  const body = random.below(6) === 0 ? whole.slice(0, Math.max(least, random.below(whole.length))) : whole;
  const addresses = random.below(3) === 0 ? [0, 0, 0, 0, 0, 0, ...bytes(random, 6)] : bytes(random, 12);
  return Uint8Array.from([...addresses, ...u16(type), ...body]);
}

/** Calls `name` with r1 = ctx and r2 up as given, and mixes the result in. */
function call(name: string, ...args: readonly (number | string)[]): string[] {
  const set = args.map((arg, i) => `r${i + 2} = ${arg}`);
  return ['r1 = r6', ...set.flatMap((line) => line.split(';')), `call ${name}`, ...mix];
}

/** r7 is what has been seen so far. */
const mix = ['r7 *= 31', 'r7 += r0'];

/** An address on the stack as the argument in a register: `r3 = r10; r3 += -64`. */
function stack(reg: number): string {
  return `r10;r${reg} += -64`;
}

function number(random: Random): number {
  return random.below(3) === 0 ? random.pick(EDGES) : random.below(80);
}

/** Steps of programs on struct __sk_buff in traffic control. */
const SKB_STEPS: readonly ((random: Random) => string[])[] = [
  (random) => [...call('skb_load_bytes', number(random), stack(3), 8), ...mixStack(8)],
  (random) => [
    ...call('skb_load_bytes_relative', number(random), stack(3), 16, random.below(3)),
    ...mixStack(16),
  ],
  (random) =>
    call('skb_store_bytes', number(random), stack(3), 1 + random.below(40), random.pick([0, 0, 1, 2, 3, 4])),
  (random) => call('skb_pull_data', number(random)),
  (random) =>
    call(
      'skb_change_tail',
      random.pick([14, 20, 34, 54, 60, 100, 200, 1500, 16064, 16065]) + random.below(3),
      random.pick([0, 0, 0, 0, 1]),
    ),
  (random) => call('skb_change_head', number(random), random.pick([0, 0, 0, 1])),
  (random) =>
    call(
      'skb_change_proto',
      random.pick([0x0008, 0xdd86, 0xdd86, 0x0008, 0x0081]),
      random.pick([0, 0, 0, 1]),
    ),
  (random) => call('skb_change_type', random.below(6)),
  (random) => call('skb_vlan_push', random.pick([0x0081, 0xa888, 0x0008]), random.below(0x10000)),
  () => call('skb_vlan_pop'),
  (random) => [
    ...['r1 = r6', `r2 = ${random.pick([1, 4, 8, 14, 20, 28, 40, 100, -1, -4, -8, -14, -20, -40, 5000, 0])}`],
    ...[
      `r3 = ${random.pick([0, 0, 0, 1, 1, 1, 2])}`,
      `r4 = ${roomFlags(random)} ll`,
      'call skb_adjust_room',
      ...mix,
    ],
  ],
  (random) =>
    call(
      'l3_csum_replace',
      14 + 2 * random.below(20) + random.pick([0, 0, 0, 1]),
      random.pick([0, random.u32() | 0]),
      random.u32() | 0,
      random.pick([0, 2, 4, 2, 4, 3, 16]),
    ),
  (random) =>
    call(
      'l4_csum_replace',
      14 + 2 * random.below(40),
      random.pick([0, random.u32() | 0]),
      random.u32() | 0,
      random.pick([0, 2, 4]) | random.pick([0, 16, 32, 48, 96, 128, 256]),
    ),
  (random) => call('csum_level', random.below(5)),
  (random) => call('csum_update', random.below(9)),
  (random) => [...call('set_hash', random.u32() | 0), ...call('get_hash_recalc')],
  () => call('set_hash_invalid'),
  () => call('skb_ecn_set_ce'),
  (random) => call('skb_set_tstamp', random.below(3), random.below(4)),
  (random) => call('clone_redirect', random.pick([1, 77]), random.pick([1, 1, 1, 2])),
  (random) => [`r1 = ${random.pick([1, 2])}`, `r2 = ${random.pick([0, 1, 2])}`, 'call redirect', ...mix],
  (random) => [`r1 = 1`, `r2 = ${random.pick([0, 1])}`, 'call redirect_peer', ...mix],
  csumDiff,
  (random) => [
    ...[
      'r1 = 0',
      '*(u64 *)(r10 - 8) = r1',
      'r1 = r6',
      'r2 = 1',
      'r3 = r10',
      'r3 += -8',
      `r4 = ${random.pick([0, 65000, 65500, -100])}`,
    ],
    ...[`r5 = ${random.pick([0, 0, 1, 2])}`, 'call check_mtu', ...mix],
  ],
  (random) =>
    tunnel(
      'skb_get_tunnel_key',
      random.pick([8, 22, 24, 28, 44, 44, 44, 45]),
      random.pick([0, 0, 1, 16, 17, 2]),
    ),
  (random) =>
    tunnel(
      'skb_set_tunnel_key',
      random.pick([8, 8, 8, 22, 24, 28, 44, 45]),
      random.pick([0, 0, 1, 2, 4, 8, 16, 32]),
    ),
  (random) => [...zeroStack(), ...tunnel('skb_set_tunnel_key', 44, random.below(32))],
  (random) => tunnel('skb_get_tunnel_opt', random.pick([4, 8, 16, 40])),
  (random) => tunnel('skb_set_tunnel_opt', random.pick([4, 8, 12, 6])),
  (random) => [
    `r1 = ${random.pick([7, 0xfffe, 0xffff, 0x12345678])}`,
    `*(u32 *)(r6 + ${random.pick([8, 12, 32, 44, 72])}) = r1`,
  ],
  (random) => {
    const off = random.pick([12, 44, 72]);
    return [`r0 = *(u32 *)(r6 + ${off})`, ...mix];
  },
  direct,
  directStore,
];

const XDP_STEPS: readonly ((random: Random) => string[])[] = [
  (random) => call('xdp_adjust_head', number(random)),
  (random) => call('xdp_adjust_head', random.pick([-4, -14, -40, -100, -256, 14, 20])),
  (random) => call('xdp_adjust_tail', number(random)),
  (random) => call('xdp_adjust_tail', random.pick([1, 100, 3000, 3400, -1, -20, -60])),
  (random) => call('xdp_adjust_meta', random.pick([-4, -8, -32, -100, -200, 4, 8, 2, 0])),
  () => call('xdp_get_buff_len'),
  (random) => [...call('xdp_load_bytes', number(random), stack(3), 8), ...mixStack(8)],
  (random) => call('xdp_store_bytes', number(random), stack(3), 1 + random.below(40)),
  (random) => [`r1 = ${random.pick([1, 2])}`, `r2 = ${random.pick([0, 1, 2])}`, 'call redirect', ...mix],
  csumDiff,
  (random) => [
    ...[
      'r1 = 0',
      '*(u64 *)(r10 - 8) = r1',
      'r1 = r6',
      'r2 = 1',
      'r3 = r10',
      'r3 += -8',
      `r4 = ${random.pick([0, 65000, 65500, -100])}`,
    ],
    ...[`r5 = ${random.pick([0, 0, 1])}`, 'call check_mtu', ...mix],
  ],
  (random) => direct(random, XDP_DATA),
  (random) => directStore(random, XDP_DATA),
  (random) => [
    'r2 = *(u32 *)(r6 + 0)',
    'r3 = *(u32 *)(r6 + 8)',
    'r0 = r3',
    `r0 += 4`,
    'if r0 > r2 goto +1',
    'r0 = *(u32 *)(r3 + 0)',
    ...(random.below(1) === 0 ? ['r7 *= 31'] : []),
  ],
];

/** Where data and data_end stand in the two contexts. */
const SKB_DATA = { data: 76, end: 80 } as const;
const XDP_DATA = { data: 0, end: 4 } as const;

function direct(random: Random, at: { readonly data: number; readonly end: number } = SKB_DATA): string[] {
  const off = random.pick([0, 4, 12, 14, 23, 30, 50]);
  return [
    ...[`r2 = *(u32 *)(r6 + ${at.data})`, `r3 = *(u32 *)(r6 + ${at.end})`, 'r0 = r2', `r0 += ${off + 4}`],
    ...['if r0 > r3 goto +3', `r0 = *(u32 *)(r2 + ${off})`, ...mix],
  ];
}

function directStore(
  random: Random,
  at: { readonly data: number; readonly end: number } = SKB_DATA,
): string[] {
  const off = random.pick([0, 4, 12, 14, 23, 30, 50]);
  return [
    ...[`r2 = *(u32 *)(r6 + ${at.data})`, `r3 = *(u32 *)(r6 + ${at.end})`, 'r0 = r2', `r0 += ${off + 2}`],
    ...['if r0 > r3 goto +2', `r1 = ${random.below(0x10000)}`, `*(u16 *)(r2 + ${off}) = r1`],
  ];
}

function tunnel(name: string, size: number, ...flags: readonly number[]): string[] {
  return [...call(name, 'r10;r2 += -64', size, ...flags), ...mixStack(48)];
}

/** Leaves a tunnel key without label and flags on the stack. */
function zeroStack(): string[] {
  return ['r1 = 0', '*(u64 *)(r10 - 48) = r1', '*(u32 *)(r10 - 40) = r1'];
}

function csumDiff(random: Random): string[] {
  const from = random.pick([0, 4, 8, 20, 3, 64]);
  const to = random.pick([0, 4, 8, 20, 6, 64]);
  return [
    ...[
      'r1 = r10',
      'r1 += -64',
      `r2 = ${from}`,
      'r3 = r10',
      'r3 += -64',
      `r4 = ${to}`,
      `r5 = ${random.pick([0, 1, -1, random.u32() | 0])}`,
    ],
    ...['call csum_diff', ...mix],
  ];
}

function roomFlags(random: Random): string {
  const l2 = random.pick([0n, 0n, 0n, 4n, 14n]);
  const low = BigInt(
    random.below(4) === 0
      ? random.below(1024)
      : random.pick([0, 0, 1, 2, 4, 10, 18, 20, 32, 0x42, 0x80, 0x100, 0x180]),
  );
  return `0x${((l2 << 56n) | low).toString(16)}`;
}

/** Mixes bytes of the stack, from 64 below the top up, in. */
function mixStack(size: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < size; at += 8) lines.push(`r0 = *(u64 *)(r10 - ${64 - at})`, ...mix);
  return lines;
}

/** Fields of struct __sk_buff that are mixed in at the end; `hash` only where no packet's own was asked for. */
const SKB_FIELDS = [0, 4, 8, 16, 20, 24, 28, 32, 36, 40, 164, 176] as const;

/** The text of a random program of a type. */
export function randomPacketProg(random: Random, type: 'sched_cls' | 'xdp'): string {
  const steps = type === 'xdp' ? XDP_STEPS : SKB_STEPS;
  const lines = ['r6 = r1', 'r7 = 0'];
  for (let at = 8; at <= 64; at += 8) lines.push(`r1 = ${random.u32() | 0}`, `*(u64 *)(r10 - ${at}) = r1`);
  const count = 1 + random.below(8);
  for (let i = 0; i < count; i++) lines.push(...random.pick(steps)(random));
  if (type === 'sched_cls') for (const off of SKB_FIELDS) lines.push(`r0 = *(u32 *)(r6 + ${off})`, ...mix);
  return [...lines, 'r0 = r7', 'exit'].join('\n');
}
