// What generated code costs: dispatch, tail calls, maps and helpers beside Linux where its bpf(2) may be asked, loops beside C. In a process of its own for the
// reason that interp.bench.ts tells.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasTool } from '../support/tools.ts';

/** What a script of test/bench/jit prints. */
function reportOf(name: string, args: readonly string[] = []): string {
  const report = execFileSync(process.execPath, [join(import.meta.dirname, 'jit', name), ...args], {
    encoding: 'utf8',
  });
  process.stdout.write(report);
  return report;
}

test('generated code', () => {
  expect(reportOf('report.ts', hasTool('kernel') ? ['kernel'] : [])).toContain('dispatch');
});

test('compiling a program', () => {
  expect(reportOf('compile-speed.ts')).toContain('when warm');
});
