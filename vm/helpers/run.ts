// What each helper does: a total map over the rows that are not refused, so that a new row does not compile until it runs.
import { BRANCH_HELPERS } from './branches.ts';
import { CGROUP_ARRAY_HELPERS } from './cgroup-array.ts';
import { CLOCK_HELPERS } from './clock.ts';
import type { HelperRun } from './context.ts';
import { DYNPTR_HELPERS } from './dynptr-helpers.ts';
import { TIMER_HELPERS } from './later.ts';
import { LOOP_HELPERS } from './loop.ts';
import { KPTR_HELPERS } from './object-kfuncs.ts';
import { MAP_HELPERS } from './maps.ts';
import { PERF_EVENT_HELPERS } from './perf-event.ts';
import { PRINTK_HELPERS } from './printk.ts';
import { PROBE_HELPERS } from './probe-read.ts';
import { QUEUE_HELPERS } from './queues.ts';
import { RINGBUF_HELPERS } from './ringbuf.ts';
import { LOCK_HELPERS } from './spin-lock.ts';
import { STACK_HELPERS } from './stacks.ts';
import { STRING_HELPERS } from './strings.ts';
import type { HelperName, SupportedHelper } from './table.ts';
import { XDP_HELPERS } from './xdp.ts';
import { SOCKET_HELPERS } from './sockets.ts';
import { SKB_VLAN_HELPERS } from './skb-vlan.ts';
import { SKB_ROOM_HELPERS } from './skb-room.ts';
import { SKB_FIELD_HELPERS } from './skb-fields.ts';
import { SKB_BYTES_HELPERS } from './skb-bytes.ts';
import { ROUTE_HELPERS } from './route.ts';
import { REDIRECT_HELPERS } from './redirect.ts';
import { CSUM_HELPERS } from './csum.ts';
import { TUNNEL_HELPERS } from './tunnel.ts';
import { TASK_STORAGE_HELPERS } from './task-storage.ts';
import { TASK_HELPERS } from './task.ts';
import { UNFED_HELPERS } from './unfed.ts';
import { USER_RINGBUF_HELPERS } from './user-ringbuf.ts';
import { TRACING_HELPERS } from './tracing.ts';

export type { HelperRun } from './context.ts';

/** By name. bpf_tail_call is not here: it changes what runs next, and each engine does it itself. */
export const HELPER_RUN = {
  ...MAP_HELPERS,
  ...PROBE_HELPERS,
  ...TASK_HELPERS,
  ...CLOCK_HELPERS,
  ...STRING_HELPERS,
  ...BRANCH_HELPERS,
  ...KPTR_HELPERS,
  ...TRACING_HELPERS,
  ...PRINTK_HELPERS,
  ...UNFED_HELPERS,
  ...LOOP_HELPERS,
  ...TIMER_HELPERS,
  ...LOCK_HELPERS,
  ...RINGBUF_HELPERS,
  ...USER_RINGBUF_HELPERS,
  ...DYNPTR_HELPERS,
  ...PERF_EVENT_HELPERS,
  ...QUEUE_HELPERS,
  ...STACK_HELPERS,
  ...TASK_STORAGE_HELPERS,
  ...CGROUP_ARRAY_HELPERS,
  ...XDP_HELPERS,
  ...TUNNEL_HELPERS,
  ...SOCKET_HELPERS,
  ...SKB_VLAN_HELPERS,
  ...SKB_ROOM_HELPERS,
  ...SKB_FIELD_HELPERS,
  ...SKB_BYTES_HELPERS,
  ...ROUTE_HELPERS,
  ...REDIRECT_HELPERS,
  ...CSUM_HELPERS,
} as const satisfies Record<Exclude<SupportedHelper, 'tail_call'>, HelperRun>;

/** True when engines run the helper. */
export function isImplemented(name: HelperName): boolean {
  return name === 'tail_call' || Object.hasOwn(HELPER_RUN, name);
}

/** What a helper does; undefined for bpf_tail_call and for helpers that do not run here. */
export function helperRun(name: HelperName): HelperRun | undefined {
  return Object.hasOwn(HELPER_RUN, name) ? HELPER_RUN[name as keyof typeof HELPER_RUN] : undefined; // hasOwn has just checked the name
}
