// Time to verify programs, beside a kernel's. In a process of its own, as vitest slows modules down.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('programs in the verifier', () => {
  const script = join(import.meta.dirname, 'verifier-walks.ts');
  const report = execFileSync(process.execPath, [script], { encoding: 'utf8' });
  process.stdout.write(report);
  expect(report).toContain('loop 100k: ');
});
