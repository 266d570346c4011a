// Calls a second through the sample programs in the interpreter, one core. In a process of its own: what vitest puts between modules would
// slow the interpreter down four times, and neither the server nor the page has it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('sample programs in the interpreter', () => {
  const script = join(import.meta.dirname, 'interp-events.ts');
  const report = execFileSync(process.execPath, [script], { encoding: 'utf8' });
  process.stdout.write(report);
  expect(report).toContain('tracex5: ');
});
