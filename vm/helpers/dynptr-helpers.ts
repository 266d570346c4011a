// The helpers of dynptrs: bpf_dynptr_from_mem, _read, _write, _data, and bpf_ringbuf_reserve_dynptr, _submit_dynptr, _discard_dynptr.
// @see kernel/bpf/helpers.c bpf_dynptr_read, kernel/bpf/ringbuf.c bpf_ringbuf_reserve_dynptr
import { ERRNO } from '../errno.ts';
import { isRingbuf } from '../maps/ringbuf.ts';
import { setAddress, setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import {
  beyondPacket,
  bytesBehind,
  checkBounds,
  clearDynptr,
  dynptrIn,
  DYNPTR_KINDS,
  isNull,
  isPacket,
  isReadOnly,
  kindOf,
  MAX_DYNPTR_BYTES,
  setDynptr,
} from './dynptr.ts';
import { reserveRecord, settleRecord } from './ringbuf.ts';
import { typedMap } from './typed-map.ts';

/** Flags of a write into a packet that are known: mend the checksum, forget the hash. @see include/uapi/linux/bpf.h BPF_F_RECOMPUTE_CSUM */
const PACKET_WRITE_FLAGS = 3;

export const DYNPTR_HELPERS = {
  dynptr_from_mem(context) {
    const { r } = context;
    const to = dynptrIn(context, 4, true);
    const size = sizeIn(context, 2);
    const data = size === 0 ? 0 : context.range(1, size, false);
    const error = size > MAX_DYNPTR_BYTES ? -ERRNO.E2BIG : r[6] !== 0 || r[7] !== 0 ? -ERRNO.EINVAL : 0;
    if (error === 0) setDynptr(context, to, DYNPTR_KINDS.local, data, size);
    else clearDynptr(context, to);
    setInt(context, error);
  },
  dynptr_read(context) {
    const { r, memory } = context;
    const size = sizeIn(context, 2);
    const into = size === 0 ? 0 : context.range(1, size, true);
    const from = dynptrIn(context, 3, false);
    const offset = offsetIn(context, 4);
    if (isNull(context, from) || r[10] !== 0 || r[11] !== 0) return setInt(context, -ERRNO.EINVAL);
    const error = checkBounds(context, from, offset, size);
    if (error !== 0) return setInt(context, error);
    const at = bytesBehind(context, from, offset, size, false);
    if (at < 0) memory.u8.fill(0, into, into + size);
    else memory.u8.copyWithin(into, at, at + size);
    setInt(context, at < 0 ? beyondPacket(context, from) : 0);
  },
  dynptr_write(context) {
    const { r, memory } = context;
    const to = dynptrIn(context, 1, false);
    const offset = offsetIn(context, 2);
    const size = sizeIn(context, 4);
    const data = size === 0 ? 0 : context.range(3, size, false);
    if (isNull(context, to) || isReadOnly(context, to)) return setInt(context, -ERRNO.EINVAL);
    const error = checkBounds(context, to, offset, size);
    if (error !== 0) return setInt(context, error);
    const known = kindOf(context, to) === DYNPTR_KINDS.skb ? PACKET_WRITE_FLAGS : 0;
    if (r[11] !== 0 || (r[10]! & ~known) !== 0) return setInt(context, -ERRNO.EINVAL);
    const at = bytesBehind(context, to, offset, size, true);
    if (at < 0) return setInt(context, beyondPacket(context, to));
    memory.u8.copyWithin(at, data, data + size);
    setInt(context, 0);
  },
  dynptr_data(context) {
    const at = dynptrIn(context, 1, false);
    const offset = offsetIn(context, 2);
    const size = sizeIn(context, 3);
    const none =
      isNull(context, at) ||
      checkBounds(context, at, offset, size) !== 0 ||
      isReadOnly(context, at) ||
      isPacket(context, at);
    setAddress(context, none ? 0 : bytesBehind(context, at, offset, size, true));
  },
  ringbuf_reserve_dynptr(context) {
    const { r } = context;
    const map = typedMap(context, 1, isRingbuf, 'ringbuf');
    const to = dynptrIn(context, 4, true);
    const size = r[4]! >>> 0;
    clearDynptr(context, to);
    if (r[6] !== 0 || r[7] !== 0) return setInt(context, -ERRNO.EINVAL);
    if (size > MAX_DYNPTR_BYTES) return setInt(context, -ERRNO.E2BIG);
    const at = reserveRecord(context, map, size, true);
    if (at === 0) return setInt(context, -ERRNO.EINVAL);
    setDynptr(context, to, DYNPTR_KINDS.ringbuf, at, size);
    setInt(context, 0);
  },
  ringbuf_submit_dynptr: (context) => settle(context, false),
  ringbuf_discard_dynptr: (context) => settle(context, true),
} as const satisfies Record<string, HelperRun>;

/** An offset in a dynptr: u32, the upper half of the register does not count. */
function offsetIn({ r }: HelperContext, reg: number): number {
  return r[2 * reg]! >>> 0;
}

function settle(context: HelperContext, discard: boolean): void {
  const at = dynptrIn(context, 1, true);
  setInt(context, 0);
  if (isNull(context, at)) return;
  const start = context.memory.view.getUint32(at, true);
  if (kindOf(context, at) !== DYNPTR_KINDS.ringbuf || !settleRecord(context, start, discard)) {
    context.fault('dynptr', 'R1 is a dynptr of no reserved record of a ring buffer');
  }
  clearDynptr(context, at);
}
