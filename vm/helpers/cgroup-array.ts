// bpf_current_task_under_cgroup and bpf_skb_under_cgroup. A cgroup_array is always empty here: -EAGAIN, as on Linux for an empty slot.
// @see kernel/trace/bpf_trace.c bpf_current_task_under_cgroup, net/core/filter.c bpf_skb_under_cgroup
import { ERRNO } from '../errno.ts';
import { setInt, type HelperContext, type HelperRun } from './context.ts';

export const CGROUP_ARRAY_HELPERS = {
  current_task_under_cgroup: (context) => answer(context, 1),
  skb_under_cgroup: (context) => answer(context, 2),
} as const satisfies Record<string, HelperRun>;

/** The map in register `reg`, the index behind it. */
function answer(context: HelperContext, reg: number): void {
  const { kind, spec } = context.mapIn(reg);
  if (kind !== 'cgroup_array') {
    context.fault('map', `R${reg} is the ${kind} ${spec.name}, and the helper takes a cgroup_array`);
  }
  const index = context.r[2 * reg + 2]! >>> 0; // u32: the upper half does not count
  setInt(context, index >= spec.maxEntries ? -ERRNO.E2BIG : -ERRNO.EAGAIN);
}
