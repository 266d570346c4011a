// Functions that run later: bpf_timer_init, bpf_timer_set_callback, bpf_timer_start, bpf_timer_cancel; the kernel functions bpf_wq_init, bpf_wq_set_callback_impl
// and bpf_wq_start, whose work runs when the event is over.
// @see kernel/bpf/helpers.c bpf_timer_init, bpf_timer_start, bpf_wq_init
import { ERRNO } from '../errno.ts';
import { setInt, type HelperContext, type HelperRun } from './context.ts';
import type { ValueFieldKind } from '../object.ts';

/** The clocks that a timer may go by; here they are all that of the recording. @see include/uapi/linux/time.h */
const CLOCKS = { realtime: 0n, monotonic: 1n, boottime: 7n } as const satisfies Record<string, bigint>;
const TIMER_CLOCKS: ReadonlySet<bigint> = new Set(Object.values(CLOCKS));

/** Flags of bpf_timer_start. @see include/uapi/linux/bpf.h */
const TIMER_FLAGS = { abs: 1n, cpuPin: 2n } as const satisfies Record<string, bigint>;
const ALL_TIMER_FLAGS = TIMER_FLAGS.abs | TIMER_FLAGS.cpuPin;

export const TIMER_HELPERS = {
  timer_init(context) {
    const error = TIMER_CLOCKS.has(context.q[3]!) ? 0 : -ERRNO.EINVAL;
    init(context, 'timer', error);
  },
  timer_set_callback: (context) => setFunction(context, 'timer', 0n),
  timer_start(context) {
    const { q, task, callbacks, cpu } = context;
    const at = context.field(1, 'timer');
    const flags = q[3]!;
    if ((flags & ~ALL_TIMER_FLAGS) !== 0n) return setInt(context, -ERRNO.EINVAL);
    const from = (flags & TIMER_FLAGS.abs) === 0n ? task.atNs : 0;
    setInt(context, callbacks.start(at, Math.max(task.atNs, from + Number(q[2]!)), cpu));
  },
  timer_cancel: (context) => setInt(context, context.callbacks.cancel(context.field(1, 'timer'))),
} as const satisfies Record<string, HelperRun>;

export const WORK_KFUNCS = {
  bpf_wq_init: (context) => init(context, 'workqueue', context.r[6] === 0 ? 0 : -ERRNO.EINVAL),
  bpf_wq_set_callback_impl: (context) => setFunction(context, 'workqueue', BigInt(context.r[6]!)),
  bpf_wq_start(context) {
    const { callbacks, r, task, cpu } = context;
    const at = context.field(1, 'workqueue');
    setInt(context, r[4] === 0 ? callbacks.start(at, task.atNs, cpu) : -ERRNO.EINVAL);
  },
} as const satisfies Record<string, HelperRun>;

type LaterKind = Extract<ValueFieldKind, 'timer' | 'workqueue'>;

/** r1 a field in a value of the map in r2; `error` is what the flags earn. */
function init(context: HelperContext, kind: LaterKind, error: number): void {
  const at = context.field(1, kind);
  const map = context.mapIn(2);
  if (!map.regions.some(({ start, end }) => at >= start && at < end)) {
    context.fault('map', `R2 is the ${map.kind} ${map.spec.name}, and R1 is not in a value of it`);
  }
  setInt(context, error === 0 ? context.callbacks.init(kind, at, context.cellAround(at), map) : error);
}

/** r1 a field, r2 a function of the program. */
function setFunction(context: HelperContext, kind: LaterKind, flags: bigint): void {
  const at = context.field(1, kind);
  const pc = context.functionIn(2);
  setInt(context, flags === 0n ? context.callbacks.setFunction(at, context.prog, pc) : -ERRNO.EINVAL);
}
