// What each kernel function does: a total map over the table, so that a new row does not compile until it runs.
import type { HelperRun } from './context.ts';
import type { KfuncName } from './kfuncs.ts';

export const KFUNC_RUN = {
  // One CPU runs everything, and nothing is freed under a running program.
  bpf_rcu_read_lock: () => {},
  bpf_rcu_read_unlock: () => {},
} as const satisfies Record<KfuncName, HelperRun>;
