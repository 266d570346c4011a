// BPF_PROG_TEST_RUN: one run of a program on a ctx that the caller makes up.
import type { TestRunInput } from '../api.ts';
import { ERRNO } from '../errno.ts';
import type { RunEvent } from '../interp/cpu.ts';
import { EVENT_AT, type LinearMemory } from '../memory/linear.ts';
import { plainRegion, type Region } from '../memory/regions.ts';
import { progTypeRow, type ProgTypeRow } from './prog-types.ts';

const CTX_AT = EVENT_AT + 0x400;
const PACKET_AT = EVENT_AT + 0x1000;
/** Longest packet, in bytes; Linux takes one page less its own headers for a test run. */
export const MAX_PACKET_BYTES = 0x1_0000;

/** Bytes of the Ethernet header, which a test run of a socket filter takes off as a real one does. */
const LINK_HEADER_BYTES = 14;
const ETHER_TYPE_AT = 12;
/** Smaller numbers in the type field are lengths; the packet is then IEEE 802.2. @see include/uapi/linux/if_ether.h */
const ETHER_TYPE_MIN = 0x600;
const ETH_P_802_2 = 4;
const LOOPBACK_IFINDEX = 1;
/** Packets of these types must hold their network header at least. @see net/bpf/test_run.c bpf_prog_test_run_skb */
const NETWORK_HEADER_BYTES: Readonly<Record<number, number>> = { 0x0800: 20, 0x86dd: 40 };

/** Most arguments of a raw tracepoint. @see kernel/trace/bpf_trace.c MAX_BPF_FUNC_ARGS */
const MAX_ARGS_BYTES = 12 * 8;

/** struct __sk_buff: offset and length of the fields that the machine fills or a socket filter may not read. @see include/uapi/linux/bpf.h */
// oxfmt-ignore
export const SK_BUFF = {
  len:             { off: 0,   size: 4 },
  mark:            { off: 8,   size: 4 },
  protocol:        { off: 16,  size: 4 },
  priority:        { off: 32,  size: 4 },
  ingress_ifindex: { off: 36,  size: 4 },
  ifindex:         { off: 40,  size: 4 },
  cb:              { off: 48,  size: 20 },
  napi_id:         { off: 84,  size: 4 },
  tstamp:          { off: 152, size: 8 },
  gso_segs:        { off: 164, size: 4 },
  gso_size:        { off: 176, size: 4 },
  hwtstamp:        { off: 184, size: 8 },
} as const satisfies Record<string, { off: number; size: number }>;
const SK_BUFF_BYTES = 192;

/** Fields that a caller may set; all other bytes of its ctx must be 0. @see net/bpf/test_run.c convert___skb_to_skb */
const SETTABLE = [
  'mark',
  'priority',
  'ingress_ifindex',
  'ifindex',
  'cb',
  'tstamp',
  'gso_segs',
  'gso_size',
  'hwtstamp',
] as const;

/** What a socket filter may read, and write, of its ctx. @see net/core/filter.c sk_filter_is_valid_access */
const SK_BUFF_REGIONS: readonly Region[] = [
  skRegion(0, SK_BUFF.cb.off, false),
  skRegion(SK_BUFF.cb.off, SK_BUFF.cb.size, true),
  skRegion(SK_BUFF.cb.off + SK_BUFF.cb.size, 4, false),
  skRegion(SK_BUFF.napi_id.off, SK_BUFF.napi_id.size, false),
  skRegion(SK_BUFF.gso_segs.off, SK_BUFF.gso_segs.size, false),
  skRegion(SK_BUFF.gso_size.off, SK_BUFF.gso_size.size, false),
];

function skRegion(off: number, size: number, write: boolean): Region {
  return plainRegion(`the ctx, struct __sk_buff from ${off}`, CTX_AT + off, size, write);
}

/** Prepares memory for a test run of a program of `type`: what the run begins with, or -errno. */
export function prepareTestRun(memory: LinearMemory, type: string, input: TestRunInput): RunEvent | number {
  const kind = progTypeRow(type)?.testRun;
  return kind === undefined ? -ERRNO.ENOTSUPP : PREPARE[kind](memory, input);
}

function prepareSkb(memory: LinearMemory, { data, ctx }: TestRunInput): RunEvent | number {
  if (data === undefined || data.length < LINK_HEADER_BYTES || data.length > MAX_PACKET_BYTES)
    return -ERRNO.EINVAL;
  if (ctx !== undefined && !isSettable(ctx)) return -ERRNO.EINVAL;
  const etherType = (data[ETHER_TYPE_AT]! << 8) | data[ETHER_TYPE_AT + 1]!;
  if (data.length - LINK_HEADER_BYTES < (NETWORK_HEADER_BYTES[etherType] ?? 0)) return -ERRNO.EINVAL;
  const { u8, view } = memory;
  u8.fill(0, CTX_AT, CTX_AT + SK_BUFF_BYTES);
  u8.set(ctx ?? [], CTX_AT);
  u8.set(data, PACKET_AT);
  view.setUint32(CTX_AT + SK_BUFF.len.off, data.length - LINK_HEADER_BYTES, true);
  const protocol = etherType < ETHER_TYPE_MIN ? ETH_P_802_2 : etherType;
  view.setUint16(CTX_AT + SK_BUFF.protocol.off, protocol); // big endian, as skb->protocol
  if (view.getUint32(CTX_AT + SK_BUFF.ifindex.off, true) === 0) {
    view.setUint32(CTX_AT + SK_BUFF.ifindex.off, LOOPBACK_IFINDEX, true);
  }
  const packet = { at: PACKET_AT, length: data.length, data: LINK_HEADER_BYTES };
  return { ctxAt: CTX_AT, regions: SK_BUFF_REGIONS, kernelRegions: [], packet };
}

function isSettable(ctx: Uint8Array): boolean {
  const fields = SETTABLE.map((name) => SK_BUFF[name]);
  return ctx.every((byte, i) => byte === 0 || fields.some(({ off, size }) => i >= off && i < off + size));
}

function prepareArgs(memory: LinearMemory, { data, ctx, repeat = 0 }: TestRunInput): RunEvent | number {
  const length = ctx?.length ?? 0;
  if (data !== undefined || repeat !== 0 || length > MAX_ARGS_BYTES) return -ERRNO.EINVAL;
  memory.u8.set(ctx ?? [], CTX_AT);
  const regions = [plainRegion('the ctx, u64 arguments', CTX_AT, length, false)];
  return { ctxAt: CTX_AT, regions, kernelRegions: [] };
}

/** The packet after a run of a socket filter. */
export function packetAfter(memory: LinearMemory, event: RunEvent): Uint8Array {
  const { packet } = event;
  return packet === undefined ? new Uint8Array(0) : memory.u8.slice(packet.at, packet.at + packet.length);
}

const PREPARE = { skb: prepareSkb, args: prepareArgs } as const satisfies Record<
  NonNullable<ProgTypeRow['testRun']>,
  (memory: LinearMemory, input: TestRunInput) => RunEvent | number
>;
