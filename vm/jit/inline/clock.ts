// Helpers that tell the time, in place: the time of the event stands in a cell.
import { FIRST_TICK, TICK_NS } from '../../helpers/clock.ts';
import { CELLS } from '../cells.ts';
import type { CallContext, Inline } from './call.ts';

export const CLOCK_INLINE = {
  ktime_get_ns: now,
  ktime_get_boot_ns: now,
  ktime_get_tai_ns: now,
  ktime_get_coarse_ns(call) {
    ticks(call).i64(TICK_NS).op('i64_mul').set(call.regs[0]!);
    return told(call);
  },
  jiffies64(call) {
    ticks(call).i64(BigInt(FIRST_TICK)).op('i64_add').set(call.regs[0]!);
    return told(call);
  },
} as const satisfies Record<string, Inline>;

function now(call: CallContext): boolean {
  call.code.i32(0).mem('i64_load', CELLS.atNs).set(call.regs[0]!);
  return told(call);
}

/** Leaves on the stack how many ticks have passed since the recording began. */
function ticks({ code }: CallContext): CallContext['code'] {
  return code.i32(0).mem('i64_load', CELLS.atNs).i64(TICK_NS).op('i64_div_u');
}

function told(call: CallContext): true {
  call.note('time');
  return true;
}
