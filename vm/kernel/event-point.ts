// Moments of a recording that are no system calls: processes and threads that begin and end, signals, what the scheduler does.
import type { TaskFacts } from './task-facts.ts';

/** What all of them have. */
interface EventMoment {
  /** ns since the start of the recording. */
  readonly atNs: number;
  /** 0 where the recording does not know. */
  readonly cpu: number;
  /** The current task: of a fork the parent, of a switch the one that leaves the CPU. */
  readonly task: TaskFacts;
}

/** An event by the name of its tracepoint. @see include/trace/events/sched.h, signal.h, task.h */
export type EventPoint = EventMoment &
  /** `flags`: CLONE_* that it was made with; undefined: unknown. */
  (
    | {
        readonly event: 'sched_process_fork';
        readonly child: TaskFacts;
        readonly flags?: bigint | undefined;
      }
    /** Before the task has its new name: an exec, a prctl. */
    | { readonly event: 'task_rename'; readonly comm: Uint8Array }
    /** After the task has its new name. `oldTid`: its id before, which differs when a thread that is not the first execs. */
    | {
        readonly event: 'sched_process_exec';
        readonly filename: Uint8Array;
        readonly interp?: Uint8Array | undefined;
        readonly oldTid: number;
      }
    /** `groupDead`: it was the last thread of its process. */
    | { readonly event: 'sched_process_exit'; readonly exitCode: number; readonly groupDead: boolean }
    | {
        readonly event: 'signal_generate';
        readonly info: SignalInfo;
        readonly target: TaskFacts;
        /** For the whole process. */
        readonly group: boolean;
        /** TRACE_SIGNAL_*: 0 delivered. */
        readonly result: number;
      }
    /** `handler`: SIG_DFL 0, SIG_IGN 1, or an address; `flags`: SA_*. Undefined: unknown. */
    | {
        readonly event: 'signal_deliver';
        readonly info: SignalInfo;
        readonly handler?: bigint | undefined;
        readonly flags?: bigint | undefined;
      }
    /** `prevState`: TASK_* of the one that leaves; `preempt`: it would rather have stayed. */
    | {
        readonly event: 'sched_switch';
        readonly next: TaskFacts;
        readonly prevState: number;
        readonly preempt: boolean;
      }
    | {
        readonly event: 'sched_wakeup' | 'sched_wakeup_new' | 'sched_waking';
        readonly target: TaskFacts;
        readonly targetCpu: number;
      }
  );
export type EventName = EventPoint['event'];

/** A siginfo as far as it is known. */
export interface SignalInfo {
  readonly signal: number;
  readonly errno: number;
  /** SI_*, CLD_* and their kin. */
  readonly code: number;
  /** Who sent it, of signals that tell. */
  readonly pid?: number | undefined;
  readonly uid?: number | undefined;
  readonly status?: number | undefined;
}
