// Each sample in C over recordings that suit it, point by point: compiled, interpreted, and with an engine that changes on the way and is put back.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openBytes } from '../../../../backend/library/open-trace.ts';
import { RECORDED_FOLDER } from '../../../../backend/library/package-root.ts';
import { openProgram, readProgram } from '../../../../backend/library/programs.ts';
import { createReplay, type Replay } from '../../../../backend/session/replay.ts';
import type { Recording } from '../../../../traces/index.ts';
import { SAMPLES } from '../../../../vm/index.ts';
import { digestOf } from '../../../support/call-rig.ts';
import { SAMPLE_NAMES } from '../../../support/samples.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(88);
const POINTS = 12_000;
/** Points between two changes, at the most. */
const STRIDE = 1500;

const opened = new Map<string, Recording>();

function recordingOf(name: string): Recording {
  const known = opened.get(name);
  if (known !== undefined) return known;
  const recording = openBytes(new Uint8Array(readFileSync(join(RECORDED_FOLDER, `${name}.sct`))), name);
  opened.set(name, recording);
  return recording;
}

type Drive = (replay: Replay) => void;

const through: Drive = (replay) => {
  replay.run(Infinity, POINTS, () => false);
};

/** Runs on for a while with one engine, then another; now and then what was done is undone and done by the other. */
const changing: Drive = (replay) => {
  const random = new Random(SEED);
  let saved = replay.save();
  let last = -1;
  while (replay.cursor.points < POINTS && replay.cursor.points !== last) {
    last = replay.cursor.points;
    replay.machine.engine = random.pick(['jit', 'interp']);
    const points = Math.min(1 + random.below(STRIDE), POINTS - replay.cursor.points);
    replay.run(Infinity, points, () => false);
    if (random.below(4) === 0) {
      replay.restore(saved);
      last = -1;
    } else saved = replay.save();
  }
};

/** All that a replay shows at its end. */
function outcome(sample: string, log: string, engine: 'jit' | 'interp', drive: Drive): unknown {
  const replay = createReplay(recordingOf(log), openProgram(readProgram(sample, {})));
  const { machine, object } = replay;
  machine.engine = engine;
  drive(replay);
  for (const prog of object.progs) expect(machine.engineOf(prog).why).toBeUndefined();
  return {
    points: replay.cursor.points,
    memory: digestOf(machine.snapshot()),
    insns: machine.insnsRun,
    unknown: machine.unknown(),
    faults: replay.faults.view(),
    pipe: replay.pipe.save(),
    records: replay.records.save(),
    progs: object.progs.map(({ runs, insnsRun, faults }) => [runs, insnsRun, faults]),
  };
}

describe(`${POINTS} points of each, seed ${SEED}`, () => {
  const cases = SAMPLE_NAMES.flatMap((sample) =>
    SAMPLES[sample]!.suits.slice(0, 2).map((log) => [sample, log] as const),
  );
  test.each(cases)('%s over %s', (sample, log) => {
    const reference = outcome(sample, log, 'interp', through);
    expect(outcome(sample, log, 'jit', through)).toEqual(reference);
    expect(outcome(sample, log, 'jit', changing)).toEqual(reference);
  });
});
