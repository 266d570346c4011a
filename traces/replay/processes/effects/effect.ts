// What a call changes about processes: when that is, and how.
import type { Call } from '../call.ts';
import type { Task } from '../task.ts';
import type { World } from '../world.ts';

/** What is done at a point of a call. */
export type Run = (task: Task, call: Call, world: World) => void;

/** `done`: at the exit of a call that did not fail; `failed`: of one that did. All of them come before the hooks of their point. */
export interface Effect {
  readonly enter?: Run;
  readonly done?: Run;
  readonly failed?: Run;
}

/** Effects by the name of the call, in all ABIs. */
export type Effects = Readonly<Record<string, Effect>>;
