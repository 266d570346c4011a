// Hosts that lack what generated code needs: nothing is compiled there, and programs do what they do elsewhere.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { RECORDED_FOLDER } from '../../../../backend/library/package-root.ts';
import { assembleObject, type EngineName, type ObjectSpec } from '../../../../vm/index.ts';
import { ASM_SAMPLES } from '../../../support/asm-samples/index.ts';
import type { runPrograms } from '../../../support/run-programs.ts';
import { linkSample } from '../../../support/samples.ts';

const SCT = new Uint8Array(readFileSync(join(RECORDED_FOLDER, 'signals.sct')));

const PROGRAMS: readonly (readonly [name: string, spec: () => ObjectSpec])[] = [
  ['tracex5', () => assembleObject(ASM_SAMPLES.tracex5.source, 'tracex5')],
  ['syscount', () => assembleObject(ASM_SAMPLES.syscount.source, 'syscount')],
  ['exitsnoop', () => linkSample('exitsnoop')],
];

const refuse = vi.fn<() => never>(function refused() {
  throw new WebAssembly.CompileError('violates the Content Security Policy');
});

// oxfmt-ignore
const HOSTS = [
  { host: 'without tail calls',              method: 'validate', does: () => false, why: 'the host has no tail calls in WebAssembly' },
  { host: 'that lets nothing be compiled',   method: 'Module',   does: refuse,      why: 'the host does not let WebAssembly be compiled' },
] as const;

/** Modules that were imported just now: what others know of the host they do not. */
async function run(spec: ObjectSpec, engine: EngineName): Promise<ReturnType<typeof runPrograms>> {
  vi.resetModules();
  const fresh = await import('../../../support/run-programs.ts');
  return fresh.runPrograms(SCT, spec, engine);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(HOSTS)('a host $host', ({ method, does, why }) => {
  test.each(PROGRAMS)('runs %s on the interpreter, and says why', async (_name, make) => {
    const spec = make();
    const expected = await run(spec, 'interp');
    vi.spyOn(WebAssembly, method).mockImplementation(does);
    const { outcome, facts } = await run(spec, 'jit');
    expect(facts).toEqual({ ...expected.facts, why });
    expect(outcome).toEqual(expected.outcome);
  });
});
