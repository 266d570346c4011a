// Machines for programs of random calls: maps of every kind, input for every type, and all that a run of one shows.
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { MachineSnapshot, TestRunResult } from '../../vm/index.ts';
import { MAP_KINDS, type MapKind } from '../../vm/maps/kinds.ts';
import type { MemoryState } from '../../vm/memory/linear.ts';
import type { MapSpec } from '../../vm/object.ts';
import { u32, type Rig } from './machine.ts';
import { CALL_FIELDS, type CallMap } from './random-calls.ts';

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
/** Program types that are tried. */
export const CALL_TYPES: readonly string[] = Object.keys(INPUTS);

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
export function makeMaps({ machine }: Rig): CallMap[] {
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
export function digestOf(snapshot: MachineSnapshot): string {
  const { memory } = snapshot as MachineSnapshot & { readonly memory: MemoryState }; // as machine.ts makes it
  return createHash('sha256').update(memory.bytes).digest('hex');
}

/** All that a run shows, and what it leaves. */
export function runOf({ machine, printks }: Rig, fd: number, type: string, effects: unknown[]): unknown {
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
