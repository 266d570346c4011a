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

/** Probes that the machine cannot answer yet, and why. One that begins to agree must leave the list. */
const NOT_YET: Readonly<Record<string, string>> = {
  r0un: 'needs the verifier: r0 is unreadable after a tail call that fell through',
  r1un: 'needs the verifier: r1 is unreadable after a tail call that fell through',
  notctx: 'needs the verifier: r1 must be the ctx (the run would end in a fault)',
  notmap: 'needs the verifier: r2 must be a map (the run would end in a fault)',
  idxunini: 'needs the verifier: r3 was never set',
  ctxoff: 'needs the verifier: the ctx was modified (the run would end in a fault)',
};

const answers = askMachine(spec);

const results = (list: readonly OracleAnswer[]): string[] =>
  list.filter(({ op }) => op === 'run').map(({ prog, retval }) => `${prog} ${retval}`);

test('the machine answers every probe', () => {
  expect(answers.map(titleOf)).toEqual(expected.map(titleOf));
});

describe('as Linux 6.18 answers', () => {
  for (const [i, kernel] of expected.entries()) {
    const title = titleOf(kernel);
    const reason = kernel.op === 'prog' ? NOT_YET[kernel.name!] : undefined;
    test(reason === undefined ? `${i} ${title}` : `${i} ${title}: not yet, ${reason}`, () => {
      if (reason === undefined) expect(comparable(answers[i]!, i)).toEqual(comparable(kernel, i));
      else expect(comparable(answers[i]!, i)).not.toEqual(comparable(kernel, i));
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
    if (answer.verdict !== 'rejected' || name in NOT_YET) continue;
    // Where another kind of program owns the array, Linux says nothing but the errno.
    const own = answer.log!.replace(/^\w+: (\d+: )?/, '').replace(/ \(.*/s, '');
    if (name !== 'cls2') expect(log).toContain(own);
  }
});

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
