// The samples over recordings, in batches of any size and with budgets that are too small: as point by point on the interpreter.
import { describe, test } from 'vitest';
import { assembleObject, type ObjectSpec } from '../../../../vm/index.ts';
import { ASM_SAMPLES } from '../../../support/asm-samples/index.ts';
import { expectSame, recordedAs } from '../../../support/batch-runs.ts';
import { linkSample, SAMPLE_NAMES } from '../../../support/samples.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(20_261_123);

const SPECS: readonly (readonly [name: string, spec: () => ObjectSpec])[] = [
  ...Object.values(ASM_SAMPLES).map(
    ({ name, source }) => [`${name} in assembly`, () => assembleObject(source, name)] as const,
  ),
  ...SAMPLE_NAMES.map((name) => [name, () => linkSample(name)] as const),
];

describe.each(['redis', 'signals', 'fail'])('samples over %s in batches', (name) => {
  test.each(SPECS)(`%s (seed ${SEED})`, (sample, spec) => {
    const random = new Random(SEED + sample.length);
    const limitInsns = random.below(2) === 0 ? 100_000 : 20 + random.below(200);
    expectSame({ recording: recordedAs(name), spec: spec(), points: 1500, limitInsns }, random);
  });
});
