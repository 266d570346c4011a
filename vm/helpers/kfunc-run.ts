// What each kernel function does. One that is not here is refused at load.
import type { HelperRun } from './context.ts';
import { DYNPTR_KFUNCS } from './dynptr-kfuncs.ts';
import type { KfuncName } from './kfuncs.ts';
import { WORK_KFUNCS } from './later.ts';
import { LOCK_KFUNCS } from './spin-lock.ts';

export const KFUNC_RUN = {
  // One CPU runs everything, and nothing is freed under a running program.
  bpf_rcu_read_lock: () => {},
  bpf_rcu_read_unlock: () => {},
  ...DYNPTR_KFUNCS,
  ...LOCK_KFUNCS,
  ...WORK_KFUNCS,
} as const satisfies Partial<Record<KfuncName, HelperRun>>;

/** What a kernel function does; undefined for those that do not run here. */
export function kfuncRun(name: KfuncName): HelperRun | undefined {
  return Object.hasOwn(KFUNC_RUN, name) ? KFUNC_RUN[name as keyof typeof KFUNC_RUN] : undefined; // hasOwn has just checked the name
}
