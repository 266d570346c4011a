// How many points were taken in the last second of wall time.

const WINDOW_MS = 1000;
/** Steps of the window: the rate forgets in steps of this size. */
const STEP_MS = 50;

export interface Rate {
  /** `done` points were taken in all by `wallMs`. */
  note(done: number, wallMs: number): void;
  /** Points in the second before `wallMs`. */
  perSecond(wallMs: number): number;
}

export function createRate(): Rate {
  let samples: { done: number; wallMs: number }[] = [];
  let done = 0;
  return {
    note: (count, wallMs) => {
      const last = samples.at(-1);
      if (last === undefined || wallMs - last.wallMs >= STEP_MS) samples.push({ done, wallMs });
      done = count;
    },
    perSecond: (wallMs) => {
      samples = samples.filter((sample) => sample.wallMs > wallMs - WINDOW_MS);
      const oldest = samples[0];
      return oldest === undefined ? 0 : done - oldest.done;
    },
  };
}
