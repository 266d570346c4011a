// Kernel functions that mark a section of a program, or only say how something is to be seen. One CPU runs everything, no run is interrupted, and nothing
// is freed under a running program: there is nothing to do.
import type { HelperContext, HelperRun } from './context.ts';
import { setInt } from './context.ts';

/** Bytes of an unsigned long. */
const FLAGS_BYTES = 8;
/** Maps that count their elements. @see kernel/bpf/hashtab.c htab_map_alloc */
const COUNTED: ReadonlySet<string> = new Set([
  'hash',
  'percpu_hash',
  'lru_hash',
  'lru_percpu_hash',
  'hash_of_maps',
]);

export const SECTION_KFUNCS = {
  bpf_rcu_read_lock: nothing,
  bpf_rcu_read_unlock: nothing,
  bpf_preempt_disable: nothing,
  bpf_preempt_enable: nothing,
  bpf_local_irq_save(context) {
    const at = context.range(1, FLAGS_BYTES, true);
    context.memory.u8.fill(0, at, at + FLAGS_BYTES);
  },
  bpf_local_irq_restore(context) {
    context.range(1, FLAGS_BYTES, false);
  },
  bpf_rdonly_cast({ q }) {
    q[0] = q[1]!;
  },
  bpf_map_sum_elem_count(context) {
    const map = context.mapIn(1);
    setInt(context, COUNTED.has(map.kind) ? map.entries : 0);
  },
} as const satisfies Record<string, HelperRun>;

function nothing(_context: HelperContext): void {}
