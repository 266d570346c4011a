// What generated code costs: dispatch, tail calls, maps and helpers beside Linux where its bpf(2) may be asked, loops beside C. In a process of its own for the
// reason that interp.bench.ts tells.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasTool } from '../support/tools.ts';

test('generated code', () => {
  const script = join(import.meta.dirname, 'jit', 'report.ts');
  const kernel = hasTool('kernel') ? ['kernel'] : [];
  const report = execFileSync(process.execPath, [script, ...kernel], { encoding: 'utf8' });
  process.stdout.write(report);
  expect(report).toContain('dispatch');
});
