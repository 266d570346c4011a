// What the log asks of a walk.
import { expect, test } from 'vitest';
import { inputOf } from '../../../../vm/verifier/input-of.ts';
import { verify } from '../../../../vm/verifier/walk/verify.ts';
import { kernelTypes } from '../../../../vm/btf/kernel-types.ts';
import { RANDOM } from '../../../support/border-programs.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(618);
const PROGRAMS = 200;

test(`the log tells of a walk without changing it (${PROGRAMS} programs from seed ${SEED})`, () => {
  const random = new Random(SEED);
  const inputs = Array.from({ length: PROGRAMS }, () => {
    const object = RANDOM.get('paths that meet')!(random);
    return inputOf(object, object.progs[0]!, kernelTypes());
  });
  const stats = (logLevel: 0 | 2): unknown[] => inputs.map((input) => verify(input, { logLevel }).stats);
  expect(stats(0)).toEqual(stats(2));
});
