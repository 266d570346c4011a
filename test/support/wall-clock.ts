// A wall clock that goes when the test says so.

export interface WallClock {
  readonly nowMs: () => number;
  pass(ms: number): void;
}

/** A clock at `startMs`. */
export function createWallClock(startMs = 1000): WallClock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    pass: (ms) => {
      nowMs += ms;
    },
  };
}
