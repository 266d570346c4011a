// What helpers of maps do, by kind of map: the function of the runtime that does it. A kind that is not here, and a map for which there is no function, are left to
// JavaScript. Look-ups in arrays are in maps-cells.ts: they are written in place.
import type { MapLayout } from '../../maps/layout.ts';
import type { KernelMap } from '../../maps/map.ts';
import { hasFlag } from '../../maps/types.ts';
import { kernelFields } from '../../maps/value-fields.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';
import type { Operation } from './maps-calls.ts';
import { writeCellUpdate } from './maps-cells.ts';
import { giveElement } from './maps-chain.ts';
import { lruFunctions, lruMakers } from './maps-lru-fetch.ts';
import { giveLru, writeLruPercpuUpdate, writeLruUpdate } from './maps-lru.ts';
import { writeBloomPeek, writeBloomPush, writePush, writeTake } from './maps-queue.ts';
import { writeLookup } from './maps-table.ts';
import { writeTrieLookup } from './maps-trie.ts';
import { writeHashUpdate, writePercpuHashUpdate, writeRemove } from './maps-update.ts';

/** The function for a map; undefined where JavaScript does it. */
type OfMap = (map: KernelMap) => Operation | undefined;
/** By kind. */
type Operations = Readonly<Record<string, OfMap>>;

type Layout<K> = Extract<MapLayout, { kind: K }>;

function isA<K extends MapLayout['kind']>(layout: MapLayout | undefined, kind: K): layout is Layout<K> {
  return layout?.kind === kind;
}

/** What is written for a map of a layout. The function is named after the map and `what` it does. */
function of<K extends MapLayout['kind']>(
  kind: K,
  what: string,
  write: (name: FuncName, layout: Layout<K>, map: KernelMap) => FuncCode,
): OfMap {
  return (map) => {
    const { layout } = map;
    if (!isA(layout, kind)) return undefined;
    const name = `rt:${what}:${map.id}`;
    return { name, make: () => write(name, layout, map) };
  };
}

/** Not for values with fields: these are kept, cleared, or let go of. */
function withoutFields(ofMap: OfMap): OfMap {
  return (map) => (kernelFields(map.spec) === undefined ? ofMap(map) : undefined);
}

/** An update that needs JavaScript when the map must grow. */
function growing(ofMap: OfMap): OfMap {
  return (map) => {
    const update = ofMap(map);
    return update && { ...update, mayLeave: hasFlag(map.spec.flags, 'no_prealloc') };
  };
}

function lruUpdate(write: typeof writeLruUpdate): OfMap {
  return ({ id, spec, layout }) => {
    if (!isA(layout, 'table') || layout.lru === undefined) return undefined;
    const name = `rt:update:${id}`;
    const lru = { table: layout, lru: layout.lru, spec, names: lruFunctions(id) };
    return { name, make: () => write(name, lru), before: lruMakers(lru) };
  };
}

const lookup = of('table', 'lookup', (name, table, { spec }) =>
  writeLookup(name, table, spec.keySize, false),
);
const lookupOfCpu = of('table', 'lookup_percpu', (name, table, { spec }) =>
  writeLookup(name, table, spec.keySize, true),
);
const setCell = withoutFields(
  of('cells', 'update', (name, cells, { spec }) => writeCellUpdate(name, cells, spec)),
);
const remove = withoutFields(
  of('table', 'delete', (name, table, { spec }) =>
    writeRemove(name, table, spec.keySize, (code, element) => {
      if (table.lru === undefined) giveElement(code, table.pool, element);
      else giveLru(code, table.lru, element);
    }),
  ),
);
const push = of('ring', 'push', (name, ring, { spec }) => writePush(name, ring, spec.valueSize));

function take(from: 'queue' | 'stack', stays: boolean): OfMap {
  return of('ring', stays ? 'peek' : 'pop', (name, ring, { spec }) =>
    writeTake(name, ring, spec.valueSize, from, stays),
  );
}

export const LOOKUPS: Operations = {
  hash: lookup,
  percpu_hash: lookup,
  lru_hash: lookup,
  lru_percpu_hash: lookup,
  hash_of_maps: lookup,
  lpm_trie: of('trie', 'lookup', (name, trie, { spec }) => writeTrieLookup(name, trie, spec.keySize)),
};

export const PERCPU_LOOKUPS: Operations = { percpu_hash: lookupOfCpu, lru_percpu_hash: lookupOfCpu };

export const UPDATES: Operations = {
  array: setCell,
  percpu_array: setCell,
  hash: growing(
    withoutFields(of('table', 'update', (name, table, { spec }) => writeHashUpdate(name, table, spec))),
  ),
  percpu_hash: growing(
    withoutFields(of('table', 'update', (name, table, { spec }) => writePercpuHashUpdate(name, table, spec))),
  ),
  lru_hash: withoutFields(lruUpdate(writeLruUpdate)),
  lru_percpu_hash: withoutFields(lruUpdate(writeLruPercpuUpdate)),
};

export const REMOVALS: Operations = {
  hash: remove,
  percpu_hash: remove,
  lru_hash: remove,
  lru_percpu_hash: remove,
};

export const PUSHES: Operations = {
  queue: push,
  stack: push,
  bloom_filter: of('bloom', 'push', (name, bloom, { spec }) => writeBloomPush(name, bloom, spec.valueSize)),
};

export const POPS: Operations = { queue: take('queue', false), stack: take('stack', false) };

export const PEEKS: Operations = {
  queue: take('queue', true),
  stack: take('stack', true),
  bloom_filter: of('bloom', 'peek', (name, bloom, { spec }) => writeBloomPeek(name, bloom, spec.valueSize)),
};

/** The function for a map; undefined where there is none. */
export function operationOf(operations: Operations, map: KernelMap | undefined): Operation | undefined {
  return map === undefined ? undefined : operations[map.kind]?.(map);
}
