// The engine in a page's worker: whole recordings, programs compiled there, under a policy that allows what it needs and nothing else. What comes of it is
// compared with what the interpreter does in Node.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assembleObject, type ObjectSpec } from '../../vm/index.ts';
import { ASM_SAMPLES } from '../support/asm-samples/index.ts';
import { linkSample } from '../support/samples.ts';
import { hasTool } from '../support/tools.ts';
import { runPrograms } from '../support/run-programs.ts';
import { openEngineSite, type EngineSite } from './engine-site.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const PROGRAMS: Readonly<Record<string, () => ObjectSpec>> = {
  tracex5: () => linkSample('tracex5'),
  'asm:tracex5': () => assembleObject(ASM_SAMPLES.tracex5.source, 'tracex5'),
  'asm:syscount': () => assembleObject(ASM_SAMPLES.syscount.source, 'syscount'),
  exitsnoop: () => linkSample('exitsnoop'),
  sockex3: () => linkSample('sockex3'),
};

// oxfmt-ignore
const RUNS = [
  { recording: 'dd',       program: 'tracex5',      isBatched: true },
  { recording: 'gcc-make', program: 'tracex5',      isBatched: true },
  { recording: 'redis',    program: 'asm:tracex5',  isBatched: true },
  { recording: 'shell',    program: 'asm:syscount', isBatched: true },
  { recording: 'packets',  program: 'sockex3',      isBatched: false },
  { recording: 'signals',  program: 'exitsnoop',    isBatched: false },
] as const;

function onInterpreter(recording: string, program: string): ReturnType<typeof runPrograms> {
  const sct = new Uint8Array(readFileSync(join(ROOT, 'traces', 'recorded', `${recording}.sct`)));
  return runPrograms(sct, PROGRAMS[program]!(), 'interp');
}

describe.skipIf(!hasTool('chromium'))("the engine in a page's worker", () => {
  let site: EngineSite;
  beforeAll(async () => {
    site = await openEngineSite();
  });
  afterAll(async () => {
    await site?.close();
  });

  test('is built of vm, traces and what inflates, and of nothing of Node', () => {
    const folders = new Set(site.modules.map((path) => path.split('/')[0]));
    expect(folders).toEqual(new Set(['node_modules', 'test', 'traces', 'vm']));
    const packages = new Set(
      site.modules.filter((path) => path.startsWith('node_modules/')).map((path) => path.split('/')[1]),
    );
    expect([...packages]).toEqual(['fflate']);
    expect(site.modules).toContain('vm/jit/engine/jit-cpu.ts');
    expect(site.modules).toContain('traces/replay/run.ts');
    for (const text of site.scripts)
      expect(text).not.toMatch(/["']node:|__vite-browser-external|\brequire\(/);
  });

  test.each(RUNS)(
    '$program over $recording does what it does in Node',
    async ({ recording, program, isBatched }) => {
      const report = await site.run({ recording, program }, 'compile');
      const expected = onInterpreter(recording, program);
      expect(report.facts).toEqual({ ...expected.facts, isBatched, engines: ['jit'] });
      expect(report.outcome).toEqual(expected.outcome);
      expect(report.complaints).toEqual([]);
    },
  );

  test('where the page forbids that code is compiled, the interpreter does it', async () => {
    const report = await site.run({ recording: 'shell', program: 'tracex5' }, 'interpret');
    const expected = onInterpreter('shell', 'tracex5');
    expect(report.facts).toEqual({ ...expected.facts, why: 'the host does not let WebAssembly be compiled' });
    expect(report.outcome).toEqual(expected.outcome);
  });

  test('takes a recording at a speed that is told here', async () => {
    const { facts, roundsMs } = await site.run(
      { recording: 'redis', program: 'asm:tracex5', rounds: 5 },
      'compile',
    );
    const perSecond = roundsMs.map((ms) => (facts.calls / ms / 1000).toFixed(1)).join(', ');
    process.stdout.write(`tracex5 over redis in chromium, M calls/s, round by round: ${perSecond}\n`);
    expect(roundsMs).toHaveLength(5);
  });
});
