// bpf_user_ringbuf_drain: calls a function of the program with each record that user space handed over.
// @see kernel/bpf/ringbuf.c bpf_user_ringbuf_drain
import { ERRNO } from '../errno.ts';
import { addressOf } from '../memory/linear.ts';
import { plainRegion } from '../memory/regions.ts';
import { GIVEN_UP, isUserRingbuf, type UserRingbuf } from '../maps/user-ringbuf.ts';
import { setInt, type HelperContext, type HelperRun } from './context.ts';
import { DYNPTR_BYTES, DYNPTR_KINDS, MAX_DYNPTR_BYTES, setDynptr } from './dynptr.ts';
import { WAKEUP_FLAGS } from './ringbuf.ts';
import { typedMap } from './typed-map.ts';

/** Most records of one drain. @see include/uapi/linux/bpf.h BPF_MAX_USER_RINGBUF_SAMPLES */
const MAX_SAMPLES = 128 * 1024;

export const USER_RINGBUF_HELPERS = {
  user_ringbuf_drain(context) {
    const map = typedMap(context, 1, isUserRingbuf, 'user_ringbuf');
    const pc = context.functionIn(2);
    const { r } = context;
    if (r[9] !== 0 || (r[8]! & ~WAKEUP_FLAGS) !== 0) return setInt(context, -ERRNO.EINVAL);
    if (map.draining) return setInt(context, -ERRNO.EBUSY);
    map.draining = true;
    try {
      setInt(context, drain(context, map, pc, context.q[3]!));
    } finally {
      map.draining = false; // a fault may have ended the function
    }
  },
} as const satisfies Record<string, HelperRun>;

/** Number of records that the function at `pc` was called with: until it returns other than 0. -E2BIG for a record no dynptr can hold. */
function drain(context: HelperContext, map: UserRingbuf, pc: number, argument: bigint): number {
  const { dynptrAt } = map;
  const dynptr = addressOf(dynptrAt);
  const handle = plainRegion('the dynptr of a record', dynptrAt, DYNPTR_BYTES, false);
  let samples = 0;
  for (let i = 0; i < MAX_SAMPLES; i++) {
    const at = map.next();
    if (at === 0) break;
    if (at === GIVEN_UP) continue;
    const size = map.length(at);
    if (size > MAX_DYNPTR_BYTES) return -ERRNO.E2BIG;
    setDynptr(context, dynptrAt, DYNPTR_KINDS.local, at, size);
    context.lend(handle);
    context.lend(plainRegion(`a record of user ring buffer ${map.spec.name}`, at, size, true));
    const result = context.invoke(pc, [dynptr, argument]);
    context.takeBack(at);
    context.takeBack(dynptrAt);
    map.release(at);
    samples += 1;
    if (result !== 0n) break;
  }
  return samples;
}
