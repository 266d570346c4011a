// Saved states along a replay, so that a seek runs a short way only.
import type { ReplayState } from './replay.ts';

/** Points from one checkpoint to the next at first: about a tenth of a second of replay. */
const CHECKPOINT_POINTS = 32_768;

/** Memory that checkpoints may take: some 900 of tracex5, or 30 million points, before they are thinned out. */
const CHECKPOINT_BYTES = 256 * 1024 * 1024;

export interface Checkpoints {
  /** Points still to go from `points` until the next checkpoint is due; never 0. */
  pointsToNext(points: number): number;
  /** Whether a state at `points` is worth keeping. */
  wants(points: number): boolean;
  add(state: ReplayState): void;
  /** The latest state not after `atNs`; the first one there is when all are. */
  before(atNs: number): ReplayState;
  readonly count: number;
  readonly byteSize: number;
}

/**
 * Checkpoints over `first`, the state before any point. When they outgrow `limitBytes`, every second one is dropped and the
 * distance doubles.
 */
export function createCheckpoints(
  first: ReplayState,
  everyPoints = CHECKPOINT_POINTS,
  limitBytes = CHECKPOINT_BYTES,
): Checkpoints {
  let distance = everyPoints;
  let states = [first];
  let byteSize = first.byteSize;
  const indexBefore = (isAfter: (state: ReplayState) => boolean): number => {
    let low = 0;
    let high = states.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isAfter(states[middle]!)) high = middle;
      else low = middle + 1;
    }
    return Math.max(0, low - 1);
  };
  /** Drops every second state, again and again until the others fit. */
  const thin = (): void => {
    if (byteSize <= limitBytes || states.length <= 2) return;
    distance *= 2;
    states = states.filter((state) => state.points % distance === 0);
    byteSize = states.reduce((sum, state) => sum + state.byteSize, 0);
    thin();
  };
  return {
    pointsToNext: (points) => distance - (points % distance),
    wants: (points) =>
      points > 0 && points % distance === 0 && states[indexBefore((s) => s.points > points)]!.points < points,
    add: (state) => {
      states.splice(indexBefore((s) => s.points > state.points) + 1, 0, state);
      byteSize += state.byteSize;
      thin();
    },
    before: (atNs) => states[indexBefore((s) => s.points > 0 && s.atNs > atNs)]!,
    get count() {
      return states.length;
    },
    get byteSize() {
      return byteSize;
    },
  };
}
