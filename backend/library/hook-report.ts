// Which attached programs a recording never brings to run, and why: it has no such call, no packets, no events of that kind; or the hook is none of
// those that recordings come to.
import { ARCHS, type Arch, type Recording, type Totals } from '../../traces/index.ts';
import type { Attachment, EventName, HookSource, Prog, SyscallInfo } from '../../vm/index.ts';
import { relatedCalls } from './call-families.ts';

/** What a recording holds, as far as it is known. */
export interface Occurrences {
  /** By system call: how often it was entered; undefined: at least once. */
  readonly calls: readonly {
    readonly name: string;
    readonly arch: Arch;
    readonly nr: number;
    readonly count: number | undefined;
  }[];
  readonly packets: number;
  readonly recorder: string;
  /** All of it has been replayed: programs that have not run will not. */
  readonly isOver: boolean;
}

/** Before the replay: which calls there are, not how often. */
export function occurrencesOf({ syscalls, index, header }: Recording): Occurrences {
  return {
    calls: syscalls.map(({ name, arch, nr }) => ({ name, arch, nr, count: undefined })),
    packets: index.reduce((sum, { packets }) => sum + packets, 0),
    recorder: header.recorder,
    isOver: false,
  };
}

/** At the end of the replay. */
export function occurrencesAtEnd(recording: Recording, totals: Totals): Occurrences {
  const counts = new Map(totals.syscalls().map(({ sys, calls }) => [sys, calls]));
  const before = occurrencesOf(recording);
  return {
    ...before,
    calls: before.calls.map((call, sys) => Object.assign(call, { count: counts.get(sys) ?? 0 })),
    isOver: true,
  };
}

/** A program that does not run. `refused`: it is not attached; `idle`: no recording comes to its hooks; `absent`: this one does not. */
export interface Silence {
  readonly state: 'refused' | 'idle' | 'absent';
  /** The reason, without the name of the program. */
  readonly why: string;
}

/** Why a program does not run; undefined where it runs, or may run. */
export function silenceOf(attachment: Attachment, found: Occurrences): Silence | undefined {
  const { prog, refused, idle, comesTo, hooks } = attachment;
  if (refused !== undefined) return { state: 'refused', why: refused };
  if (prog.runs > 0) return undefined;
  if (idle !== undefined) return { state: 'idle', why: idle };
  const reasons = comesTo.map((source) => reasonOf(source, found, hooks));
  if (reasons.length === 0 || reasons.includes(undefined)) return undefined;
  return { state: 'absent', why: [...new Set(reasons)].join('; ') };
}

/** Programs that do not run, as far as `found` tells. */
export function silencesOf(
  attachments: readonly Attachment[],
  found: Occurrences,
): ReadonlyMap<Prog, Silence> {
  const silences = attachments.map((attachment) => [attachment.prog, silenceOf(attachment, found)] as const);
  return new Map(silences.flatMap(([prog, silence]) => (silence === undefined ? [] : [[prog, silence]])));
}

/** What a person is told of a program that does not run, or of several for the same reason. */
export function silenceText(of: readonly Attachment[], { state, why }: Silence): string {
  const names = of.map(({ prog }) => `${prog.spec.name} (${prog.spec.section})`);
  const [one, many] = STATES[state];
  return `${names.join(', ')} ${names.length === 1 ? one : many}: ${why}`;
}

/** Of one program, and of many. */
const STATES = {
  refused: ['is not attached', 'are not attached'],
  idle: ['never runs', 'never run'],
  absent: ['did not run', 'did not run'],
} as const;

/** Why a recording does not come to a source; undefined where it does, or may. */
function reasonOf(source: HookSource, found: Occurrences, hooks: readonly string[]): string | undefined {
  switch (source.kind) {
    case 'calls':
      return callsReason(source, found, hooks);
    case 'packets':
      if (found.packets === 0) return 'no packets in this recording';
      return found.isOver
        ? `no packets that ${WAYS[source.direction ?? 'none']} in this recording`
        : undefined;
    default:
      return eventReason(source.event, found);
  }
}

