// Measures maps from a program's side without an engine around them, and prints ns for each operation; run by maps.bench.ts in a process of its own.
import { createMap } from '../../vm/maps/kinds.ts';
import type { MapContext } from '../../vm/maps/map.ts';
import { LinearMemory } from '../../vm/memory/linear.ts';
import { RegionTable } from '../../vm/memory/regions.ts';

const OPERATIONS = 300_000;
const ROUNDS = 5;
const ENTRIES = 10_000;
const STEP = 7919;

/** What an operation does with a key at an offset. */
type Operation = (at: number) => void;

/** The least ns of an operation over keys 0 to `keys` - 1, in a scattered order. */
function nsOf(memory: LinearMemory, at: number, keys: number, run: Operation): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < OPERATIONS; i++) {
      // An LPM key's prefix is 32 bits long; other keys are 4 or 8 bytes, the first 4 the same.
      memory.view.setUint32(at + 4, (i * STEP) % keys, true);
      run(at);
    }
    best = Math.min(best, ((performance.now() - start) * 1e6) / OPERATIONS);
  }
  return best;
}

/** Maps of these kinds need nothing else of a machine. */
function nothing(): never {
  throw new Error('no programs, maps or files here');
}

const KINDS = [
  ['array', 4, 0],
  ['percpu_array', 4, 0],
  ['hash', 4, 0],
  ['hash', 8, 0],
  ['hash', 8, 64],
  ['percpu_hash', 8, 0],
  ['lru_hash', 8, 0],
  ['lru_percpu_hash', 8, 0],
  ['lpm_trie', 8, 1],
] as const;

for (const [type, keySize, flags] of KINDS) {
  const memory = new LinearMemory();
  const none = { byFd: nothing, byId: nothing, hold: nothing, drop: nothing, slotChanged: nothing };
  const context: MapContext = {
    memory,
    cpus: 2,
    id: 1,
    cells: new RegionTable(),
    progs: none,
    maps: { mapByFd: nothing, mapById: nothing, holdMap: nothing, dropMap: nothing },
    files: { fileByFd: nothing, fileById: nothing, holdFile: nothing, dropFile: nothing },
    inner: -1,
    released: nothing,
  };
  const map = createMap(context, { name: 'm', type, keySize, valueSize: 8, maxEntries: ENTRIES, flags });
  if (typeof map === 'number') throw new Error(`${type}: ${map}`);
  const at = memory.alloc(32);
  memory.view.setUint32(at, 32, true);
  // The 4 bytes that change are all of a short key, the last 4 of a long one.
  const keyOff = keySize === 4 ? 4 : 0;
  const value = at + 16;
  const update = nsOf(memory, at, ENTRIES, (key) =>
    map.update(memory.u8, key + keyOff, memory.u8, value, 0, 0),
  );
  const lookup = nsOf(memory, at, ENTRIES, (key) => map.lookup(memory.u8, key + keyOff, 0));
  const isArray = type.endsWith('array');
  const cycle = isArray
    ? undefined
    : nsOf(memory, at, ENTRIES, (key) => {
        map.remove(memory.u8, key + keyOff);
        map.update(memory.u8, key + keyOff, memory.u8, value, 0, 0);
      });
  const out = [`lookup ${lookup.toFixed(0)} ns`, `update ${update.toFixed(0)} ns`];
  if (cycle !== undefined) out.push(`delete and insert ${cycle.toFixed(0)} ns`);
  process.stdout.write(`${type} key ${keySize} flags ${flags}: ${out.join(', ')}\n`);
}
