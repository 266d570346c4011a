// What each kernel function does: a total map over the rows that are not refused, so that a new row does not compile until it runs.
import type { HelperRun } from './context.ts';
import { CPUMASK_KFUNCS } from './cpumask-kfuncs.ts';
import { DYNPTR_KFUNCS } from './dynptr-kfuncs.ts';
import { DYNPTR_PROBE_KFUNCS } from './dynptr-probe.ts';
import { ITER_KFUNCS } from './iter-kfuncs.ts';
import type { KfuncName, SupportedKfunc } from './kfuncs.ts';
import { WORK_KFUNCS } from './later.ts';
import { OBJECT_KFUNCS } from './object-kfuncs.ts';
import { SECTION_KFUNCS } from './section-kfuncs.ts';
import { LOCK_KFUNCS } from './spin-lock.ts';
import { STRING_KFUNCS } from './string-kfuncs.ts';
import { TASK_KFUNCS } from './task-kfuncs.ts';

export const KFUNC_RUN = {
  ...SECTION_KFUNCS,
  ...ITER_KFUNCS,
  ...STRING_KFUNCS,
  ...TASK_KFUNCS,
  ...OBJECT_KFUNCS,
  ...CPUMASK_KFUNCS,
  ...DYNPTR_KFUNCS,
  ...DYNPTR_PROBE_KFUNCS,
  ...LOCK_KFUNCS,
  ...WORK_KFUNCS,
} as const satisfies Record<SupportedKfunc, HelperRun>;

/** What a kernel function does; undefined for those that do not run here. */
export function kfuncRun(name: KfuncName): HelperRun | undefined {
  return Object.hasOwn(KFUNC_RUN, name) ? KFUNC_RUN[name as keyof typeof KFUNC_RUN] : undefined; // hasOwn has just checked the name
}