const WAYS = { ingress: 'come in', egress: 'go out', none: 'the program sees' } as const;

function callsReason(
  { calls, at }: Extract<HookSource, { kind: 'calls' }>,
  found: Occurrences,
  hooks: readonly string[],
): string | undefined {
  const there = found.calls.filter(({ count }) => count !== 0);
  if (there.length === 0) return 'no system calls in this recording';
  if (calls === 'all' || there.some((call) => calls.some((wanted) => isSame(call, wanted)))) {
    return found.isOver && calls !== 'all'
      ? `${namesOf(calls).join(', ')} did not ${WHEN[at]} in this recording`
      : undefined;
  }
  const names = namesOf(calls);
  const others = [...names, ...relatedCalls(names)].flatMap((name) =>
    there.filter((call) => call.name === name),
  );
  return `no ${whatOf(hooks, names)} in this recording${tellCalls(others.slice(0, LIMIT_OTHERS), names)}`;
}

const WHEN = { enter: 'begin', exit: 'return' } as const;
/** Calls of the family that are told of. */
const LIMIT_OTHERS = 4;
/** Names of calls that are told of, where a hook is at many. */
const LIMIT_NAMES = 3;

function isSame(call: Occurrences['calls'][number], wanted: SyscallInfo): boolean {
  return call.nr === wanted.nr && ARCHS[call.arch].audit === wanted.audit;
}

function namesOf(calls: readonly SyscallInfo[]): string[] {
  return [...new Set(calls.map(({ name }) => name))];
}

/** What is not there: the tracepoint where the hook is one, the calls elsewhere. */
function whatOf(hooks: readonly string[], names: readonly string[]): string {
  const tracepoint = hooks.length === 1 ? /^syscalls:(\w+)$/.exec(hooks[0]!)?.[1] : undefined;
  if (tracepoint !== undefined) return tracepoint;
  const rest = names.length - LIMIT_NAMES;
  return `${names.slice(0, LIMIT_NAMES).join(', ')}${rest > 0 ? ` or ${rest} more` : ''}`;
}

/** '; openat has 1,204, creat has 3', or '; it has openat, creat' where no counts are known; calls of the same name are those of another ABI. */
function tellCalls(calls: Occurrences['calls'], wanted: readonly string[]): string {
  if (calls.length === 0) return '';
  const told = calls.map(({ name, arch, count }) => {
    const who = wanted.includes(name) ? `${name} of ${arch}` : name;
    return count === undefined ? who : `${who} has ${count.toLocaleString('en-US')}`;
  });
  return `; ${calls[0]!.count === undefined ? 'it has ' : ''}${told.join(', ')}`;
}

/** What is missing where an event never comes. */
const EVENTS: Readonly<Record<EventName, string>> = {
  sched_process_fork: 'no process or thread is made',
  sched_process_exec: 'no program is started',
  sched_process_exit: 'no thread ends',
  task_rename: 'no thread gets a name',
  signal_generate: 'no signal is sent by anybody that is recorded',
  signal_deliver: 'no signal is delivered',
  sched_switch: 'no sched_switch',
  sched_wakeup: 'no sched_wakeup',
  sched_wakeup_new: 'no sched_wakeup_new',
  sched_waking: 'no sched_waking',
};
/** Those that come from the scheduler alone. */
const OF_SCHEDULER: ReadonlySet<EventName> = new Set([
  'sched_switch',
  'sched_wakeup',
  'sched_wakeup_new',
  'sched_waking',
]);

function eventReason(event: EventName, { recorder, isOver }: Occurrences): string | undefined {
  if (OF_SCHEDULER.has(event) && recorder === 'strace') {
    return `${EVENTS[event]} in this recording: ${recorder} does not record the scheduler`;
  }
  return isOver ? `${EVENTS[event]} in this recording` : undefined;
}
