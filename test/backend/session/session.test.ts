// The pure session over real recordings: whatever the way to a moment, the state there is the same.
import { beforeAll, describe, expect, test } from 'vitest';
import { openProgram, readProgram } from '../../../backend/library/programs.ts';
import { FRESH_BASE, type SessionFrame } from '../../../backend/session/frame.ts';
import { createSession, type Session } from '../../../backend/session/session.ts';
import { summarize, type Recording } from '../../../traces/index.ts';
import { recordingOf } from '../../support/logs.ts';
import { createWallClock, type WallClock } from '../../support/wall-clock.ts';

const SMALL_STEP = 500;
let recording: Recording;

beforeAll(async () => {
  recording = await recordingOf('signals');
});

function start(
  of: Recording,
  options: { program?: string; speed?: number } = {},
): { session: Session; clock: WallClock } {
  const clock = createWallClock();
  const session = createSession({
    recording: of,
    program: openProgram(readProgram(options.program ?? 'tracex5')),
    wallMs: clock.nowMs,
    speed: options.speed ?? 1,
    checkpointPoints: SMALL_STEP,
  });
  return { session, clock };
}

/** Works in steps of `stepMs` of wall time until the session ends. */
function playOut(session: Session, clock: WallClock, stepMs: number): number {
  let steps = 0;
  for (; session.clock.state === 'playing' && steps < 1_000_000; steps++) {
    session.work();
    clock.pass(stepMs);
  }
  return steps;
}

/** Everything a frame says of the state, without what belongs to the way there. */
function stateOf(session: Session): Omit<SessionFrame, 'epoch' | 'clock' | 'pointsPerS' | 'lagNs'> {
  const {
    epoch: _,
    clock: _clock,
    pointsPerS: _rate,
    lagNs: _lag,
    ...state
  } = session.frame(FRESH_BASE)!.frame;
  return state;
}

/** Entries of every map. */
function mapsOf(session: Session): unknown {
  return session.replay.object.maps.map((map) => session.readMap(map.spec.name, 0, 500));
}

/** The state that seeking a fresh session to `atNs` gives. */
function playedTo(of: Recording, atNs: number, program?: string): Session {
  const { session, clock } = start(of, program === undefined ? {} : { program });
  session.play();
  clock.pass(atNs / 1e6);
  session.work();
  return session;
}

describe('totals at the end', () => {
  test.each([0.1, 1, 7, 100, 1000, 0])('are those of summarize() at speed %d', (speed) => {
    const summary = summarize(recording);
    const { session, clock } = start(recording, { speed });
    session.play();
    playOut(session, clock, speed === 0 ? 10 : 10_000 / speed);
    const { frame } = session.frame(FRESH_BASE)!;
    expect(session.clock).toMatchObject({ state: 'ended', atNs: recording.durationNs });
    expect(frame).toMatchObject({ calls: summary.calls, threads: summary.threads });
    expect(frame.errors).toBe(Object.values(summary.errors).reduce((sum, count) => sum + count, 0));
    expect(frame.categories).toEqual([...summary.categories]);
  });
});

describe('a seek', () => {
  test.each(['tracex5', 'syscount'])(
    'gives the state that playing to the same moment gives, backwards and forwards (%s)',
    async (program) => {
      const shell = await recordingOf('shell');
      const { session } = start(shell, { program });
      for (const part of [0.5, 0.9, 0.2, 0.21, 0, 1, 0.7]) {
        const atNs = Math.floor(shell.durationNs * part);
        session.seek(atNs);
        session.work();
        const played = playedTo(shell, atNs, program);
        expect(stateOf(session), `at ${part}`).toEqual(stateOf(played));
        expect(mapsOf(session), `at ${part}`).toEqual(mapsOf(played));
      }
    },
  );

  test('begins a new epoch, says when it has arrived, and leaves a paused session paused', () => {
    const { session } = start(recording);
    const before = session.epoch;
    let arrived = 0;
    session.seek(recording.durationNs / 2, () => arrived++);
    expect(session.epoch).toBe(before + 1);
    session.work();
    expect(arrived).toBe(1);
    expect(session.clock).toMatchObject({ state: 'paused', atNs: recording.durationNs / 2 });
  });

  test('answers the seek whose place it takes', () => {
    const { session } = start(recording);
    const answered: string[] = [];
    session.seek(100e6, () => answered.push('first'));
    session.seek(200e6, () => answered.push('second'));
    session.work();
    expect(answered).toEqual(['first', 'second']);
    expect(session.clock.atNs).toBe(200e6);
  });

  test('plays on from where it went when it came while playing', () => {
    const { session, clock } = start(recording);
    session.play();
    session.work();
    session.seek(100e6);
    session.work();
    clock.pass(50);
    session.work();
    expect(session.clock).toMatchObject({ state: 'playing', atNs: 150e6 });
  });

  test('beyond the end ends there, and from the end back stands', () => {
    const { session } = start(recording);
    session.seek(recording.durationNs * 5);
    session.work();
    expect(session.clock).toMatchObject({ state: 'ended', atNs: recording.durationNs });
    session.seek(100e6);
    session.work();
    expect(session.clock).toMatchObject({ state: 'paused', atNs: 100e6 });
  });
});

