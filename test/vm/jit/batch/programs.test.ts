// Programs that look at all that a batch must make true for a row: what comes of a recording is what comes of the same points one by one on the interpreter.
import { describe, expect, test } from 'vitest';
import { expectSame, recordedAs } from '../../../support/batch-runs.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { SEEN_CASES } from './cases-seen.ts';
import { STOPPED_CASES } from './cases-stopped.ts';
import { TOLD_CASES } from './cases-told.ts';
import { specOf } from './pieces.ts';

const SEED = seedOf(20_261_123);
const CASES = [...SEEN_CASES, ...STOPPED_CASES, ...TOLD_CASES];

describe(`programs in batches (seed ${SEED})`, () => {
  test.each(CASES.map((one, i) => [one.name, one, SEED + i] as const))('%s', (_name, one, seed) => {
    const { recording, points = 2000, limitInsns = 100_000, why } = one;
    const input = { recording: recordedAs(recording), spec: specOf(one), points, limitInsns };
    const { rows, whyNoBatch } = expectSame(input, new Random(seed));
    expect(whyNoBatch).toBe(why);
    expect(rows > 0).toBe(why === undefined);
  });
});
