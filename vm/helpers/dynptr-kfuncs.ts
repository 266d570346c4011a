// The kernel functions of dynptrs: bpf_dynptr_adjust, _size, _is_null, _is_rdonly, _clone, _slice, _slice_rdwr, _copy, _memset, _from_skb, _from_xdp.
// @see kernel/bpf/helpers.c bpf_dynptr_slice, net/core/filter.c bpf_dynptr_from_skb
import { ERRNO } from '../errno.ts';
import { ADDRESS_HIGH } from '../memory/linear.ts';
import { plainRegion } from '../memory/regions.ts';
import { setAddress, setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import {
  bytesBehind,
  checkBounds,
  clearDynptr,
  DYNPTR_BYTES,
  DYNPTR_KINDS,
  dynptrIn,
  isNull,
  isPacket,
  isReadOnly,
  narrow,
  setDynptr,
  sizeOf,
} from './dynptr.ts';

/** Types whose programs may write to the packet; to others a dynptr of it is read only. @see net/core/filter.c may_access_direct_pkt_data */
const PACKET_WRITERS: ReadonlySet<string> = new Set([
  'sched_cls',
  'sched_act',
  'lwt_xmit',
  'sk_skb',
  'sk_msg',
  'xdp',
]);

export const DYNPTR_KFUNCS = {
  bpf_dynptr_adjust(context) {
    const at = dynptrIn(context, 1, true);
    const start = context.r[4]! >>> 0; // both u32: upper halves do not count
    const end = context.r[6]! >>> 0;
    if (isNull(context, at) || start > end) return setInt(context, -ERRNO.EINVAL);
    if (end > sizeOf(context, at)) return setInt(context, -ERRNO.ERANGE);
    narrow(context, at, start, end);
    setInt(context, 0);
  },
  bpf_dynptr_is_null: (context) => setInt(context, isNull(context, dynptrIn(context, 1, false)) ? 1 : 0),
  bpf_dynptr_is_rdonly(context) {
    const at = dynptrIn(context, 1, false);
    setInt(context, !isNull(context, at) && isReadOnly(context, at) ? 1 : 0);
  },
  bpf_dynptr_size(context) {
    const at = dynptrIn(context, 1, false);
    setUnsigned(context, isNull(context, at) ? -ERRNO.EINVAL : sizeOf(context, at));
  },
  bpf_dynptr_clone(context) {
    const from = dynptrIn(context, 1, false);
    const to = dynptrIn(context, 2, true);
    const missing = isNull(context, from);
    if (missing) clearDynptr(context, to);
    else context.memory.u8.copyWithin(to, from, from + DYNPTR_BYTES);
    setInt(context, missing ? -ERRNO.EINVAL : 0);
  },
  bpf_dynptr_slice: (context) => slice(context, false),
  bpf_dynptr_slice_rdwr: (context) => slice(context, true),
  bpf_dynptr_copy(context) {
    const { r } = context;
    const to = dynptrIn(context, 1, false);
    const from = dynptrIn(context, 3, false);
    const toOff = r[4]! >>> 0;
    const fromOff = r[8]! >>> 0;
    const size = r[10]! >>> 0;
    const source = view(context, from, fromOff, size, false);
    const target = view(context, to, toOff, size, true);
    if (source < 0 || target < 0) return setInt(context, copyError(context, to, toOff, from, fromOff, size));
    context.memory.u8.copyWithin(target, source, source + size);
    setInt(context, 0);
  },
  bpf_dynptr_memset(context) {
    const { r, memory } = context;
    const at = dynptrIn(context, 1, false);
    const offset = r[4]! >>> 0;
    const size = r[6]! >>> 0;
    const to = view(context, at, offset, size, true);
    if (to >= 0) memory.u8.fill(r[8]! & 0xff, to, to + size);
    else
      return setInt(
        context,
        isReadOnly(context, at) ? -ERRNO.EINVAL : checkBounds(context, at, offset, size),
      );
    setInt(context, 0);
  },
  bpf_dynptr_from_skb: (context) => fromPacket(context, DYNPTR_KINDS.skb),
  bpf_dynptr_from_xdp: (context) => fromPacket(context, DYNPTR_KINDS.xdp),
} as const satisfies Record<string, HelperRun>;

/** r0 = a u32. */
function setUnsigned({ r }: HelperContext, value: number): void {
  r[0] = value;
  r[1] = 0;
}

/** Offset of `length` bytes, `offset` bytes in the dynptr at `at`; -1 where it has none of them to give out. */
export function view(
  context: HelperContext,
  at: number,
  offset: number,
  length: number,
  write: boolean,
): number {
  const none =
    isNull(context, at) ||
    (write && isReadOnly(context, at)) ||
    checkBounds(context, at, offset, length) !== 0;
  return none ? -1 : bytesBehind(context, at, offset, length, write);
}

/**
 * slice(r1 dynptr, r2 offset, r3 buffer or 0, r4 its size): the address of the bytes. Those of a packet that no pointer reaches are copied into the
 * buffer, whose address it is then.
 */
function slice(context: HelperContext, write: boolean): void {
  const { memory, event } = context;
  const at = dynptrIn(context, 1, false);
  const size = sizeIn(context, 4);
  const buffer = context.q[3] === 0n || size === 0 ? 0 : context.range(3, size, true);
  let from = view(context, at, context.r[4]! >>> 0, size, write);
  if (from >= 0 && isPacket(context, at)) {
    const { data, dataEnd } = event.packet!; // view() has just looked into it
    if (from + size > dataEnd) {
      memory.u8.copyWithin(buffer, from, buffer === 0 ? from : from + size);
      from = buffer;
    } else if (!context.mayTouch(from, size, write)) {
      context.lend(plainRegion('the packet', data, dataEnd - data, write));
    }
  }
  setAddress(context, Math.max(0, from));
}

/** Why nothing can be copied: as a read or a write through the helpers answers. */
function copyError(
  context: HelperContext,
  to: number,
  toOff: number,
  from: number,
  fromOff: number,
  size: number,
): number {
  const outside =
    checkBounds(context, to, toOff, size) !== 0 || checkBounds(context, from, fromOff, size) !== 0;
  const missing = isNull(context, to) || isNull(context, from) || isReadOnly(context, to);
  return missing || !outside ? -ERRNO.EINVAL : -ERRNO.E2BIG;
}

/** from_skb and from_xdp(r1 ctx, r2 flags, r3 dynptr). */
function fromPacket(context: HelperContext, kind: number): void {
  const { r, event, prog } = context;
  const to = dynptrIn(context, 3, true);
  const { packet } = event;
  clearDynptr(context, to);
  if (packet === undefined) return context.fault('packet', `the hook of ${prog.name} has no packet`);
  if (r[2] !== event.ctxAt || r[3] !== ADDRESS_HIGH) {
    context.fault('ctx', 'R1 is not the ctx, which a dynptr of the packet is made from');
  }
  if (r[4] !== 0 || r[5] !== 0) return setInt(context, -ERRNO.EINVAL);
  setDynptr(context, to, kind, event.ctxAt, packet.length + packet.missing, !PACKET_WRITERS.has(prog.type));
  setInt(context, 0);
}
