// What runs at the points of a batch: each different list of stages is a plan with a number.
import type { Attachments, Stage } from '../../kernel/attachments.ts';
import type { RunEvent } from '../../interp/host.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import { callKey, type CallKey } from '../../kernel/syscalls.ts';

/** A program at a place. Numbers of runs are those of a batch: from 0, through all plans. */
export interface PlannedRun {
  readonly id: number;
  readonly prog: KernelProg;
  readonly event: RunEvent;
  readonly plan: Plan;
  /** Where it stands in the plan: which stage, and which of its runs. */
  readonly stage: number;
  readonly index: number;
}

/** What runs at a point. */
export interface Plan {
  readonly stages: readonly Stage[];
  /** By stage. */
  readonly runs: readonly (readonly PlannedRun[])[];
}

type Phase = 'enter' | 'exit';

/** The plans of one list of attachments. Number 0 is no plan. */
export class Plans {
  readonly all: readonly Plan[];
  readonly runs: readonly PlannedRun[];
  private readonly always: Readonly<Record<Phase, number>>;
  private readonly byCall: Readonly<Record<Phase, ReadonlyMap<CallKey, number>>>;

  constructor(attachments: Attachments) {
    const numbers = new Map<string, number>();
    const names = new Map<object, number>();
    const nameOf = (part: object): number => {
      if (!names.has(part)) names.set(part, names.size);
      return names.get(part)!;
    };
    const all: Plan[] = [];
    const runs: PlannedRun[] = [];
    /** Lists of the same places and programs are the same plan, whichever call has them. */
    const numberOf = (stages: readonly Stage[]): number => {
      if (stages.length === 0) return 0;
      const key = stages
        .map(({ place, runs: own }) => [place, ...own.map(({ prog }) => prog)].map(nameOf).join(' '))
        .join(',');
      const known = numbers.get(key);
      if (known !== undefined) return known;
      const plan: Plan = { stages, runs: stages.map(() => []) };
      all.push(plan);
      for (const [stage, { runs: own }] of stages.entries()) {
        for (const [index, { prog, event }] of own.entries()) {
          const run = { id: runs.length, prog, event, plan, stage, index };
          runs.push(run);
          (plan.runs[stage] as PlannedRun[]).push(run); // made just above
        }
      }
      numbers.set(key, all.length);
      return all.length;
    };
    const { enter, exit } = attachments.stagesByCall;
    this.always = { enter: numberOf(enter.always), exit: numberOf(exit.always) };
    const ofCalls = (byCall: ReadonlyMap<CallKey, readonly Stage[]>): ReadonlyMap<CallKey, number> =>
      new Map([...byCall].map(([key, stages]) => [key, numberOf(stages)]));
    this.byCall = { enter: ofCalls(enter.byCall), exit: ofCalls(exit.byCall) };
    this.all = all;
    this.runs = runs;
  }

  /** See EventBatch.plan. */
  number(at: Phase, audit: number, nr: number): number {
    const byCall = this.byCall[at];
    if (byCall.size === 0 || nr < 0) return this.always[at];
    return byCall.get(callKey(audit, nr)) ?? this.always[at];
  }
}
