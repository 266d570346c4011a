// Operations a second on maps, one core; in a process of its own for the reason that interp.bench.ts tells.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('maps from a program’s side', () => {
  const report = execFileSync(process.execPath, [join(import.meta.dirname, 'map-speed.ts')], {
    encoding: 'utf8',
  });
  process.stdout.write(report);
  expect(report).toContain('lpm_trie');
});
