// What each helper does. A helper that is not here is refused at load.
import type { HelperRun } from './context.ts';
import { TIMER_HELPERS } from './later.ts';
import { LOOP_HELPERS } from './loop.ts';
import { MAP_HELPERS } from './maps.ts';
import { PRINTK_HELPERS } from './printk.ts';
import { PROBE_HELPERS } from './probe-read.ts';
import { LOCK_HELPERS } from './spin-lock.ts';
import type { HelperName } from './table.ts';
import { TASK_HELPERS } from './task.ts';
import { TRACING_HELPERS } from './tracing.ts';

export type { HelperRun } from './context.ts';

/** By name. bpf_tail_call is not here: it changes what runs next, and each engine does it itself. */
export const HELPER_RUN = {
  ...MAP_HELPERS,
  ...PROBE_HELPERS,
  ...TASK_HELPERS,
  ...TRACING_HELPERS,
  ...PRINTK_HELPERS,
  ...LOOP_HELPERS,
  ...TIMER_HELPERS,
  ...LOCK_HELPERS,
} as const satisfies Partial<Record<HelperName, HelperRun>>;

/** True when engines run the helper. */
export function isImplemented(name: HelperName): boolean {
  return name === 'tail_call' || Object.hasOwn(HELPER_RUN, name);
}

/** What a helper does; undefined for bpf_tail_call and for helpers that do not run here. */
export function helperRun(name: HelperName): HelperRun | undefined {
  return Object.hasOwn(HELPER_RUN, name) ? HELPER_RUN[name as keyof typeof HELPER_RUN] : undefined; // hasOwn has just checked the name
}
