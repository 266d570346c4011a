// Calls of every helper and kernel function with arguments of any sense, on maps of every kind, unverified: they end in an exit or a fault, they keep their budget,
// and a machine that is put back to where a run began does all of it again, to the same bytes.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { MachineSnapshot, TestRunResult } from '../../../vm/index.ts';
import { SLOT_BYTES } from '../../../vm/isa/opcodes.ts';
import { PROG_FLAGS } from '../../../vm/kernel/prog-types.ts';
import { MAP_KINDS, type MapKind } from '../../../vm/maps/kinds.ts';
import type { MemoryState } from '../../../vm/memory/linear.ts';
import type { MapSpec } from '../../../vm/object.ts';
import { rig, u32, type Rig } from '../../support/machine.ts';
import { CALL_FIELDS, randomCalls, type CallMap } from '../../support/random-calls.ts';
import { Random, seedOf } from '../../support/seed.ts';

const SEED = seedOf(4711);
const PROGS = 3000;
const LIMIT_INSNS = 3000;

/** A test run of each takes other input. */
const INPUTS: Readonly<Record<string, { data?: Uint8Array; ctx?: Uint8Array }>> = {
  socket_filter: { data: new Uint8Array(64) },
  sched_cls: { data: new Uint8Array(100) },
  xdp: { data: new Uint8Array(80) },
  raw_tracepoint: { ctx: new Uint8Array(16) },
  kprobe: { ctx: new Uint8Array(168) },
  syscall: { ctx: new Uint8Array(32) },
  tracing: { ctx: new Uint8Array(64) },
};
const TYPES = Object.keys(INPUTS);

const VALUE_BYTES = 64;

const INNER: MapSpec = { name: 'inner', type: 'array', keySize: 4, valueSize: 8, maxEntries: 2, flags: 0 };
const SIZES: Readonly<Partial<Record<MapKind, Partial<MapSpec>>>> = {
  ringbuf: { keySize: 0, valueSize: 0, maxEntries: 4096 },
  user_ringbuf: { keySize: 0, valueSize: 0, maxEntries: 4096 },
  queue: { keySize: 0 },
  stack: { keySize: 0 },
  bloom_filter: { keySize: 0 },
  stack_trace: { valueSize: 16 },
  lpm_trie: { keySize: 8, flags: 1 },
  task_storage: { maxEntries: 0, flags: 1 },
  devmap: { valueSize: 4 },
  cpumap: { valueSize: 4 },
  array_of_maps: { inner: INNER },
  hash_of_maps: { inner: INNER },
};

function specOf(type: MapKind): MapSpec {
  const sized = { valueSize: 4, maxEntries: 3, ...SIZES[type] };
  return { name: type, type, keySize: 4, flags: 0, ...sized };
}

/** A map of each kind, and two with fields in their values. */
function makeMaps({ machine }: Rig): CallMap[] {
  const plain = (Object.keys(MAP_KINDS) as MapKind[]).map(specOf); // the table's own keys
  const types = ['hash', 'array'] as const;
  const specs = [
    ...plain,
    ...types.map((type) => Object.assign(specOf(type), { valueSize: VALUE_BYTES, fields: CALL_FIELDS })),
  ];
  const maps = specs.map((spec) => ({
    type: spec.type,
    fd: machine.bpf.mapCreate(spec),
    hasFields: spec.fields !== undefined,
  }));
  expect(maps.filter(({ fd }) => fd < 0)).toEqual([]);
  const inner = machine.bpf.mapCreate(INNER);
  for (const { type, fd, hasFields } of maps) {
    if (type.endsWith('_of_maps')) expect(machine.bpf.mapUpdate(fd, u32(1), u32(inner), 0)).toBe(0);
    if (hasFields) expect(machine.bpf.mapUpdate(fd, u32(1), new Uint8Array(VALUE_BYTES), 0)).toBe(0);
  }
  return maps;
}

/** A digest of the linear memory: maps, buffers, objects, counters. */
function digestOf(snapshot: MachineSnapshot): string {
  const { memory } = snapshot as MachineSnapshot & { readonly memory: MemoryState }; // as machine.ts makes it
  return createHash('sha256').update(memory.bytes).digest('hex');
}

/** All that a run shows, and what it leaves. */
function runOf({ machine, printks }: Rig, fd: number, type: string, effects: unknown[]): unknown {
  const from = [printks.length, effects.length];
  const result: TestRunResult = machine.testRun(fd, INPUTS[type]);
  machine.advance(1000);
  return {
    ...result,
    printed: printks.slice(from[0]),
    effects: effects.slice(from[1]),
    unknown: machine.unknownReads,
    memory: digestOf(machine.snapshot()),
  };
}

test(
  `${PROGS} programs of random calls (seed ${SEED}) end in an exit or a fault, and do so again from a snapshot`,
  { timeout: 120_000 },
  () => {
    const random = new Random(SEED);
    const ends = new Map<string, number>();
    const ran = new Set<string>();
    let effects: unknown[] = [];
    const makeRig = (): Rig =>
      rig({ verifier: 'off', limitInsns: LIMIT_INSNS, onEffect: (effect) => effects.push(effect) });
    let machine = makeRig();
    let maps = makeMaps(machine);
    for (let i = 0; i < PROGS; i++) {
      if (i % 200 === 0) {
        effects = [];
        machine = makeRig();
        maps = makeMaps(machine);
      }
      const type = random.pick(TYPES);
      const flags = type === 'syscall' ? PROG_FLAGS.sleepable : 0;
      const insns = randomCalls(random, maps, type);
      const fd = machine.machine.bpf.progLoad({ name: `p${i}`, type, insns, license: 'GPL', flags });
      if (fd < 0) {
        ends.set('refused', (ends.get('refused') ?? 0) + 1);
        continue;
      }
      const before = machine.machine.snapshot();
      const first = runOf(machine, fd, type, effects);
      machine.machine.restore(before);
      expect(runOf(machine, fd, type, effects), `program ${i}`).toEqual(first);
      const { insns: ranInsns, fault } = first as TestRunResult;
      expect(ranInsns, `program ${i}`).toBeLessThan(LIMIT_INSNS + insns.length / SLOT_BYTES);
      const end = fault?.code ?? 'exit';
      ends.set(end, (ends.get(end) ?? 0) + 1);
      ran.add(type);
      machine.machine.bpf.close(fd);
    }
    expect([...ran].toSorted()).toEqual(TYPES.toSorted());
    for (const end of ['refused', 'exit', 'access', 'map', 'field', 'lock', 'owed'])
      expect(ends.get(end), end).toBeGreaterThan(10);
  },
);
