// Which fields of a ctx are plain memory, by program type.
import { SK_BUFF, XDP_MD } from '../../kernel/ctx-net.ts';
import { hasRight, type CtxLayout } from '../../kernel/ctx.ts';
import type { ProgTypeName } from '../../kernel/prog-types.ts';

/** plain: memory. holes: memory, where CELLS.ctxHoles says that it is known. pointer: 4 bytes that are the low half of an address. odd: ask the engine. */
export type CtxAccess = 'plain' | 'holes' | 'pointer';

/** Words of 8 bytes that CELLS.ctxHoles has bits for. */
const HOLE_WORDS = 32;

/** Types whose ctx is laid out whole for each packet. */
// oxfmt-ignore
const LAYOUTS: Partial<Record<ProgTypeName, CtxLayout>> = {
  socket_filter: SK_BUFF,
  sched_cls:     SK_BUFF,
  sched_act:     SK_BUFF,
  cgroup_skb:    SK_BUFF,
  lwt_in:        SK_BUFF,
  lwt_out:       SK_BUFF,
  lwt_xmit:      SK_BUFF,
  xdp:           XDP_MD,
};

/** Types whose ctx is numbers that a recording may not tell. */
const NUMBERS: ReadonlySet<ProgTypeName> = new Set([
  'kprobe',
  'tracepoint',
  'perf_event',
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'tracing',
  'lsm',
]);

/** How a load or store of `bytes` bytes at `off` of the ctx is made, which the verifier allows. */
export function ctxAccess(type: ProgTypeName, off: number, bytes: number, write: boolean): CtxAccess | 'odd' {
  if (NUMBERS.has(type)) return !write && off >= 0 && off + bytes <= 8 * HOLE_WORDS ? 'holes' : 'odd';
  const field = Object.values(LAYOUTS[type] ?? {}).find(
    (row) => off >= row.off && off + bytes <= row.off + row.size,
  );
  if (field === undefined || (field.kept !== undefined && hasRight(field.write, type))) return 'odd';
  if (field.kind !== 'pkt' && field.kind !== 'pkt_meta' && field.kind !== 'pkt_end') return 'plain';
  return bytes === 4 && !write ? 'pointer' : 'odd';
}

/** The bits of CELLS.ctxHoles for bytes of the ctx. */
export function holeBits(off: number, bytes: number): number {
  let bits = 0;
  for (let word = off >> 3; word <= (off + bytes - 1) >> 3; word++) bits |= 1 << word;
  return bits;
}
