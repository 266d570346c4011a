// bpf_ringbuf_output, _reserve, _submit, _discard, _query.
// @see kernel/bpf/ringbuf.c
import { ERRNO } from '../errno.ts';
import { hexAddress } from '../interp/fault.ts';
import { ADDRESS_HIGH } from '../memory/linear.ts';
import { isRingbuf, RecordDebt, type Ringbuf } from '../maps/ringbuf.ts';
import { setAddress, setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import { typedMap } from './typed-map.ts';

/** Flags of a submit: whether to wake the reader. Nobody sleeps here. @see include/uapi/linux/bpf.h BPF_RB_NO_WAKEUP */
export const WAKEUP_FLAGS = 3;

/** Questions of bpf_ringbuf_query. */
const QUERIES = { availData: 0, ringSize: 1, consumer: 2, producer: 3 } as const;

const TWO_POW_32 = 0x1_0000_0000;

export const RINGBUF_HELPERS = {
  ringbuf_output(context) {
    const { ring } = ringIn(context);
    const size = sizeIn(context, 3);
    const data = size === 0 ? 0 : context.range(2, size, false);
    if (context.r[9] !== 0 || (context.r[8]! & ~WAKEUP_FLAGS) !== 0) return setInt(context, -ERRNO.EINVAL);
    const at = ring.reserve(size);
    if (at === 0) return setInt(context, -ERRNO.EAGAIN);
    context.memory.u8.copyWithin(at, data, data + size);
    ring.commit(at, false);
    setInt(context, 0);
  },
  ringbuf_reserve(context) {
    const map = ringIn(context);
    const { r } = context;
    if (r[6] !== 0 || r[7] !== 0) return setAddress(context, 0);
    setAddress(context, reserveRecord(context, map, r[4]! >>> 0, r[5] === 0));
  },
  ringbuf_submit: (context) => giveBack(context, false),
  ringbuf_discard: (context) => giveBack(context, true),
  ringbuf_query(context) {
    const { ring } = ringIn(context);
    const { r } = context;
    const number = r[5] === 0 ? answer(ring, r[4]!) : 0;
    r[0] = number; // its low 32 bits: a remainder of doubles takes longer than all else here
    r[1] = number / TWO_POW_32;
  },
} as const satisfies Record<string, HelperRun>;

function ringIn(context: HelperContext): Ringbuf {
  return typedMap(context, 1, isRingbuf, 'ringbuf');
}

function answer(ring: Ringbuf['ring'], query: number): number {
  if (query === QUERIES.availData) return ring.producer - ring.consumer;
  if (query === QUERIES.ringSize) return ring.size;
  if (query === QUERIES.consumer) return ring.consumer;
  return query === QUERIES.producer ? ring.producer : 0;
}

/** Reserves a record and lends it to the program: the offset of its bytes, 0 when there is no room. A size that does not fit 32 bits is none that fits. */
export function reserveRecord(context: HelperContext, map: Ringbuf, size: number, fits32: boolean): number {
  const at = map.ring.reserve(fits32 ? size : Infinity);
  if (at !== 0) context.lend(map.debt.regionOf(at, size), map.debt);
  return at;
}

function giveBack(context: HelperContext, discard: boolean): void {
  const at = context.r[3] === ADDRESS_HIGH ? context.r[2]! >>> 0 : 0;
  if (!settleRecord(context, at, discard)) {
    context.fault('owed', `R1 is ${hexAddress(context.q[1]!)}, which is no reserved record of a ring buffer`);
  }
}

/** Submits or discards the reserved record at `at`; false when there is none. */
export function settleRecord(context: HelperContext, at: number, discard: boolean): boolean {
  const debt = context.owedAt(at);
  if (!(debt instanceof RecordDebt)) return false;
  context.takeBack(at);
  debt.settle(at, discard);
  return true;
}
