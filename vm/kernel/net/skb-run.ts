// BPF_PROG_TEST_RUN of programs on struct sk_buff: a frame that arrives at `lo`.
// @see net/bpf/test_run.c bpf_prog_test_run_skb, convert___skb_to_skb, convert_skb_to___skb
import type { TestRunInput } from '../../api.ts';
import { ERRNO } from '../../errno.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import { SK_BUFF, SK_BUFF_BYTES, type SkbField } from '../ctx-net.ts';
import type { ProgTypeName } from '../prog-types.ts';
import type { TestRun } from '../test-run.ts';
import { isDevice, LOOPBACK_IFINDEX } from './devices.ts';
import { ETH_HEADER_BYTES, networkHeaderBytes, packetType, protocolOf, u16At } from './ethernet.ts';
import { Skb } from './skb.ts';
import { fillSock } from './sock.ts';
import { ctxIn } from './ctx-in.ts';

/** A page less the headroom and the structure of the kernel's that a test run puts around the frame. */
const MAX_TEST_BYTES = 4096 - 64 - 320;
/** @see include/linux/netdevice.h GSO_LEGACY_MAX_SIZE, GSO_MAX_SEGS */
const MAX_WIRE_BYTES = 65_536;
const MAX_GSO_SEGS = 65_535;

/** Fields that a caller may set; all other bytes of its ctx must be 0. */
const SETTABLE = [
  'mark',
  'priority',
  'ingress_ifindex',
  'ifindex',
  'cb',
  'tstamp',
  'wire_len',
  'gso_segs',
  'gso_size',
  'hwtstamp',
] as const satisfies readonly SkbField[];

/** Fields that a caller gets back; what it set elsewhere stays. */
const RETURNED = [
  'mark',
  'priority',
  'ingress_ifindex',
  'ifindex',
  'cb',
  'tstamp',
  'wire_len',
  'gso_segs',
  'hwtstamp',
] as const satisfies readonly SkbField[];

/** Types whose programs see the frame from its link header on. */
const FROM_LINK: ReadonlySet<ProgTypeName> = new Set(['sched_cls', 'sched_act']);

/** Lays the frame and the ctx of a test run out; -errno for what the kernel refuses. */
export function prepareSkb(memory: LinearMemory, type: ProgTypeName, input: TestRunInput): TestRun | number {
  const { data, ctx } = input;
  if (data === undefined || data.length < ETH_HEADER_BYTES || data.length > MAX_TEST_BYTES)
    return -ERRNO.EINVAL;
  const given = ctx === undefined ? undefined : ctxIn(ctx, SK_BUFF_BYTES);
  if (typeof given === 'number') return given;
  const view = given === undefined ? undefined : new DataView(given.buffer);
  const asked = view?.getUint32(SK_BUFF.ifindex.off, true) ?? 0;
  if (asked > LOOPBACK_IFINDEX && !isDevice(asked)) return -ERRNO.ENODEV;

  const skb = new Skb(memory, type);
  const pulled = !FROM_LINK.has(type);
  skb.lay(data, ETH_HEADER_BYTES, pulled);
  const { u8 } = memory;
  skb.protocol = protocolOf(u8, u16At(data, ETH_HEADER_BYTES - 2), skb.network, skb.end);
  if (data.length - ETH_HEADER_BYTES < networkHeaderBytes(skb.protocol)) return -ERRNO.EINVAL;
  skb.set('pkt_type', packetType(u8, skb.link));
  skb.set('ifindex', LOOPBACK_IFINDEX);
  skb.ifindex = LOOPBACK_IFINDEX;
  fillSock(memory, skb.protocol, skb.network);
  skb.showSock();
  skb.moved();
  if (view !== undefined && given !== undefined) {
    if (!isSettable(given)) return -ERRNO.EINVAL;
    const wire = view.getUint32(SK_BUFF.wire_len.off, true);
    if (wire !== 0 && (wire < skb.length || wire > MAX_WIRE_BYTES)) return -ERRNO.EINVAL;
    if (view.getUint32(SK_BUFF.gso_segs.off, true) > MAX_GSO_SEGS) return -ERRNO.EINVAL;
    for (const name of SETTABLE) {
      const { off, size } = SK_BUFF[name];
      if (name !== 'ifindex') u8.set(given.subarray(off, off + size), skb.ctxAt + off);
    }
    if (wire === 0) skb.set('wire_len', skb.length);
    skb.set('gso_size', skb.get('gso_size') & 0xffff); // the kernel keeps a u16
  }
  return {
    event: { ctxAt: skb.ctxAt, regions: skb.regions, kernelRegions: [], packet: skb },
    data: () => (pulled ? withoutLink(skb) : u8Of(skb)),
    ctx: () => ctxOut(skb, given),
  };
}

function isSettable(ctx: Uint8Array): boolean {
  const fields = SETTABLE.map((name) => SK_BUFF[name]);
  return ctx.every((byte, i) => byte === 0 || fields.some(({ off, size }) => i >= off && i < off + size));
}

function u8Of({ memory, data, end }: Skb): Uint8Array {
  return memory.u8.slice(data, end);
}

/** The packet behind an empty link header, as the kernel gives it back where programs do not see the real one. */
function withoutLink(skb: Skb): Uint8Array {
  const bytes = new Uint8Array(ETH_HEADER_BYTES + skb.length);
  bytes.set(u8Of(skb), ETH_HEADER_BYTES);
  return bytes;
}

function ctxOut({ memory, ctxAt }: Skb, given: Uint8Array | undefined): Uint8Array {
  const ctx = given?.slice() ?? new Uint8Array(SK_BUFF_BYTES);
  for (const name of RETURNED) {
    const { off, size } = SK_BUFF[name];
    ctx.set(memory.u8.subarray(ctxAt + off, ctxAt + off + size), off);
  }
  return ctx;
}
