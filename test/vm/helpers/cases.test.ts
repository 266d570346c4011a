// The cases of test/cases/helpers: every helper and kernel function that runs here has one. With a kernel at hand, the kernel answers the same.
import { describe, expect, test } from 'vitest';
import { kfuncRun } from '../../../vm/helpers/kfunc-run.ts';
import { KFUNCS, type KfuncName } from '../../../vm/helpers/kfuncs.ts';
import { isImplemented } from '../../../vm/helpers/run.ts';
import { HELPERS, type HelperName } from '../../../vm/helpers/table.ts';
import { inputOf, kernelTypes, LoadError, verify, type Effect } from '../../../vm/index.ts';
import { readCases, section, sectionLines, type TestCase } from '../../support/case-file.ts';
import {
  callsOf,
  caseObject,
  caseSpec,
  notForKernel,
  runCase,
  type CaseResult,
} from '../../support/helper-case.ts';
import { askKernel, type OracleAnswer } from '../../support/oracle.ts';
import { hasTool } from '../../support/tools.ts';

const CASES = readCases('helpers');
const named = CASES.map((testCase) => ({ title: testCase.title, testCase }));

/** r0 of the case as an u32. */
const expectedR0 = (testCase: TestCase): number =>
  Number(BigInt.asUintN(32, BigInt(section(testCase, 'r0'))));
/** Values that the case expects in its maps: the third word of each line. */
const expectedValues = (testCase: TestCase): (string | undefined)[] =>
  (testCase.sections.has('get') ? sectionLines(testCase, 'get') : []).map((line) =>
    line.trim().split(/\s+/).slice(2).join(' '),
  );

/** What a case expects, in the form of its result. */
function expected(testCase: TestCase): Partial<Record<keyof CaseResult, unknown>> {
  const { sections } = testCase;
  const errno = sections.get('errno');
  return {
    values: expectedValues(testCase),
    errno: errno === undefined ? 0 : Number(errno),
    ...(sections.has('r0') ? { r0: expectedR0(testCase) } : {}),
    ...(sections.has('out') ? { data: section(testCase, 'out').replace(/\s+/g, '') } : {}),
    ...(sections.has('trace') ? { trace: sectionLines(testCase, 'trace') } : {}),
  };
}

describe('the machine', () => {
  test.each(named)('$title', ({ testCase }) => {
    const refused = testCase.sections.get('refused');
    if (refused !== undefined) {
      expect(() => runCase(testCase)).toThrow(LoadError);
      expect(() => runCase(testCase)).toThrow(refused);
      return;
    }
    const result = runCase(testCase);
    const fault = testCase.sections.get('fault');
    if (fault === undefined) expect(result.fault).toBeUndefined();
    else expect(`${result.fault?.code}: ${result.fault?.message}`).toContain(fault);
    expect(result).toMatchObject(expected(testCase));
    if (!testCase.sections.has('effects')) return;
    const effects = sectionLines(testCase, 'effects').map((line) => JSON.parse(line) as object); // a case file of ours
    expect(result.effects.map((effect) => shown(effect))).toMatchObject(effects);
  });
});

test('the verifier refuses all cases that end in a fault, and those that say that they are not verified', () => {
  const unverified = CASES.filter(({ sections }) => sections.has('fault') || sections.has('unverified'));
  const accepted = unverified.filter((testCase) => {
    const object = caseObject(testCase);
    return verify(inputOf(object, object.progs[0]!, kernelTypes())).refusal === undefined;
  });
  expect(accepted.map(({ where }) => where)).toEqual([]);
});

test('every helper and kernel function that runs here has a case', () => {
  const loaded = CASES.filter(({ sections }) => !sections.has('refused'));
  const called = new Set(loaded.flatMap((testCase) => callsOf(caseObject(testCase))));
  const helpers = (Object.keys(HELPERS) as HelperName[]).filter(isImplemented); // keys of the table
  const kfuncs = (Object.keys(KFUNCS) as KfuncName[]).filter((name) => kfuncRun(name) !== undefined); // keys of the table
  expect([...helpers, ...kfuncs].filter((name) => !called.has(name))).toEqual([]);
});

test.skipIf(!hasTool('kernel'))('the kernel answers the same for all cases that it can be asked', () => {
  const cases = CASES.filter((testCase) => notForKernel(testCase) === undefined);
  let maps = 0;
  const spec = cases.flatMap((testCase, i) => {
    const lines = caseSpec(testCase, `c${i}`, maps);
    maps += lines.filter((line) => line.startsWith('map ')).length;
    return lines;
  });
  const answers = askKernel(spec.join('\n'));
  const said = cases.map(
    (testCase, i) => `${testCase.where} ${testCase.title}: ${ofKernel(testCase, answers, `c${i}`)}`,
  );
  const wanted = cases.map((testCase) => `${testCase.where} ${testCase.title}: ${ofCase(testCase)}`);
  expect(said).toEqual(wanted);
});

function ofCase(testCase: TestCase): string {
  const { errno, r0, values, data } = expected(testCase);
  return JSON.stringify({ errno, r0, values, data });
}

/** What the kernel says, as far as the case says something. */
function ofKernel(testCase: TestCase, answers: readonly OracleAnswer[], tag: string): string {
  const load = answers.find(({ op, name }) => op === 'prog' && name === tag);
  if (load?.verdict !== 'accepted') return `refused: ${load?.log}`;
  const run = answers.find(({ op, prog }) => op === 'run' && prog === tag);
  const maps = new Set(caseObject(testCase).maps.map(({ name }) => `${tag}${name}`));
  const gets = answers.filter(({ op, map }) => op === 'get' && maps.has(map ?? ''));
  const want = expected(testCase);
  return JSON.stringify({
    errno: run?.errno,
    r0: 'r0' in want ? run?.retval : undefined,
    values: gets.map(({ ok, errno, value }) => (ok === true ? value : `errno ${errno}`)),
    data: 'data' in want ? run?.data_out : undefined,
  });
}

/** An effect as case files write it: addresses and bytes in hex. */
function shown(effect: Effect): object {
  if (effect.kind !== 'write') return effect;
  const { address, bytes } = effect;
  return { ...effect, address: `0x${address.toString(16)}`, bytes: Buffer.from(bytes).toString('hex') };
}
