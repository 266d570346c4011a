// BPF_PROG_TEST_RUN of xdp programs: a packet that arrives at `lo`, with metadata before it if the ctx says so.
// @see net/bpf/test_run.c bpf_prog_test_run_xdp, xdp_convert_md_to_buff, xdp_convert_buff_to_md
import type { TestRunInput } from '../../api.ts';
import { ERRNO } from '../../errno.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import { XDP_MD, XDP_MD_BYTES } from '../ctx-net.ts';
import type { TestRun } from '../test-run.ts';
import { isDevice, LOOPBACK_IFINDEX } from './devices.ts';
import { ETH_HEADER_BYTES } from './ethernet.ts';
import { ctxIn } from './ctx-in.ts';
import { isBadMeta, MAX_LINEAR_BYTES, MAX_XDP_BYTES, XDP_FRAME_BYTES, XDP_HEADROOM, XdpBuff } from './xdp.ts';

/** enum bpf_attach_type: programs that run behind a redirect, and not in a test run. @see include/uapi/linux/bpf.h */
export const XDP_ATTACH = { devmap: 33, cpumap: 35 } as const satisfies Record<string, number>;

/** What the ctx of the caller says. */
interface Asked {
  readonly meta: number;
  readonly linear: number;
  readonly ingress: number;
}

/** Lays the packet and the ctx of a test run out; -errno for what the kernel refuses. */
export function prepareXdp(
  memory: LinearMemory,
  { data, ctx }: TestRunInput,
  attachType: number,
): TestRun | number {
  if (attachType === XDP_ATTACH.devmap || attachType === XDP_ATTACH.cpumap) return -ERRNO.EINVAL;
  const bytes = data ?? new Uint8Array(0);
  const given = ctx === undefined ? undefined : ctxIn(ctx, XDP_MD_BYTES);
  if (typeof given === 'number') return given;
  const asked = readCtx(given, bytes.length);
  if (typeof asked === 'number') return asked;
  const { meta, linear, ingress } = asked;
  if (bytes.length - meta < ETH_HEADER_BYTES) return -ERRNO.EINVAL;
  if (bytes.length > MAX_XDP_BYTES) return -ERRNO.ENOMEM;
  if (ingress !== 0 && !isDevice(ingress)) return -ERRNO.ENODEV;

  const xdp = new XdpBuff(memory);
  xdp.lay(bytes, meta, Math.min(linear, MAX_LINEAR_BYTES + meta));
  xdp.ifindex = LOOPBACK_IFINDEX;
  memory.view.setUint32(xdp.ctxAt + XDP_MD.ingress_ifindex.off, LOOPBACK_IFINDEX, true);
  return {
    event: { ctxAt: xdp.ctxAt, regions: xdp.regions, kernelRegions: [], packet: xdp },
    data: () => memory.u8.slice(xdp.meta, xdp.end),
    ctx: () => ctxOut(xdp, given),
  };
}

function readCtx(ctx: Uint8Array<ArrayBuffer> | undefined, size: number): Asked | number {
  if (ctx === undefined) return { meta: 0, linear: size, ingress: 0 };
  const view = new DataView(ctx.buffer);
  const field = (name: keyof typeof XDP_MD): number => view.getUint32(XDP_MD[name].off, true);
  const meta = field('data');
  const linear = field('data_end');
  const ingress = field('ingress_ifindex');
  // Metadata lies in the headroom, and only there.
  if (field('data_meta') !== 0 || linear > size || meta > linear) return -ERRNO.EINVAL;
  if (isBadMeta(meta) || meta > XDP_HEADROOM - XDP_FRAME_BYTES) return -ERRNO.EINVAL;
  // `lo` has one receive queue.
  if (field('egress_ifindex') !== 0 || field('rx_queue_index') !== 0) return -ERRNO.EINVAL;
  return { meta, linear, ingress };
}

/** Offsets from the metadata on, in the fields of the pointers. */
function ctxOut({ data, dataEnd, meta }: XdpBuff, given: Uint8Array | undefined): Uint8Array {
  const ctx = given?.slice() ?? new Uint8Array(XDP_MD_BYTES);
  if (given === undefined) return ctx;
  const view = new DataView(ctx.buffer);
  view.setUint32(XDP_MD.data.off, data - meta, true);
  view.setUint32(XDP_MD.data_end.off, dataEnd - meta, true);
  return ctx;
}
