// Helpers that are written in place, by name.
import type { HelperName } from '../../helpers/table.ts';
import { BYTES_FREE } from '../../interp/reach.ts';
import type { CallContext, Inline } from './call.ts';
import { CLOCK_INLINE } from './clock.ts';
import { LOCK_INLINE } from './lock.ts';
import { LOOP_INLINE } from './loop.ts';
import { MAP_INLINE } from './maps.ts';
import { PERF_INLINE } from './perf.ts';
import { PRINTK_INLINE } from './printk.ts';
import { PROBE_INLINE } from './probe-read.ts';
import { RINGBUF_INLINE } from './ringbuf.ts';
import { TASK_INLINE } from './task.ts';

export const INLINE: Partial<Record<HelperName, Inline>> = {
  ...CLOCK_INLINE,
  ...TASK_INLINE,
  ...RINGBUF_INLINE,
  ...PERF_INLINE,
  ...PRINTK_INLINE,
  ...PROBE_INLINE,
  ...LOCK_INLINE,
  ...LOOP_INLINE,
  ...MAP_INLINE,
};

/** Writes the call in place where that can be done: whether it was. */
export function inlineCall(call: CallContext): boolean {
  return !isCharged(call) && (INLINE[call.helper]?.(call) ?? false);
}

/** Keys and values so long that the call costs insns besides: JavaScript counts them. */
function isCharged({ helper, map }: CallContext): boolean {
  if (map === undefined) return false;
  const { keySize, valueSize } = map.spec;
  const isLookup = helper === 'map_lookup_elem' || helper === 'map_lookup_percpu_elem';
  return keySize > BYTES_FREE || (!isLookup && valueSize > BYTES_FREE);
}