describe('the clock of a session', () => {
  test('pauses at the moment of the wall clock and goes on from there', () => {
    const { session, clock } = start(recording);
    session.play();
    session.work();
    clock.pass(70);
    session.pause();
    clock.pass(60_000);
    session.work();
    expect(session.clock).toMatchObject({ state: 'paused', atNs: 70e6 });
    session.play();
    clock.pass(30);
    session.work();
    expect(session.clock.atNs).toBe(100e6);
  });

  test('changes its speed without a jump', () => {
    const { session, clock } = start(recording);
    session.play();
    clock.pass(10);
    session.setSpeed(10);
    expect(session.clock.atNs).toBe(10e6);
    clock.pass(5);
    session.work();
    expect(session.clock.atNs).toBe(60e6);
  });

  test('is held while nobody watches, and its state stays', () => {
    const { session, clock } = start(recording);
    session.play();
    clock.pass(100);
    session.hold(true);
    clock.pass(50_000);
    session.work();
    expect(session.clock).toMatchObject({ state: 'playing', atNs: 100e6 });
    session.hold(false);
    clock.pass(100);
    session.work();
    expect(session.clock.atNs).toBe(200e6);
  });

  test('plays from the start again after the end', () => {
    const { session, clock } = start(recording, { speed: 0 });
    session.play();
    playOut(session, clock, 1);
    const epoch = session.epoch;
    session.play();
    expect(session.epoch).toBe(epoch + 1);
    playOut(session, clock, 1);
    expect(session.frame(FRESH_BASE)!.frame.calls).toBe(summarize(recording).calls);
  });

  test('says how far a replay is behind that cannot keep up', async () => {
    const shell = await recordingOf('shell');
    let nowMs = 0;
    const session = createSession({
      recording: shell,
      program: openProgram(readProgram('tracex5')),
      wallMs: () => (nowMs += 1),
      speed: 1000,
    });
    session.play();
    session.work();
    const { lagNs, clock } = session;
    expect(lagNs).toBeGreaterThan(0);
    expect(clock.atNs).toBeLessThan(shell.durationNs);
    for (let turns = 0; session.clock.state === 'playing' && turns < 100_000; turns++) session.work();
    expect(session).toMatchObject({ lagNs: 0, clock: { state: 'ended' } });
  });
});

describe('frames after a base', () => {
  test('carry only what is new, and add up to the whole', async () => {
    const shell = await recordingOf('shell');
    const { session, clock } = start(shell, { speed: 10 });
    session.play();
    let base = FRESH_BASE;
    const heat = new Map<number, string>();
    const lines: string[] = [];
    let parts = 0;
    for (let turns = 0; session.clock.state !== 'ended' && turns < 1_000_000; turns++) {
      clock.pass(1);
      const next = session.frame(base);
      if (next === undefined) continue;
      base = next.base;
      lines.push(...next.frame.pipe.lines);
      const { firstColumn, counts, rows, whole } = next.frame.heat;
      if (!whole) parts++;
      for (let at = 0; at < counts.length; at += rows * 4)
        heat.set(
          firstColumn + at / (rows * 4),
          Buffer.from(counts.subarray(at, at + rows * 4)).toString('hex'),
        );
    }
    const whole = session.frame(FRESH_BASE)!.frame;
    expect(parts).toBeGreaterThan(3);
    expect(lines).toHaveLength(whole.pipe.total);
    expect(lines.slice(-500)).toEqual(whole.pipe.lines);
    const columns = Array.from({ length: whole.heat.columns }, (_, column) => heat.get(column)).join('');
    expect(columns).toBe(Buffer.from(whole.heat.counts).toString('hex'));
  });

  test('are none when nothing has changed', () => {
    const { session } = start(recording);
    const { base } = session.frame(FRESH_BASE)!;
    expect(session.frame(base)).toBeUndefined();
    session.setSpeed(2);
    expect(session.frame(base)?.frame.clock.speed).toBe(2);
  });
});
