// Whether the events of a machine can be handed to its programs many at once, and the loop that does it: made anew when what is attached changes, or what
// programs can jump to.
import type { Attachments, Link } from '../../kernel/attachments.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import type { KernelMap, RecordBuffer } from '../../maps/map.ts';
import { Batch, type BatchInput, type BatchWorld } from './batch.ts';
import { MAX_BUFFERS } from './layout.ts';
import { loopCode } from './loop-code.ts';
import { needsOf, reachedFrom, type EventCell } from './needs.ts';
import { Plans, type Plan } from './plans.ts';
import { BatchRows } from './rows.ts';

/** The machine, as it is asked whether it can. */
export interface BatchesWorld extends Omit<BatchWorld, 'input'> {
  readonly attachments: Attachments;
  readonly cpus: number;
  /** Grows when slots change, programs go, or a snapshot is restored. */
  changes(): number;
  /** All maps of the machine. */
  maps(): Iterable<KernelMap>;
}

/** A batch, or why there is none. */
export type BatchAnswer =
  | { readonly batch: Batch; readonly why?: undefined }
  | { readonly batch?: undefined; readonly why: string };

/** What was found of the programs that run, at one moment. */
interface Found {
  readonly input: BatchInput;
  /** Two of the same text are the same. */
  readonly text: string;
}

/** The batches of one machine. */
export class Batches {
  private readonly world: BatchesWorld;
  private readonly rows: BatchRows;
  private links: readonly Link[] | undefined;
  private plans: Plans | undefined;
  private changes = -1;
  private answer: BatchAnswer = { why: '' };
  private found: Found | undefined;

  constructor(world: BatchesWorld) {
    this.world = world;
    this.rows = new BatchRows(world.memory);
  }

  /** What holds until programs are attached, detached or replaced. */
  ask(): BatchAnswer {
    const { world } = this;
    const links = world.attachments.save();
    if (world.cpu.engine === 'interp') return { why: 'the interpreter runs points one by one' };
    if (links === this.links && world.changes() === this.changes) return this.answer;
    if (links !== this.links) this.plans = undefined;
    this.links = links;
    this.changes = world.changes();
    this.plans ??= new Plans(world.attachments);
    const { plans } = this;
    const found = this.find(plans);
    if (typeof found === 'string') return (this.answer = { why: found });
    const isSame = this.answer.batch?.isOf(plans) === true && this.found?.text === found.text;
    if (!isSame) this.link(found);
    if (this.answer.batch?.isOf(plans) !== true) {
      this.answer = { batch: new Batch({ ...world, input: () => this.input(plans) }, this.rows) };
    }
    return this.answer;
  }

  /** What a batch that was handed out is made of, as programs are now. */
  private input(plans: Plans): BatchInput {
    if (plans !== this.plans)
      throw new Error('programs were attached or detached: the batch is one of before');
    const found = this.find(plans);
    // What is asked for beyond what batches give is not there: whoever asks anew is told so.
    if (typeof found === 'string') return this.found!.input;
    if (found.text !== this.found?.text) this.link(found);
    return found.input;
  }

  private link(found: Found): void {
    this.found = found;
    this.world.cpu.link(loopCode(found.input));
  }

  /** What the programs of the plans need; why there can be no batch. */
  private find(plans: Plans): Found | string {
    const { world } = this;
    const reach = new Map(plans.all.map((plan) => [plan, reachedFrom(progsOf(plan))]));
    const all = reachedFrom(plans.runs.map(({ prog }) => prog));
    const why = whyNot(plans, all);
    if (why !== undefined) return why;
    const writers = new Set([...all].filter((prog) => prog.usedMaps.some(holdsRecords)));
    const buffers = this.buffersOf(writers);
    if (buffers.length > MAX_BUFFERS)
      return `there are ${buffers.length} buffers of records, and ${MAX_BUFFERS} can be followed`;
    const cells = new Map([...reach].map(([plan, progs]) => [plan, cellsOf(progs)]));
    const records = new Map(
      [...reach].map(([plan, progs]) => [plan, [...progs].some((prog) => writers.has(prog))]),
    );
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
    const text = JSON.stringify([
      plans.all.map((plan) => [[...cells.get(plan)!].toSorted(), records.get(plan)]),
      buffers.map(({ writtenAt, cpu }) => [writtenAt, cpu]),
    ]);
    return { input, text };
  }

  /** Buffers that the programs may write to. Which maps stand in a map of maps may change at any time: then all. */
  private buffersOf(progs: ReadonlySet<KernelProg>): readonly RecordBuffer[] {
    const used = new Set([...progs].flatMap(({ usedMaps }) => usedMaps.filter(holdsRecords)));
    const maps = [...used].some(({ spec }) => spec.inner !== undefined) ? this.world.maps() : used;
    return [...new Set([...maps].flatMap(({ records }) => records?.buffers() ?? []))];
  }
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

function holdsRecords({ spec }: KernelMap): boolean {
  return RECORD_TYPES.has((spec.inner ?? spec).type);
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
