// What generated code holds is let go of: modules of programs that were swapped for others, and of machines that nobody has any more.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { MACHINE_SYSCALLS } from '../../../../traces/index.ts';
import { assembleObject } from '../../../../vm/index.ts';
import { ASM_SAMPLES } from '../../../support/asm-samples/index.ts';
import { pointOf, rig } from '../../../support/machine.ts';

const SWAPS = 200;
const MACHINES = 50;
/** Modules that may stand: those of the machine as it is now, and what the last calls left on the stack. */
const FEW = 8;
/** Bytes that the heap may grow by meanwhile: much less than so many modules would hold. */
const LITTLE = 4_000_000;

const SPEC = assembleObject(ASM_SAMPLES.tracex5.source, 'tracex5');
const { Module } = WebAssembly;
let made: WeakRef<WebAssembly.Module>[] = [];
let collect: () => void;

beforeAll(() => {
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc') as () => void; // what the flag puts there
  // by hand: a mock of vitest would hold what it returned
  const seen = new Proxy(Module, {
    construct: (target, [bytes]: [BufferSource]) => {
      const module = new target(bytes);
      made.push(new WeakRef(module));
      return module;
    },
  });
  Object.assign(WebAssembly, { Module: seen });
});
beforeEach(() => {
  made = [];
});
afterAll(() => {
  Object.assign(WebAssembly, { Module });
});

/** Modules that are held, and bytes of the heap in use. */
async function held(): Promise<{ readonly modules: number; readonly heapBytes: number }> {
  // References are let go of between two turns of the loop.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  collect();
  const modules = made.filter((ref) => ref.deref() !== undefined).length;
  return { modules, heapBytes: process.memoryUsage().heapUsed };
}

function loadAndRun({ machine }: ReturnType<typeof rig>): ReturnType<typeof machine.load> {
  const object = machine.load(SPEC);
  machine.attachAll(object);
  machine.enter(pointOf());
  expect(object.progs[0]?.runs).toBe(1);
  expect(machine.whyNoBatch).toBeUndefined();
  return object;
}

test(`programs swapped ${SWAPS} times leave nothing behind`, async () => {
  const one = rig({ engine: 'jit', syscalls: MACHINE_SYSCALLS });
  const swap = (times: number): void => {
    for (let i = 0; i < times; i++) one.machine.unload(loadAndRun(one));
  };
  swap(SWAPS / 10);
  const before = await held();
  swap(SWAPS);
  const after = await held();
  expect(made.length).toBeGreaterThan(SWAPS);
  expect(after.modules).toBeLessThanOrEqual(FEW);
  expect(after.heapBytes - before.heapBytes).toBeLessThan(LITTLE);
});

test('machines that nobody has any more take their modules with them', async () => {
  for (let i = 0; i < MACHINES; i++) loadAndRun(rig({ engine: 'jit', syscalls: MACHINE_SYSCALLS }));
  expect(made.length).toBeGreaterThanOrEqual(MACHINES);
  expect((await held()).modules).toBeLessThanOrEqual(FEW);
});
