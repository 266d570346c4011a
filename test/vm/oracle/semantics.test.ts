// The probes of bpf_tail_call and of prog arrays, and what Linux 6.18.44 answered: the machine must answer the same.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OracleAnswer } from '../../support/oracle.ts';
import { askMachine } from '../../support/spec-machine.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'cases', 'oracle');
const readSpec = (name: string): string => readFileSync(join(FOLDER, `${name}.spec`), 'utf8');
// The files are what the oracle printed.
const readExpected = (name: string): OracleAnswer[] =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.expected.json`), 'utf8')) as OracleAnswer[];
const spec = readSpec('semantics');
const expected = readExpected('semantics');

const answers = askMachine(spec);

const results = (list: readonly OracleAnswer[]): string[] =>
  list.filter(({ op }) => op === 'run').map(({ prog, retval }) => `${prog} ${retval}`);

test('the machine answers every probe', () => {
  expect(answers.map(titleOf)).toEqual(expected.map(titleOf));
});

describe('as Linux 6.18 answers', () => {
  for (const [i, kernel] of expected.entries()) {
    test(`${i} ${titleOf(kernel)}`, () => {
      expect(comparable(answers[i]!, i)).toEqual(comparable(kernel, i));
    });
  }
});

test('random programs return what they returned there', () => {
  const kernel = readExpected('random');
  expect(results(kernel)).toHaveLength(40);
  expect(results(askMachine(readSpec('random')))).toEqual(results(kernel));
});

test('what the machine refuses, it refuses in words of the kernel', () => {
  for (const [i, answer] of answers.entries()) {
    const { name = '', log = '' } = expected[i]!;
    // Where another kind of program owns the array, Linux says nothing but the errno.
    if (answer.verdict === 'rejected' && name !== 'cls2') expect(lastLine(answer.log!)).toBe(lastLine(log));
  }
});

/** The last line of a log before the statistics. */
function lastLine(log: string): string | undefined {
  return log.split('\n').findLast((line) => line !== '' && !line.startsWith('processed '));
}

function titleOf({ op, name, prog, tag, map, key }: OracleAnswer): string {
  return [op, name, prog, tag, map, key].filter((word) => word !== undefined).join(' ');
}

/** What both say, without what differs by machine: program ids, logs, sizes after the JIT. */
function comparable(answer: OracleAnswer, i: number): unknown {
  const { op, ok, errno, verdict, insns, retval, data_out, entries, value } = answer;
  const shared = { op, ok, errno, verdict, insns, retval, data_out, entries };
  if (value === undefined) return shared;
  // A prog array gives the id of the program: any number but 0.
  return { ...shared, value: expected[i]!.map === 'jt' ? /[1-9a-f]/.test(value) : value };
}
