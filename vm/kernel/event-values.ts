// Where the values of an event's tracepoint come from: words for them, and the members of an EventPoint that they stand for.
import type { EventPoint, SignalInfo } from './event-point.ts';
import type { KernelMemory } from './kernel-memory.ts';
import type { TaskFacts } from './task-facts.ts';

/** undefined: the recording does not tell. */
type Value = number | bigint | boolean | Uint8Array | undefined;

/** Bits of TASK_* that a switch reports, the state that stands for TASK_IDLE, and the one for who would have stayed. */
const STATE = {
  reported: 0x7f,
  idle: 0x402,
  idleBit: 0x80,
  preempted: 0x100,
  lockWait: 0x1000,
  blocked: 2,
} as const;

/** Values of records and of arguments. `state` is as the scheduler has it, `reported state` as the record has it. */
export const EVENT_VALUES = {
  one: () => 1,
  'current comm': ({ task }) => task.comm,
  'current tid': ({ task }) => task.tid,
  'child comm': (point) => childOf(point)?.comm,
  'child tid': (point) => childOf(point)?.tid,
  'clone flags': (point) => (point.event === 'sched_process_fork' ? point.flags : undefined),
  'new comm': (point) => (point.event === 'task_rename' ? point.comm : undefined),
  filename: (point) => (point.event === 'sched_process_exec' ? point.filename : undefined),
  'old tid': (point) => (point.event === 'sched_process_exec' ? point.oldTid : undefined),
  'group dead': (point) => point.event === 'sched_process_exit' && point.groupDead,
  signal: (point) => infoOf(point)?.signal,
  errno: (point) => infoOf(point)?.errno,
  code: (point) => infoOf(point)?.code,
  'target comm': (point) => targetOf(point)?.comm,
  'target tid': (point) => targetOf(point)?.tid,
  'target cpu': (point) => ('targetCpu' in point ? point.targetCpu : undefined),
  group: (point) => point.event === 'signal_generate' && point.group,
  /** enum pid_type: PIDTYPE_PID, PIDTYPE_TGID. */
  type: (point) => point.event === 'signal_generate' && point.group,
  result: (point) => (point.event === 'signal_generate' ? point.result : undefined),
  handler: (point) => (point.event === 'signal_deliver' ? point.handler : undefined),
  'action flags': (point) => (point.event === 'signal_deliver' ? point.flags : undefined),
  'next comm': (point) => (point.event === 'sched_switch' ? point.next.comm : undefined),
  'next tid': (point) => (point.event === 'sched_switch' ? point.next.tid : undefined),
  preempt: (point) => point.event === 'sched_switch' && point.preempt,
  state: (point) => (point.event === 'sched_switch' ? point.prevState : undefined),
  'reported state': (point) => (point.event === 'sched_switch' ? reportedState(point) : undefined),
} as const satisfies Record<string, (point: EventPoint) => Value>;
export type EventValue = keyof typeof EVENT_VALUES;

/** Arguments that point at structures of the kernel: offsets in linear memory. */
export const EVENT_POINTERS = {
  current: (kernel) => kernel.currentTask(),
  child: (kernel, point) => taskAt(kernel, childOf(point)),
  target: (kernel, point) => taskAt(kernel, targetOf(point)),
  next: (kernel, point) => taskAt(kernel, point.event === 'sched_switch' ? point.next : undefined),
  info: (kernel, point) => {
    const info = infoOf(point);
    return info === undefined ? kernel.somewhere : kernel.siginfo(info);
  },
  action: (kernel, point) =>
    point.event === 'signal_deliver' ? kernel.sigaction(point.handler, point.flags) : kernel.somewhere,
  bprm: (kernel, point) =>
    point.event === 'sched_process_exec' ? kernel.bprm(point.filename, point.interp) : kernel.somewhere,
  'new comm': (kernel, point) =>
    point.event === 'task_rename' ? kernel.string(point.comm) : kernel.somewhere,
} as const satisfies Record<string, (kernel: KernelMemory, point: EventPoint) => number>;
export type EventPointer = keyof typeof EVENT_POINTERS;

function taskAt(kernel: KernelMemory, facts: TaskFacts | undefined): number {
  return facts === undefined ? kernel.somewhere : kernel.taskOf(facts);
}

function childOf(point: EventPoint): TaskFacts | undefined {
  return point.event === 'sched_process_fork' ? point.child : undefined;
}

function targetOf(point: EventPoint): TaskFacts | undefined {
  return 'target' in point ? point.target : undefined;
}

function infoOf(point: EventPoint): SignalInfo | undefined {
  return 'info' in point ? point.info : undefined;
}

/** The highest bit of the state, as the record of sched_switch has it. @see include/linux/sched.h __task_state_index, include/trace/events/sched.h */
function reportedState({ prevState, preempt }: Extract<EventPoint, { event: 'sched_switch' }>): number {
  if (preempt) return STATE.preempted;
  if ((prevState & STATE.idle) === STATE.idle) return STATE.idleBit;
  if ((prevState & STATE.lockWait) !== 0) return STATE.blocked;
  const bits = prevState & STATE.reported;
  return bits === 0 ? 0 : 1 << (31 - Math.clz32(bits));
}
