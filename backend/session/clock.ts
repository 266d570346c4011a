// The replay clock: where the replay should be at a moment of wall time.
//
// It is absolute: a base (recorded ns at a wall time) and a speed, so that slow slices never add up to drift. Whatever changes
// the pace sets a new base.
import type { ClockState } from '../protocol/index.ts';

export interface Clock {
  readonly state: ClockState;
  /** Recorded seconds a second of wall time; 0 means as fast as it can. */
  readonly speed: number;
  /** Recorded ns up to which points are due at `wallMs`; Infinity when all the rest is due. */
  targetNs(wallMs: number): number;
  /** Plays on from `atNs`. */
  play(atNs: number, wallMs: number): void;
  pause(atNs: number): void;
  /** Stands at `atNs` without a change of state; time goes on from `wallMs`. */
  move(atNs: number, wallMs: number): void;
  setSpeed(speed: number, atNs: number, wallMs: number): void;
  end(): void;
}

/** A paused clock at 0 for a recording of `durationNs`. Wall times are ms of any clock that does not step back. */
export function createClock(durationNs: number, speed: number): Clock {
  let state: ClockState = 'paused';
  let pace = speed;
  let baseNs = 0;
  let baseMs = 0;
  const move = (atNs: number, wallMs: number): void => {
    baseNs = atNs;
    baseMs = wallMs;
  };
  return {
    get state() {
      return state;
    },
    get speed() {
      return pace;
    },
    targetNs: (wallMs) => {
      if (state === 'ended') return Infinity;
      if (state === 'paused') return baseNs;
      if (pace === 0) return Infinity;
      const target = baseNs + (wallMs - baseMs) * 1e6 * pace;
      return target >= durationNs ? Infinity : target;
    },
    play: (atNs, wallMs) => {
      state = 'playing';
      move(atNs, wallMs);
    },
    pause: (atNs) => {
      state = 'paused';
      baseNs = atNs;
    },
    move,
    setSpeed: (speed, atNs, wallMs) => {
      pace = speed;
      move(atNs, wallMs);
    },
    end: () => {
      state = 'ended';
    },
  };
}
