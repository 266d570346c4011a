// Helpers that tell the time. A recording has one clock that never stops and is never set, so that all clocks of the kernel agree here.
import type { HelperContext, HelperRun } from './context.ts';

const TWO_POW_32 = 0x1_0000_0000;
/** Ticks a second: what most distributions choose. @see CONFIG_HZ */
const HZ = 250;
export const TICK_NS = 1e9 / HZ;
/** The counter of ticks begins 5 minutes before 2^32, to bring out mistakes early. @see include/linux/jiffies.h INITIAL_JIFFIES */
export const FIRST_TICK = TWO_POW_32 - 300 * HZ;

export const CLOCK_HELPERS = {
  ktime_get_ns: now,
  ktime_get_boot_ns: now,
  ktime_get_tai_ns: now,
  ktime_get_coarse_ns: (context) => setNumber(context, Math.floor(context.task.atNs / TICK_NS) * TICK_NS),
  jiffies64: (context) => setNumber(context, FIRST_TICK + Math.floor(context.task.atNs / TICK_NS)),
} as const satisfies Record<string, HelperRun>;

function now(context: HelperContext): void {
  setNumber(context, context.task.atNs);
}

/** r0 = a whole number from 0 up to 2^53. */
function setNumber({ r }: HelperContext, value: number): void {
  r[0] = value; // its low 32 bits
  r[1] = value / TWO_POW_32;
}
