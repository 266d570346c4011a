// What a session shows does not depend on how its points reach the programs: one by one or in batches, compiled or interpreted, in slices of any length.
import { beforeAll, describe, expect, test } from 'vitest';
import { openProgram, readProgram } from '../../../backend/library/programs.ts';
import { buildFrame, FRESH_BASE, type FrameBase } from '../../../backend/session/frame.ts';
import { readMapPage } from '../../../backend/session/map-page.ts';
import type { ProgramRecord } from '../../../backend/session/records.ts';
import { createReplay, type Replay, type ReplayState } from '../../../backend/session/replay.ts';
import { createSession, type Session } from '../../../backend/session/session.ts';
import type { Recording } from '../../../traces/index.ts';
import { formatPrintk, type EngineName } from '../../../vm/index.ts';
import { recordingOf } from '../../support/logs.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { createWallClock } from '../../support/wall-clock.ts';

const SEED = seedOf(0x5e55);
const MAP_ROWS = 200;
const recordings: Recording[] = [];

/** Some that come in batches, with lines, maps, records and user memory, and some that do not: they ask for the task, or see events. */
const PROGRAMS = ['tracex5', 'syscount', 'latency', 'opensnoop', 'exitsnoop', 'filetop'] as const;

/** How points reach programs: which engine a replay begins with, which decides about batches, and which runs then. */
const WAYS = {
  interpreted: { begins: 'interp', goesOn: 'interp' },
  'compiled, one by one': { begins: 'interp', goesOn: 'jit' },
  'compiled, in batches': { begins: 'jit', goesOn: 'jit' },
} as const satisfies Record<string, { readonly begins: EngineName; readonly goesOn: EngineName }>;

beforeAll(async () => {
  for (const name of ['signals', 'fail']) recordings.push(await recordingOf(name));
});

/** A replay, and all that it has told. */
class Told {
  readonly replay: Replay;
  readonly lines: string[] = [];
  readonly records: ProgramRecord[] = [];

  constructor(recording: Recording, program: string, { begins, goesOn }: (typeof WAYS)[keyof typeof WAYS]) {
    const opened = openProgram(readProgram(program, { engine: begins }));
    this.replay = createReplay(recording, opened, {
      onPrintk: (printk) => this.lines.push(`${printk.atNs} ${formatPrintk(printk)}`),
      onRecord: (record) => this.records.push(record),
    });
    this.replay.machine.engine = goesOn;
  }

  /** What has come since it was asked last, and all that can be seen now. */
  state(): unknown {
    const { object, machine, cursor } = this.replay;
    const facts = { epoch: 1, stamp: '', clock: NO_CLOCK, pointsPerS: 0, lagNs: 0 };
    return {
      lines: this.lines.splice(0),
      records: this.records.splice(0),
      place: cursor.save(),
      frame: withoutEngines(buildFrame(this.replay, FRESH_BASE, facts).frame),
      maps: object.maps.map((map) => readMapPage(object, map.spec.name, 0, MAP_ROWS)),
      insns: machine.insnsRun,
      unknown: machine.unknown(),
    };
  }
}

const NO_CLOCK = { state: 'paused', atNs: 0, durationNs: 0, speed: 1 } as const;

type Framed = ReturnType<typeof buildFrame>['frame'];

function withoutEngines({ programs, ...frame }: Framed): unknown {
  const progs = programs.progs.map(({ engine: _engine, whyEngine: _why, ...prog }) => prog);
  return { ...frame, programs: { ...programs, progs } };
}

describe(`replays from seed ${SEED}`, () => {
  test.each(PROGRAMS)('stop in the same state, wherever they stop: %s', (program) => {
    for (const [i, recording] of recordings.entries()) stopAnywhere(recording, program, new Random(SEED + i));
  });

  test('come in batches where programs let them', () => {
    const batched = PROGRAMS.filter((program) => {
      const { replay } = new Told(recordings[0]!, program, WAYS['compiled, in batches']);
      return replay.machine.batch !== undefined;
    });
    expect(batched).toEqual(expect.arrayContaining(['tracex5', 'syscount', 'latency']));
  });
});

/** Runs all ways through the same stops, seeks and steps: the one in batches is stopped by its clock at times, and the others catch up. */
function stopAnywhere(recording: Recording, program: string, random: Random): void {
  const ways = Object.values(WAYS).map((way) => new Told(recording, program, way));
  const leader = ways.at(-1)!.replay;
  const saved: ReplayState[][] = [ways.map(({ replay }) => replay.save())];
  for (let turn = 0; turn < 25; turn++) {
    const before = leader.cursor.points;
    const what = random.below(8);
    if (what === 0) saved.push(ways.map(({ replay }) => replay.save()));
    if (what === 1) {
      const states = random.pick(saved);
      ways.forEach(({ replay }, i) => replay.restore(states[i]!));
    } else if (what === 2) {
      let looks = random.below(6);
      leader.run(Infinity, Infinity, () => looks-- === 0);
      const points = leader.cursor.points - before;
      for (const { replay } of ways.slice(0, -1)) if (points > 0) replay.run(Infinity, points, never);
    } else {
      const limitNs =
        random.below(3) === 0 ? Infinity : leader.cursor.atNs + random.below(recording.durationNs / 10);
      const points = random.pick([1, 2, 63, 64, 65, 700, 5000, Infinity]);
      const isDue = ways.map(({ replay }) => replay.run(limitNs, points, never));
      expect(new Set(isDue).size).toBe(1);
    }
    const [reference, ...others] = ways.map((way) => way.state());
    for (const [i, state] of others.entries()) {
      expect(state, `${Object.keys(WAYS)[i + 1]}, turn ${turn}`).toEqual(reference);
    }
  }
}

const never = (): boolean => false;

test(`sessions that are played, paused, sought and given other programs send the same frames from seed ${SEED}`, () => {
  const random = new Random(SEED);
  const clock = createWallClock();
  const engines: readonly EngineName[] = ['interp', 'jit'];
  let epoch = 1;
  const open = (recording: Recording, program: string): Session[] =>
    engines.map((engine) =>
      createSession({
        recording,
        program: openProgram(readProgram(program, { engine })),
        wallMs: clock.nowMs,
        checkpointPoints: 500,
        speed: 0.2,
        epoch,
      }),
    );
  let recording = random.pick(recordings);
  let sessions = open(recording, 'tracex5');
  let bases: FrameBase[] = engines.map(() => FRESH_BASE);
  for (let turn = 0; turn < 120; turn++) {
    const acts: readonly ((session: Session) => void)[] = [
      (session) => session.play(),
      (session) => session.play(),
      (session) => session.pause(),
      (session) => session.seek(atNs),
      (session) => session.setSpeed(speed),
      (session) => session.hold(isHeld),
      (session) => session.restart(),
    ];
    const atNs = random.below(recording.durationNs);
    const speed = random.pick([0.1, 1, 10, 0]);
    const isHeld = random.below(4) === 0;
    const act = random.pick(acts);
    for (const session of sessions) act(session);
    clock.pass(random.below(120));
    for (const session of sessions) session.work();
    const frames = sessions.map((session, i) => session.frame(bases[i]!));
    bases = frames.map((frame, i) => frame?.base ?? bases[i]!);
    const [wanted, got] = frames.map(
      (frame) => frame && { base: frame.base, frame: withoutEngines(frame.frame) },
    );
    expect(got, `turn ${turn}`).toEqual(wanted);
    if (random.below(15) > 0) continue;
    epoch = sessions[0]!.epoch + 1;
    recording = random.pick(recordings);
    sessions = open(recording, random.pick(PROGRAMS));
  }
});
