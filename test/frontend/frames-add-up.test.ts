// What the page has put together from the frames of a session is what a whole frame says, whatever frames were left out and
// whatever was done to the clock; and the end is the same as that of a straight run.
import { describe, expect, test } from 'vitest';
import {
  createSession,
  FRESH_BASE,
  openProgram,
  readProgram,
  type Session,
  type SessionFrame,
} from '../../backend/index.ts';
import type { Frame } from '../../backend/protocol/index.ts';
import { INITIAL_STATE, type PageState } from '../../frontend/src/state/page-state.ts';
import { reduce } from '../../frontend/src/state/reduce.ts';
import type { Recording } from '../../traces/index.ts';
import { recordingOf } from '../support/logs.ts';
import { Random, seedOf } from '../support/seed.ts';
import { createWallClock, type WallClock } from '../support/wall-clock.ts';

const SEED = seedOf(2026);
const STEPS = 120;
const SPEEDS = [0.1, 1, 10, 1000, 0];
/** Lines that a whole frame has at most. */
const WHOLE_LINES = 500;

function start(recording: Recording, program: string): { session: Session; clock: WallClock } {
  const clock = createWallClock();
  const session = createSession({
    recording,
    program: openProgram(readProgram(program)),
    wallMs: clock.nowMs,
    checkpointPoints: 700,
  });
  return { session, clock };
}

/** Something that a viewer, or the lack of one, does to a session. */
function meddle(session: Session, clock: WallClock, random: Random): void {
  const { durationNs } = session.clock;
  const choices: readonly (() => void)[] = [
    () => session.seek(random.below(1000) * 1.05e-3 * durationNs),
    () => session.pause(),
    () => session.restart(),
    () => session.setSpeed(random.pick(SPEEDS)),
    () => {
      session.hold(true);
      session.hold(false);
    },
  ];
  if (random.below(6) === 0) random.pick(choices)();
  else if (random.below(3) === 0) session.play();
  clock.pass((random.below(1000) * durationNs) / 1e6 / 1e5);
  session.work();
}

function asSent(frame: SessionFrame, seq: number): Frame {
  return structuredClone({ ...frame, seq, merged: 0 });
}

/** What is left of a frame without the way there. */
function endOf(session: Session): unknown {
  const { epoch: _e, pointsPerS: _p, clock: _c, ...end } = session.frame(FRESH_BASE)!.frame;
  return end;
}

describe(`frames that a viewer takes now and then (seed ${SEED})`, () => {
  test.each(
    ['dd', 'fail', 'signals', 'shell'].flatMap((log) =>
      ['tracex5', 'syscount', 'latency', 'opensnoop'].map((program) => [log, program] as const),
    ),
  )('of %s through %s add up to the whole', async (log, program) => {
    const recording = await recordingOf(log);
    const random = new Random(SEED);
    const { session, clock } = start(recording, program);
    let base = FRESH_BASE;
    let page: PageState = INITIAL_STATE;
    for (let step = 0; step < STEPS; step++) {
      meddle(session, clock, random);
      const next = random.below(3) === 0 ? session.frame(base) : undefined;
      if (next === undefined) continue;
      const before = page.frame;
      base = next.base;
      page = reduce(page, { kind: 'frame', frame: asSent(next.frame, step + 1) });
      if (before !== undefined && before.epoch === page.frame?.epoch)
        expect(page.frame.clock.atNs, `step ${step}`).toBeGreaterThanOrEqual(before.clock.atNs);
      const whole = reduce(INITIAL_STATE, {
        kind: 'frame',
        frame: asSent(session.frame(FRESH_BASE)!.frame, 1),
      });
      expect(page.heat, `step ${step}`).toEqual(whole.heat);
      expect(page.pipe.total, `step ${step}`).toBe(whole.pipe.total);
      expect(page.pipe.lines.slice(-WHOLE_LINES), `step ${step}`).toEqual(whole.pipe.lines);
    }
    session.setSpeed(0);
    session.play();
    while (session.clock.state !== 'ended') session.work();
    const straight = start(recording, program).session;
    straight.seek(Infinity);
    straight.work();
    expect(endOf(session)).toEqual(endOf(straight));
    for (const { spec } of session.replay.object.maps)
      expect(session.readMap(spec.name, 0, 500)).toEqual(straight.readMap(spec.name, 0, 500));
  });
});
