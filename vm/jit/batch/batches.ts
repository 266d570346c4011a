// Whether the events of a machine can be handed to its programs many at once, and the loop that does it: made anew when what is attached changes, or what
// programs can jump to.
import type { Attachments, Link } from '../../kernel/attachments.ts';
import { whyNoCode } from '../engine/host-support.ts';
import { Batch, type BatchInput, type BatchWorld } from './batch.ts';
import { loopCode } from './loop-code.ts';
import { Plans } from './plans.ts';
import { BatchRows } from './rows.ts';
import { surveyOf, type Survey, type SurveyWorld } from './survey.ts';

/** The machine, as it is asked whether it can. */
export interface BatchesWorld extends Omit<BatchWorld, 'input'>, SurveyWorld {
  readonly attachments: Attachments;
}

/** A batch, or why there is none. */
export type BatchAnswer =
  | { readonly batch: Batch; readonly why?: undefined }
  | { readonly batch?: undefined; readonly why: string };

/** The batches of one machine. */
export class Batches {
  private readonly world: BatchesWorld;
  private readonly rows: BatchRows;
  /** What was attached when it was asked last, and what is run for it. */
  private links: readonly Link[] | undefined;
  private plans: Plans | undefined;
  private changes = -1;
  private answer: BatchAnswer = { why: '' };
  /** What the loop was made for that is linked. */
  private survey: Survey | undefined;

  constructor(world: BatchesWorld) {
    this.world = world;
    this.rows = new BatchRows(world.memory);
  }

  /** What holds until programs are attached, detached or replaced. */
  ask(): BatchAnswer {
    const { world } = this;
    if (world.cpu.engine === 'interp') return { why: 'the interpreter runs points one by one' };
    const lack = whyNoCode();
    if (lack !== undefined) return { why: lack };
    const links = world.attachments.save();
    const changes = world.changes();
    if (links === this.links && changes === this.changes) return this.answer;
    const plans =
      links === this.links && this.plans !== undefined ? this.plans : new Plans(world.attachments);
    this.links = links;
    this.changes = changes;
    this.plans = plans;
    const survey = surveyOf(plans, world);
    if (typeof survey === 'string') return (this.answer = { why: survey });
    this.take(survey);
    if (this.answer.batch?.isOf(plans) !== true) {
      this.answer = { batch: new Batch({ ...world, input: () => this.input(plans) }, this.rows) };
    }
    return this.answer;
  }

  /** What a batch that was handed out is made of, as programs are now. */
  private input(plans: Plans): BatchInput {
    if (plans !== this.plans)
      throw new Error('programs were attached or detached: the batch is one of before');
    const known = this.survey!; // of the batch that asks
    if (known.isTrue()) return known.input;
    const survey = surveyOf(plans, this.world);
    // What programs ask for now beyond what a batch can give is not there; whoever asks for a batch anew is told so.
    if (typeof survey === 'string') return known.input;
    this.take(survey);
    return survey.input;
  }

  private take(survey: Survey): void {
    const old = this.survey;
    this.survey = survey;
    const isLinked = old?.input.plans === survey.input.plans && old.code === survey.code;
    if (!isLinked) this.world.cpu.link(loopCode(survey.input));
  }
}
