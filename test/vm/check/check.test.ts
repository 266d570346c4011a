// What the structural check refuses, and in which words; where this machine has a kernel that answers, in the kernel's words.
import { describe, expect, test } from 'vitest';
import { assembleProg } from '../../../vm/index.ts';
import { checkProg } from '../../../vm/check/check.ts';
import { CHECK_MESSAGES, LIMIT_INSNS } from '../../../vm/check/messages.ts';
import type { MapSpec } from '../../../vm/object.ts';
import { readCases, section, sectionLines, type TestCase } from '../../support/case-file.ts';
import { askKernel, insnsLine } from '../../support/oracle.ts';
import { hasTool } from '../../support/tools.ts';

const ACCEPTED = readCases('check', 'accepted');
const REJECTED = readCases('check', 'rejected');

function insnsOf(testCase: TestCase): Uint8Array {
  const text = section(testCase, 'asm');
  return text === '' ? new Uint8Array(0) : assembleProg(text).insns;
}

function mapSpec(name: string, type: string, maxEntries: number): MapSpec {
  return { name, type, keySize: 4, valueSize: 8, maxEntries, flags: 0 };
}

test.each(ACCEPTED)('accepts $title', (testCase) => {
  expect(checkProg(insnsOf(testCase))).toEqual([]);
});

test.each(REJECTED)('refuses $title', (testCase) => {
  const errors = checkProg(insnsOf(testCase));
  expect(errors.map(({ pc, message }) => `${pc}: ${message}`)).toEqual(sectionLines(testCase, 'reject'));
  expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(section(testCase, 'codes').split(' ')));
});

test('some program brings each message about', () => {
  const byOptions = [
    'ragged',
    'subprog-count',
    'packet-type',
    'fd-index',
    'no-map',
    'no-direct-value',
    'map-offset',
    'map-value',
    'map-entries',
  ];
  const shown = new Set([
    ...REJECTED.flatMap((testCase) => section(testCase, 'codes').split(' ')),
    ...byOptions,
  ]);
  expect(Object.keys(CHECK_MESSAGES).filter((code) => !shown.has(code))).toEqual([]);
});

test('refuses what is no whole number of insns, and more than a million of them', () => {
  expect(checkProg(new Uint8Array(12))[0]).toMatchObject({
    code: 'ragged',
    message: 'an insn is 8 bytes, got 12 bytes',
  });
  const tooLong = new Uint8Array(8 * (LIMIT_INSNS + 1));
  expect(checkProg(tooLong)[0]).toMatchObject({
    code: 'prog-size',
    message: 'a program has 1 to 1000000 insns, got 1000001',
  });
});

test('a set of helpers replaces those that the machine runs', () => {
  const { insns } = assembleProg('r0 = 0\ncall bpf_ktime_get_ns\nexit');
  expect(checkProg(insns)).toEqual([]);
  expect(checkProg(insns, { helpers: new Set([6]) }).map((error) => error.code)).toEqual(['helper-missing']);
});

test('a set of kernel functions replaces those that the machine runs', () => {
  const { insns } = assembleProg('call bpf_rcu_read_lock\nr0 = 0\nexit');
  expect(checkProg(insns)).toEqual([]);
  expect(checkProg(insns, { kfuncs: new Set([4711]) }).map((error) => error.code)).toEqual(['kfunc']);
});

test('a packet is loaded from by the types that have one', () => {
  const { insns } = assembleProg('r6 = r1\nr0 = *(u8 *)skb[0]\nr0 = *(u16 *)skb[r6 + 1]\nexit');
  const messages = (type: string): string[] => checkProg(insns, { type }).map(({ message }) => message);
  expect(messages('sched_cls')).toEqual([]);
  expect(messages('xdp')).toEqual(
    [1, 2].map(() => 'BPF_LD_[ABS|IND] instructions not allowed for this program type'),
  );
});

/** A program that calls `count` functions one after the other. */
function withFunctions(count: number): Uint8Array {
  const calls = Array.from({ length: count }, (_, i) => `call f${i}`);
  const functions = Array.from({ length: count }, (_, i) => `f${i}: r0 = ${i}; exit`);
  return assembleProg([...calls, 'exit', ...functions].join('\n')).insns;
}

