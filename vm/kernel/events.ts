// Tracepoints of events: which there are, what their records hold, and what raw programs get as arguments. Where each value comes from stands in
// event-values.ts.
// @see include/trace/events/sched.h, signal.h, task.h
import type { EventName } from './event-point.ts';
import type { EventPointer, EventValue } from './event-values.ts';

/** An argument of the tracepoint, behind its own. */
export type EventArg = { readonly pointer: EventPointer } | { readonly value: EventValue };

export interface EventRow {
  readonly group: 'sched' | 'signal' | 'task';
  /** At which events of a recording it is come to. */
  readonly at: EventName;
  /** Names of the record's struct, the newest first. */
  readonly structs: readonly string[];
  /** Values by field, of all kernels; those that a recording does not tell are 0. */
  readonly fields: Readonly<Record<string, EventValue>>;
  readonly args: readonly EventArg[];
  /** As the format file has it. */
  readonly print: string;
}

const raw = (name: string): string => `trace_event_raw_${name}`;
const CURRENT: EventArg = { pointer: 'current' };
const CHILD: EventArg = { pointer: 'child' };
const TARGET: EventArg = { pointer: 'target' };
const INFO: EventArg = { pointer: 'info' };

const WAKEUP = {
  group: 'sched',
  structs: [raw('sched_wakeup_template')],
  fields: { comm: 'target comm', pid: 'target tid', success: 'one', target_cpu: 'target cpu' },
  args: [TARGET],
  print: '"comm=%s pid=%d prio=%d target_cpu=%03d", REC->comm, REC->pid, REC->prio, REC->target_cpu',
} as const satisfies Omit<EventRow, 'at'>;

const SIGNAL_FIELDS = { sig: 'signal', errno: 'errno', code: 'code' } as const;

/** What a task was doing that left its CPU, by bit. @see include/trace/events/sched.h */
const STATES =
  '{ 0x00000001, "S" }, { 0x00000002, "D" }, { 0x00000004, "T" }, { 0x00000008, "t" }, { 0x00000010, "X" }, ' +
  '{ 0x00000020, "Z" }, { 0x00000040, "P" }, { 0x00000080, "I" }';
const REPORT =
  '(0x00000000 | 0x00000001 | 0x00000002 | 0x00000004 | 0x00000008 | 0x00000010 | 0x00000020 | 0x00000040) + 1) << 1';
const STATE =
  `(REC->prev_state & (((${REPORT}) - 1)) ? __print_flags(REC->prev_state & (((${REPORT}) - 1), "|", ${STATES}) : "R", ` +
  `REC->prev_state & ((${REPORT}) ? "+" : ""`;

/** By the tracepoint's name; at one event they are come to in the order of the table. */
export const EVENTS = {
  task_newtask: {
    group: 'task',
    at: 'sched_process_fork',
    structs: [raw('task_newtask')],
    fields: { pid: 'child tid', comm: 'child comm', clone_flags: 'clone flags' },
    args: [CHILD, { value: 'clone flags' }],
    print:
      '"pid=%d comm=%s clone_flags=%llx oom_score_adj=%hd", REC->pid, REC->comm, REC->clone_flags, REC->oom_score_adj',
  },
  task_rename: {
    group: 'task',
    at: 'task_rename',
    structs: [raw('task_rename')],
    fields: { pid: 'current tid', oldcomm: 'current comm', newcomm: 'new comm' },
    args: [CURRENT, { pointer: 'new comm' }],
    print:
      '"pid=%d oldcomm=%s newcomm=%s oom_score_adj=%hd", REC->pid, REC->oldcomm, REC->newcomm, REC->oom_score_adj',
  },
  sched_process_fork: {
    group: 'sched',
    at: 'sched_process_fork',
    structs: [raw('sched_process_fork')],
    fields: {
      parent_comm: 'current comm',
      parent_pid: 'current tid',
      child_comm: 'child comm',
      child_pid: 'child tid',
    },
    args: [CURRENT, CHILD],
    print:
      '"comm=%s pid=%d child_comm=%s child_pid=%d", __get_str(parent_comm), REC->parent_pid, __get_str(child_comm), REC->child_pid',
  },
  sched_process_exec: {
    group: 'sched',
    at: 'sched_process_exec',
    structs: [raw('sched_process_exec')],
    fields: { filename: 'filename', pid: 'current tid', old_pid: 'old tid' },
    args: [CURRENT, { value: 'old tid' }, { pointer: 'bprm' }],
    print: '"filename=%s pid=%d old_pid=%d", __get_str(filename), REC->pid, REC->old_pid',
  },
  sched_process_exit: {
    group: 'sched',
    at: 'sched_process_exit',
    structs: [raw('sched_process_exit'), raw('sched_process_template')],
    fields: { comm: 'current comm', pid: 'current tid', group_dead: 'group dead' },
    args: [CURRENT, { value: 'group dead' }],
    print:
      '"comm=%s pid=%d prio=%d group_dead=%s", REC->comm, REC->pid, REC->prio, REC->group_dead ? "true" : "false"',
  },
  signal_generate: {
    group: 'signal',
    at: 'signal_generate',
    structs: [raw('signal_generate')],
    fields: { ...SIGNAL_FIELDS, comm: 'target comm', pid: 'target tid', group: 'group', result: 'result' },
    args: [{ value: 'signal' }, INFO, TARGET, { value: 'type' }, { value: 'result' }],
    print:
      '"sig=%d errno=%d code=%d comm=%s pid=%d grp=%d res=%d", REC->sig, REC->errno, REC->code, REC->comm, REC->pid, REC->group, REC->result',
  },
  signal_deliver: {
    group: 'signal',
    at: 'signal_deliver',
    structs: [raw('signal_deliver')],
    fields: { ...SIGNAL_FIELDS, sa_handler: 'handler', sa_flags: 'action flags' },
    args: [{ value: 'signal' }, INFO, { pointer: 'action' }],
    print:
      '"sig=%d errno=%d code=%d sa_handler=%lx sa_flags=%lx", REC->sig, REC->errno, REC->code, REC->sa_handler, REC->sa_flags',
  },
  sched_switch: {
    group: 'sched',
    at: 'sched_switch',
    structs: [raw('sched_switch')],
    fields: {
      prev_comm: 'current comm',
      prev_pid: 'current tid',
      prev_state: 'reported state',
      next_comm: 'next comm',
      next_pid: 'next tid',
    },
    args: [{ value: 'preempt' }, CURRENT, { pointer: 'next' }, { value: 'state' }],
    print: `"prev_comm=%s prev_pid=%d prev_prio=%d prev_state=%s%s ==> next_comm=%s next_pid=%d next_prio=%d", REC->prev_comm, REC->prev_pid, REC->prev_prio, ${STATE}, REC->next_comm, REC->next_pid, REC->next_prio`,
  },
  sched_waking: { ...WAKEUP, at: 'sched_waking' },
  sched_wakeup: { ...WAKEUP, at: 'sched_wakeup' },
  sched_wakeup_new: { ...WAKEUP, at: 'sched_wakeup_new' },
} as const satisfies Record<string, EventRow>;
export type EventTracepoint = keyof typeof EVENTS;

/** The row of a tracepoint by its name. */
export function eventRow(name: string): EventRow | undefined {
  return Object.hasOwn(EVENTS, name) ? EVENTS[name as EventTracepoint] : undefined; // hasOwn has just checked the name
}
