// A replay session: a replay, its clock and its checkpoints. Pure: wall time is handed in, work is done when asked for, in
// slices, and nothing here knows of workers or sockets.
import type { Recording } from '../../traces/index.ts';
import type { OpenedProgram } from '../library/programs.ts';
import type { ClockView, MapPage } from '../protocol/index.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createClock } from './clock.ts';
import { buildFrame, FRESH_BASE, type FrameBase, type SessionFrame } from './frame.ts';
import { readMapPage } from './map-page.ts';
import { createRate } from './rate.ts';
import { createReplay, type Replay } from './replay.ts';

/** Wall ms of work before messages get their turn: a fifth of a frame. */
const SLICE_MS = 20;

/** Longest sleep of a playing session, and the shortest: timers are no finer. */
const SLEEP_MS = { most: 50, least: 2 } as const;

export interface SessionOptions {
  readonly recording: Recording;
  readonly program: OpenedProgram;
  /** Wall clock in ms that never steps back. */
  readonly wallMs: () => number;
  /** First epoch; each seek and restart takes the next. */
  readonly epoch?: number;
  readonly speed?: number;
  /** Count how often each insn runs; default false. */
  readonly profile?: boolean;
  readonly checkpointPoints?: number;
  readonly checkpointBytes?: number;
}

export interface Session {
  readonly replay: Replay;
  readonly epoch: number;
  readonly clock: ClockView;
  /** Recorded ns that the replay is behind its clock, or behind where a seek will end. */
  readonly lagNs: number;
  /** Plays on; from the start when the recording has ended. */
  play(): void;
  pause(): void;
  /** Plays from the start. */
  restart(): void;
  /**
   * Goes to the state that playing to `atNs` (clamped to the recording) would give; `onDone` is called when it is reached, or
   * as soon as another seek takes its place. A playing session plays on from there, an ended one stands.
   */
  seek(atNs: number, onDone?: () => void): void;
  setSpeed(speed: number): void;
  /** Stops time while nobody watches, and lets it go on; `clock.state` stays. */
  hold(isHeld: boolean): void;
  /** Answers a seek on its way; nothing is asked of the session any more. */
  end(): void;
  /** Does what is due, at most one slice. Wall ms until there will be more: 0 at once, Infinity not by itself. */
  work(): number;
  /** What a viewer that has `base` needs, and the base it then has; undefined when it has all there is. */
  frame(base: FrameBase): { readonly frame: SessionFrame; readonly base: FrameBase } | undefined;
  /** Throws UserError 'no-map'. */
  readMap(map: string, offset: number, limit: number): MapPage;
}

/** A paused session at 0. Throws UserError when the program does not load. */
export function createSession(options: SessionOptions): Session {
  const { recording, wallMs } = options;
  const { durationNs } = recording;
  const { profile = false } = options;
  const replay = createReplay(recording, { ...options.program, profile });
  const clock = createClock(durationNs, options.speed ?? 1);
  const checkpoints = createCheckpoints(replay.save(), options.checkpointPoints, options.checkpointBytes);
  const rate = createRate();
  let epoch = options.epoch ?? 1;
  let atNs = 0;
  let lagNs = 0;
  let done = 0;
  let isHeld = false;
  let changes = 0;
  let goal: { atNs: number; onDone: () => void } | undefined;

  const limitNs = (): number => {
    if (goal !== undefined) return goal.atNs >= durationNs ? Infinity : goal.atNs;
    return isHeld ? atNs : clock.targetNs(wallMs());
  };

  /** Up to the next checkpoint; says whether all that is due up to `limit` was taken. */
  const step = (limit: number, isLate: () => boolean): boolean => {
    const { cursor } = replay;
    const before = cursor.points;
    const isCaughtUp = replay.run(limit, checkpoints.pointsToNext(before), isLate);
    done += cursor.points - before;
    if (checkpoints.wants(cursor.points)) checkpoints.add(replay.save());
    return isCaughtUp;
  };

  const arrive = (limit: number): void => {
    lagNs = 0;
    atNs = Math.min(limit, durationNs);
    if (limit === Infinity) clock.end();
    if (goal === undefined) return;
    const { onDone } = goal;
    goal = undefined;
    clock.move(atNs, wallMs());
    onDone();
  };

  const fallBehind = (limit: number): void => {
    atNs = replay.cursor.points === 0 ? 0 : Math.max(0, replay.cursor.atNs);
    const isOpenEnded = goal === undefined && clock.speed === 0;
    lagNs = isOpenEnded ? 0 : Math.max(0, Math.min(limit, durationNs) - atNs);
  };

  const work = (): number => {
    if (clock.state === 'ended' && goal === undefined) return Infinity;
    const startMs = wallMs();
    const isLate = (): boolean => wallMs() - startMs >= SLICE_MS;
    const limit = limitNs();
    let isCaughtUp = false;
    do isCaughtUp = step(limit, isLate);
    while (!isCaughtUp && !isLate());
    if (isCaughtUp) arrive(limit);
    else fallBehind(limit);
    rate.note(done, wallMs());
    return isCaughtUp ? sleepMs() : 0;
  };

  const sleepMs = (): number => {
    if (clock.state !== 'playing' || isHeld) return Infinity;
    const nextMs = (replay.cursor.nextNs() - atNs) / (clock.speed * 1e6);
    return Math.min(SLEEP_MS.most, Math.max(SLEEP_MS.least, nextMs));
  };

  const seek = (toNs: number, onDone: () => void = () => {}): void => {
    const target = Math.min(Math.max(0, toNs), durationNs);
    goal?.onDone();
    goal = { atNs: target, onDone };
    epoch++;
    const nearest = checkpoints.before(target);
    const { cursor } = replay;
    const isAhead = cursor.points > 0 && cursor.atNs > target;
    if (isAhead || nearest.points > cursor.points) replay.restore(nearest);
    if (clock.state === 'ended' && target < durationNs) clock.pause(target);
    fallBehind(target);
  };

  const restart = (): void => {
    seek(0);
    clock.play(0, wallMs());
  };

  const clockView = (): ClockView => ({ state: clock.state, atNs, durationNs, speed: clock.speed });

  return {
    replay,
    get epoch() {
      return epoch;
    },
    get clock() {
      return clockView();
    },
    get lagNs() {
      return lagNs;
    },
    play: () => {
      changes++;
      if (clock.state === 'ended' && goal === undefined) restart();
      else if (clock.state !== 'playing') clock.play(atNs, wallMs());
    },
    pause: () => {
      changes++;
      if (clock.state !== 'playing') return;
      work();
      if (clock.state === 'playing') clock.pause(atNs);
    },
    restart,
    seek,
    setSpeed: (speed) => {
      changes++;
      work();
      clock.setSpeed(speed, atNs, wallMs());
    },
    hold: (hold) => {
      if (hold === isHeld) return;
      if (hold) work();
      isHeld = hold;
      clock.move(atNs, wallMs());
    },
    end: () => goal?.onDone(),
    work,
    frame: (base) => {
      work();
      const pointsPerS = rate.perSecond(wallMs());
      const known = base.epoch === epoch ? base : FRESH_BASE;
      const stamp = `${epoch} ${changes} ${clock.state} ${atNs} ${replay.cursor.points} ${pointsPerS}`;
      if (base.stamp === stamp) return undefined;
      return buildFrame(replay, known, { epoch, stamp, clock: clockView(), pointsPerS, lagNs });
    },
    readMap: (map, offset, limit) => readMapPage(replay.object, map, offset, limit),
  };
}
