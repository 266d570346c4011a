// Structs that strace shows, put back into bytes: compared with the memory of a program that wrote down what it passed and what it found afterwards
// (test/support/user-memory.c), byte for byte. The logs beside what it wrote are in test/cases/user-memory:
//
//   strace -f -n OPTIONS -s 256 -o NAME.log user-memory NAME.memory     and the calls by which it writes left out
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { toolPath } from '../../support/c-tool.ts';
import { temporaryFolder } from '../../support/logs.ts';
import { hasTool } from '../../support/tools.ts';
import { type Comparison, compareMemory, readMemoryCases } from '../../support/user-memory.ts';

const CASES = join(import.meta.dirname, '..', '..', 'cases', 'user-memory');

function caseText(name: string): string {
  return gunzipSync(readFileSync(join(CASES, `${name}.gz`))).toString('latin1');
}

const recorded = (name: string): Comparison[] =>
  compareMemory(caseText(`${name}.log`), readMemoryCases(caseText(`${name}.memory`)));

const wrongOf = (comparisons: readonly Comparison[]): string[] =>
  comparisons
    .filter(({ wrong }) => wrong.length > 0)
    .map(({ name, phase, region, wrong }) => `${name} ${phase} ${region} ${wrong.slice(0, 4).join(', ')}`);

const linesOf = (comparisons: readonly Comparison[]): string =>
  comparisons
    .map(({ name, phase, region, size, known }) => `${name} ${phase} ${region}: ${known || '-'} of ${size}\n`)
    .join('');

describe.each(['verbose', 'plain', 'raw', 'values', 'paths'])('a log made with other options: %s', (name) => {
  const comparisons = recorded(name);

  test('no byte differs from what was in memory', () => {
    expect(comparisons.length).toBeGreaterThan(400);
    expect(wrongOf(comparisons)).toEqual([]);
  });

  test('as many bytes are known as last time', async () => {
    await expect(linesOf(comparisons)).toMatchFileSnapshot(join(CASES, `${name}.known`));
  });
});

test.skipIf(!hasTool('strace') || !hasTool('cc') || process.arch !== 'x64')(
  'a log that is made now differs from memory in no byte',
  () => {
    const folder = temporaryFolder();
    const log = join(folder, 'log');
    const memory = join(folder, 'memory');
    execFileSync('strace', ['-f', '-n', '-v', '-s', '256', '-o', log, toolPath('user-memory'), memory], {
      stdio: 'ignore',
    });
    const comparisons = compareMemory(
      readFileSync(log, 'latin1'),
      readMemoryCases(readFileSync(memory, 'latin1')),
    );
    expect(comparisons.length).toBeGreaterThan(400);
    expect(wrongOf(comparisons)).toEqual([]);
  },
);
