// What the prog array panel says of slots: names, and which of them were hit since it was last drawn.
import type { ProgArrayView, ProgramsView, SyscallInfo } from '../../../backend/protocol/index.ts';
import { ARCHS, type Arch, SYSCALLS } from '../../../traces/index.ts';
import { mainArch } from './syscall-table.ts';

const ARCH_NAMES = Object.keys(ARCHS) as readonly Arch[]; // keys are the literal names of the table

/** Hooks where a program is handed the number of a system call, which it then jumps by. */
const DISPATCH_HOOKS = ['__seccomp_filter', 'sys_enter', 'sys_exit'];

/** From slot index to a name. */
export type SlotNames = (index: number) => string | undefined;

/** True when the object runs at a hook that hands it syscall numbers: then slot indices are numbers of system calls. */
export function dispatchesSyscalls(programs: ProgramsView): boolean {
  return programs.progs.some(({ attached }) =>
    attached.some((hook) => DISPATCH_HOOKS.some((name) => hook.includes(name))),
  );
}

/** Sections of programs that packets come to. */
const PACKET_SECTIONS = /^(socket|xdp|tcx?|classifier|action)\b/;

/** True when the object runs at packets, and nowhere else. */
export function filtersPackets(programs: ProgramsView): boolean {
  const attached = programs.progs.filter((prog) => prog.attached.length > 0);
  return attached.length > 0 && attached.every(({ section }) => PACKET_SECTIONS.test(section));
}

/**
 * What the slots stand for: a function from slot index to the system call of the recording's main ABI, which knows no names when the
 * object does not dispatch by them.
 */
export function slotNames(programs: ProgramsView, syscalls: readonly SyscallInfo[]): SlotNames {
  if (!dispatchesSyscalls(programs)) return () => undefined;
  const main = mainArch(syscalls);
  const table = SYSCALLS[ARCH_NAMES.find((arch) => arch === main) ?? 'x86_64'];
  return (index) => table.byNr(index)?.name;
}

/** Indices of slots whose hits (or calls that found it empty) rose from `before` to `now`. Nothing rises where there is no before. */
export function risenSlots(before: ProgArrayView | undefined, now: ProgArrayView): ReadonlySet<number> {
  const risen = new Set<number>();
  if (before === undefined) return risen;
  const counts = new Map(before.slots.map(({ index, hits, empty }) => [index, hits + empty]));
  for (const { index, hits, empty } of now.slots) {
    if (hits + empty > (counts.get(index) ?? 0)) risen.add(index);
  }
  return risen;
}

/** Where tail calls through an array went: jumps by slot, then fall-throughs by reason. */
export interface Outcome {
  readonly label: string;
  /** Slot of a hit, -1 for a fall-through. */
  readonly index: number;
  readonly kind: 'hit' | 'empty' | 'outOfRange' | 'limit';
  readonly count: number;
}

/** Fall-throughs, in the words of the page. The limit is 33 jumps a run. */
export const MISSES = {
  empty: { title: 'Empty slot', summary: 'the slot holds no program' },
  outOfRange: { title: 'Out of range', summary: 'the index is past the end of the array' },
  limit: { title: 'Limit of 33', summary: 'the run had made 33 tail calls already' },
} as const satisfies Record<keyof ProgArrayView['misses'], { title: string; summary: string }>;
export type Miss = keyof typeof MISSES;
export const MISS_NAMES = Object.keys(MISSES) as readonly Miss[]; // keys are the literal names above

/** Outcomes with a count, in the order of slots, then of MISSES. */
export function outcomes(array: ProgArrayView): readonly Outcome[] {
  const hits = array.slots.map(({ index, prog, hits }): Outcome => ({
    label: prog ?? `slot ${index}`,
    index,
    kind: 'hit',
    count: hits,
  }));
  const misses = MISS_NAMES.map((kind): Outcome => ({
    label: MISSES[kind].title,
    index: -1,
    kind,
    count: array.misses[kind],
  }));
  return [...hits, ...misses].filter(({ count }) => count > 0);
}

/** Deepest count of tail calls that a run had, -1 while nothing ran. */
export function deepest(depth: readonly number[]): number {
  return depth.findLastIndex((runs) => runs > 0);
}