test('refuses more than 256 functions, the program included', () => {
  expect(checkProg(withFunctions(255))).toEqual([]);
  expect(checkProg(withFunctions(256))).toEqual([
    expect.objectContaining({ message: 'too many subprograms' }),
  ]);
});

/** Texts of the findings about two wide insns that name position `index` of fd_array. */
function byIndex(index: number, fds?: number): string[] {
  const { insns } = assembleProg(`ld_pseudo r1, 5, ${index}\nld_pseudo r2, 6, ${index}\nr0 = 0\nexit`);
  return checkProg(insns, fds === undefined ? {} : { fds }).map(({ message }) => message);
}

test('a map by its position is one of the fds that were given', () => {
  expect(byIndex(1, 2)).toEqual([]);
  expect(byIndex(2, 2)).toEqual(
    Array.from({ length: 2 }, () => 'position 2 is outside of fd_array, which has 2 fds'),
  );
  expect(byIndex(0xffff_ffff, 2).length).toBe(2);
  expect(byIndex(0).length).toBe(2);
});

describe('with the maps of an object', () => {
  const maps = [mapSpec('one', 'array', 1), mapSpec('many', 'array', 4), mapSpec('hash', 'hash', 1)];
  const codes = (text: string, without = ''): string[] => {
    const { insns, relocs } = assembleProg(
      `${text}\nr0 = 0\nexit`,
      maps.map(({ name }) => name),
    );
    return checkProg(insns, { relocs, maps: maps.filter(({ name }) => name !== without) }).map(
      ({ message }) => message,
    );
  };

  test('accepts maps, and the value of an array with one entry', () => {
    expect(codes('r1 = map[hash] ll\nr2 = mapval[one] ll\nr3 = mapval[one]+7 ll')).toEqual([]);
  });

  test('refuses a map that is not there', () => {
    expect(codes('r1 = map[hash] ll', 'hash')).toEqual(['fd 2 is not pointing to valid bpf_map']);
    expect(codes('ld_pseudo r1, 1, 9')).toEqual(['fd 9 is not pointing to valid bpf_map']);
  });

  test('refuses the value of a map whose values have no fixed address', () => {
    expect(codes('r1 = mapval[hash] ll')).toEqual(['no direct value access support for this map type']);
    expect(codes('r1 = mapval[many] ll')).toEqual([
      'invalid access to map value pointer, value_size=8 off=0',
    ]);
    expect(codes('r1 = mapval[one]+8 ll')).toEqual([
      'invalid access to map value pointer, value_size=8 off=8',
    ]);
  });
});

describe.skipIf(!hasTool('kernel'))('in the words of the kernel', () => {
  test('so many functions', () => {
    const progs = [255, 256].map(
      (count) => `prog f${count} socket_filter log=1\n${insnsLine(withFunctions(count))}\nend\n`,
    );
    expect(askKernel(progs.join('')).map(({ verdict, errno }) => `${verdict} ${errno}`)).toEqual([
      'accepted 0',
      'rejected 7',
    ]);
  });

  const cases = [...ACCEPTED, ...REJECTED];
  const spec = cases
    .map((testCase, i) => `prog p${i} socket_filter\n${insnsLine(insnsOf(testCase))}\nend`)
    .join('\n');
  const answers = hasTool('kernel') ? askKernel(spec) : [];

  test.each(cases.map((testCase, i) => ({ testCase, title: testCase.title, i })))(
    '$title',
    ({ testCase, i }) => {
      const { verdict, log = '', errno } = answers.find(({ name }) => name === `p${i}`)!;
      const lines = log.split('\n').filter((line) => line !== '' && !line.startsWith('processed '));
      const ours = checkProg(insnsOf(testCase));
      const otherWords = testCase.sections.get('kernel');
      if (otherWords !== undefined) {
        expect(verdict).toBe('rejected');
        expect(lines.some((line) => line === otherWords) || otherWords === log).toBe(true);
      } else if (ours.length === 0) {
        expect({ verdict, lines }).toMatchObject({ verdict: 'accepted' });
      } else {
        expect({ verdict, line: lines.at(-1), errno }).toEqual({
          verdict: 'rejected',
          line: ours[0]!.message,
          errno: ours[0]!.errno,
        });
      }
    },
  );
});
