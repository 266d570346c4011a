// Programs in assembly that stand for what authors write: the verifier accepts each, in an object by itself and in a machine.
import { expect, test } from 'vitest';
import { assembleObject, inputOf, kernelTypes, verify, type ObjectSpec } from '../../../vm/index.ts';
import { ASM_SAMPLES } from '../../support/asm-samples/index.ts';
import { readCases } from '../../support/case-file.ts';
import { hookRig } from '../../support/hook-rig.ts';
import { programObject } from '../../support/program-case.ts';

const OBJECTS: readonly (readonly [string, ObjectSpec])[] = [
  ...Object.values(ASM_SAMPLES).map(({ name, source }) => [name, assembleObject(source, name)] as const),
  ...readCases('programs').map((testCase) => [testCase.title, programObject(testCase)] as const),
];

test.each(OBJECTS)('%s', (_title, object) => {
  const verdicts = object.progs.map((prog) => verify(inputOf(object, prog, kernelTypes())));
  expect(verdicts.map(({ refusal }) => refusal?.message)).toEqual(object.progs.map(() => undefined));
  expect(verdicts.every(({ stats }) => stats.insns > 0)).toBe(true);
  expect(hookRig().machine.load(object).progs).toHaveLength(object.progs.length);
});
