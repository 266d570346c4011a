// Random frames of the usual protocols, some cut short, and random contexts for their test runs.
import { SK_BUFF, SK_BUFF_BYTES, XDP_MD, XDP_MD_BYTES } from '../../vm/kernel/ctx-net.ts';
import type { Random } from './seed.ts';

function bytes(random: Random, size: number): number[] {
  return Array.from({ length: size }, () => random.below(256));
}

function u16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

/** What stands behind the IP header, by protocol number. */
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

function tag(random: Random, type: number): number[] {
  return [...bytes(random, 2), ...u16(type)];
}

/** Ethernet types, and what stands behind them: IP, ARP, MPLS, VLAN, QinQ, IEEE 802.2 and 802.3, something unknown. */
const PAYLOADS: readonly (readonly [number, (random: Random) => number[]])[] = [
  [0x0800, ipv4],
  [0x0800, ipv4],
  [0x86dd, ipv6],
  [0x86dd, ipv6],
  [0x0806, (random) => [0, 1, 8, 0, 6, 4, 0, 1, ...bytes(random, 20)]],
  [0x8847, (random) => [...bytes(random, 2), 1, 64, ...ipv4(random)]],
  [0x8100, (random) => [...tag(random, 0x0800), ...ipv4(random)]],
  [0x8100, (random) => [...tag(random, 0x86dd), ...ipv6(random)]],
  [0x88a8, (random) => [...tag(random, 0x8100), ...tag(random, 0x0800), ...ipv4(random)]],
  [0x0040, (random) => bytes(random, 30)],
  [0x0040, (random) => [0xff, 0xff, ...bytes(random, 20)]],
  [0x9000, (random) => bytes(random, random.below(40))],
];

/** A frame that a test run takes. */
export function randomFrame(random: Random): Uint8Array {
  const [type, payload] = random.pick(PAYLOADS);
  const whole = [...payload(random), ...bytes(random, random.below(60))];
  const least = type === 0x0800 ? 20 : type === 0x86dd ? 40 : 0;
  const body = random.below(6) === 0 ? whole.slice(0, Math.max(least, random.below(whole.length))) : whole;
  const addresses = random.below(3) === 0 ? [0, 0, 0, 0, 0, 0, ...bytes(random, 6)] : bytes(random, 12);
  return Uint8Array.from([...addresses, ...u16(type), ...body]);
}

/** A struct __sk_buff for a test run on a frame of `size` bytes; most are taken, some are refused. */
export function randomSkbCtx(random: Random, size: number): Uint8Array {
  const ctx = new Uint8Array(SK_BUFF_BYTES);
  const view = new DataView(ctx.buffer);
  const set = (name: keyof typeof SK_BUFF, value: number): void =>
    view.setUint32(SK_BUFF[name].off, value, true);
  set('mark', random.u32());
  set('priority', random.u32());
  set('cb', random.u32());
  set('ingress_ifindex', random.below(3));
  set('tstamp', random.below(1000));
  set('hwtstamp', random.below(1000));
  if (random.below(4) === 0) set('wire_len', size + random.below(5) - 2);
  if (random.below(4) === 0) set('gso_segs', random.pick([1, 7, 0xffff, 0x10000]));
  if (random.below(8) === 0) set('gso_size', random.pick([1, 1400, 0x10000]));
  if (random.below(8) === 0)
    set(random.pick(['len', 'hash', 'data', 'sk', 'tc_index', 'tstamp_type', 'ifindex']), 1);
  return ctx;
}

/** A struct xdp_md for a test run on `size` bytes. */
export function randomXdpCtx(random: Random, size: number): Uint8Array {
  const ctx = new Uint8Array(XDP_MD_BYTES);
  const view = new DataView(ctx.buffer);
  const meta = random.pick([0, 0, 4, 8, 16, 20, 32, 5]);
  view.setUint32(XDP_MD.data.off, meta, true);
  view.setUint32(XDP_MD.data_end.off, random.pick([size, size, size, size + 1, size - 1, 14 + meta]), true);
  view.setUint32(XDP_MD.ingress_ifindex.off, 0, true);
  if (random.below(10) === 0) view.setUint32(random.pick([8, 16, 20]), 1, true);
  return ctx;
}
