// What the programs of some plans need of a batch, as slots of prog_arrays are now; or why there can be none.
import type { KernelProg } from '../../kernel/prog.ts';
import type { KernelMap, RecordBuffer } from '../../maps/map.ts';
import type { BatchInput } from './batch.ts';
import { MAX_BUFFERS } from './layout.ts';
import { reachedFrom } from '../reached.ts';
import { needsOf, type EventCell } from './needs.ts';
import type { Plan, Plans } from './plans.ts';

/** The machine, as it is surveyed. */
export interface SurveyWorld {
  readonly cpus: number;
  /** Grows when slots change, programs go, or a snapshot is restored. */
  changes(): number;
  /** All maps of the machine. */
  maps(): Iterable<KernelMap>;
}

/** What was found. */
export interface Survey {
  readonly input: BatchInput;
  /** Two with the same text need the same code. */
  readonly code: string;
  /** True while nothing has changed that it says. */
  isTrue(): boolean;
}

/** Surveys what the plans come to; in words why there can be no batch. */
export function surveyOf(plans: Plans, world: SurveyWorld): Survey | string {
  const changes = world.changes();
  const all = reachedFrom(plans.runs.map(({ prog }) => prog));
  const why = whyNot(plans, all);
  if (why !== undefined) return why;
  const writers = new Set([...all].filter(({ usedMaps }) => usedMaps.some(holdsRecords)));
  const maps = [...new Set([...writers].flatMap(({ usedMaps }) => usedMaps.filter(holdsRecords)))];
  const buffers = buffersOf(maps, world);
  if (buffers.length > MAX_BUFFERS)
    return `there are ${buffers.length} buffers of records, and ${MAX_BUFFERS} can be followed`;
  const reach = new Map(plans.all.map((plan) => [plan, reachedFrom(progsOf(plan))]));
  const cells = new Map([...reach].map(([plan, progs]) => [plan, cellsOf(progs)]));
  const records = new Map([...reach].map(([plan, progs]) => [plan, !progs.isDisjointFrom(writers)]));
  const needs = [...all].map(needsOf);
  const wantsMemory =
    needs.some(({ point }) => point !== undefined) ||
    plans.all.some(({ stages }) => stages.some(({ place }) => place.wants !== 'numbers'));
  const input: BatchInput = {
    plans,
    cpus: world.cpus,
    cellsOf: (plan) => cells.get(plan)!,
    writesRecords: (plan) => records.get(plan)!,
    buffers,
    wants: wantsMemory ? 'memory' : 'columns',
    runsLater: needs.some(({ runsLater }) => runsLater),
  };
  const byPlan = plans.all.map((plan) => [[...input.cellsOf(plan)].toSorted(), records.get(plan)]);
  return {
    input,
    code: JSON.stringify([byPlan, placesOf(buffers)]),
    isTrue: () => world.changes() === changes && placesOf(buffersOf(maps, world)) === placesOf(buffers),
  };
}

/** Why the programs are handed their points one by one. */
function whyNot({ all }: Plans, progs: ReadonlySet<KernelProg>): string | undefined {
  for (const prog of progs) {
    if (prog.known === undefined) return `${prog.name} was not verified`;
    const { point } = needsOf(prog);
    if (point?.what === 'task') return `${prog.name} asks for the current task (${point.call})`;
  }
  for (const { stages } of all) {
    const stage = stages.find(({ place }) => place.wants === 'facts');
    if (stage !== undefined)
      return `${stage.runs[0]!.prog.name} gets what the current task has open, at ${stage.place.name}`;
  }
  return undefined;
}

function progsOf({ stages }: Plan): readonly KernelProg[] {
  return stages.flatMap(({ runs }) => runs.map(({ prog }) => prog));
}

function cellsOf(progs: ReadonlySet<KernelProg>): ReadonlySet<EventCell> {
  const cells = new Set<EventCell>();
  for (const prog of progs) for (const cell of needsOf(prog).cells) cells.add(cell);
  return cells;
}

const RECORD_TYPES: ReadonlySet<string> = new Set(['ringbuf', 'perf_event_array']);

/** Of a map of maps: whether those in it do. */
function holdsRecords({ spec }: KernelMap): boolean {
  return RECORD_TYPES.has((spec.inner ?? spec).type);
}

/** Buffers of maps. Which maps stand in a map of maps may change at any time: then those of all. */
function buffersOf(used: readonly KernelMap[], world: SurveyWorld): readonly RecordBuffer[] {
  const maps = used.some(({ spec }) => spec.inner !== undefined) ? [...world.maps()] : used;
  return [...new Set(maps.flatMap(({ records }) => records?.buffers() ?? []))];
}

/** What generated code knows of buffers. */
function placesOf(buffers: readonly RecordBuffer[]): string {
  return buffers.map(({ writtenAt, cpu }) => `${writtenAt} ${cpu}`).join(',');
}
