// Properties of maps: any steps, done to a map and to a plain model of it, have the same answers, with snapshots that are taken and gone back to in between.
import * as fc from 'fast-check';
import { expect } from 'vitest';
import type { Machine, MachineSnapshot } from '../../../../vm/index.ts';

export const CPUS = 2;

/** What is done. A step reads of it what it needs. */
export interface Step {
  readonly what: string;
  /** As hex. */
  readonly key: string;
  /** 0 to 255. */
  readonly value: number;
  readonly flags: number;
  readonly cpu: number;
}

/** A map, or a model of one. */
export interface Side {
  /** Does a step, and answers what can be seen of it. */
  step(step: Step): unknown;
  save(): void;
  /** Back to the last save, or to the beginning. */
  rewind(): void;
}

/** What a map is held against. */
export interface MapProperty {
  readonly title: string;
  /** Names of steps; one that stands here twice comes twice as often. */
  readonly whats: readonly string[];
  readonly keys: fc.Arbitrary<string>;
  readonly flags: readonly number[];
  readonly real: () => Side;
  readonly model: () => Side;
}

/** The answer of a model that takes any. */
export const EITHER = 'either';

/** A map in a machine. */
export function realSide(machine: Machine, steps: Record<string, (step: Step) => unknown>): Side {
  let saved: MachineSnapshot = machine.snapshot();
  return {
    step: (step) => steps[step.what]!(step),
    save() {
      saved = machine.snapshot();
    },
    rewind: () => machine.restore(saved),
  };
}

/** A model: plain data, and what the steps do to it. */
export function modelSide<T>(start: T, steps: Record<string, (state: T, step: Step) => unknown>): Side {
  let state = structuredClone(start);
  let saved = start;
  return {
    step: (step) => steps[step.what]!(state, step),
    save() {
      saved = structuredClone(state);
    },
    rewind() {
      state = structuredClone(saved);
    },
  };
}

/** u32 below `count` as keys. */
export function indices(count: number): fc.Arbitrary<string> {
  return fc.nat({ max: count - 1 }).map(hexOfU32);
}

export function hexOfU32(value: number): string {
  return Buffer.from(Uint32Array.of(value).buffer).toString('hex');
}

/** Holds a property for `runs` sequences of steps from a seed. fast-check prints the shortest that fails. */
export function holds(property: MapProperty, seed: number, runs: number): void {
  const { whats, keys, flags, real, model } = property;
  const steps = fc.array(
    fc.record({
      what: fc.constantFrom(...whats, 'save', 'rewind'),
      key: keys,
      value: fc.nat({ max: 255 }),
      flags: fc.constantFrom(...flags),
      cpu: fc.nat({ max: CPUS - 1 }),
    }),
    { maxLength: 100, size: 'max' },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const [map, plain] = [real(), model()];
      for (const step of all) {
        if (step.what === 'save' || step.what === 'rewind') {
          map[step.what]();
          plain[step.what]();
          continue;
        }
        const [answer, expected] = [map.step(step), plain.step(step)];
        if (expected !== EITHER) expect([step, answer]).toEqual([step, expected]);
      }
    }),
    { seed, numRuns: runs },
  );
}
