// What each implemented helper does: a total map over the table, so that a new row does not compile until it runs.
import type { HelperRun } from './context.ts';
import { MAP_HELPERS } from './maps.ts';
import { PRINTK_HELPERS } from './printk.ts';
import { PROBE_HELPERS } from './probe-read.ts';
import type { ImplementedHelper } from './table.ts';
import { TASK_HELPERS } from './task.ts';

export type { HelperRun } from './context.ts';

/** By name. bpf_tail_call is not here: it changes what runs next, and each engine does it itself. */
export const HELPER_RUN = {
  ...MAP_HELPERS,
  ...PROBE_HELPERS,
  ...TASK_HELPERS,
  ...PRINTK_HELPERS,
} as const satisfies Record<Exclude<ImplementedHelper, 'tail_call'>, HelperRun>;
