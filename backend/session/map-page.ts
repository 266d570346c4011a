// Entries of a map, a page at a time, in hex and where it is a number also as one.
import type { BpfMap, LoadedObject } from '../../vm/index.ts';
import { refusal } from '../errors.ts';
import type { MapEntryView, MapPage } from '../protocol/index.ts';

/** Maps of these types have the keys 0 .. maxEntries-1. */
const ARRAY_TYPES: ReadonlySet<string> = new Set(['array', 'percpu_array']);
/** Maps of these types have those keys too, and most of them may hold nothing. */
const SLOT_TYPES: ReadonlySet<string> = new Set([
  'prog_array',
  'cgroup_array',
  'array_of_maps',
  'devmap',
  'cpumap',
  'xskmap',
]);
/** Slots that are looked at for their number; of a map that has more it is the number of its slots. */
const MAX_SLOTS_COUNTED = 1024;

/** How many entries a person would count: filled slots, elements, values without keys. */
export function countEntries(map: BpfMap): number {
  const { type, maxEntries } = map.spec;
  if (!SLOT_TYPES.has(type) || maxEntries > MAX_SLOTS_COUNTED) return map.entries;
  let count = 0;
  for (let index = 0; index < maxEntries; index++) {
    if (typeof map.lookup(indexKey(index)) !== 'number') count += 1;
  }
  return count;
}

const PERCPU_TYPES: ReadonlySet<string> = new Set(['percpu_array', 'percpu_hash', 'lru_percpu_hash']);

/** Up to `limit` entries of the map named `name` from the `offset`th on, in the map's own order. Throws UserError 'no-map'. */
export function readMapPage(object: LoadedObject, name: string, offset: number, limit: number): MapPage {
  const map = object.maps.find((one) => one.spec.name === name);
  if (map === undefined) throw refusal('no-map', name);
  const isArray = ARRAY_TYPES.has(map.spec.type);
  const rows = isArray ? arrayRows(map, offset, limit) : walkRows(map, offset, limit);
  return { map: name, type: map.spec.type, offset, ...rows };
}

/** All entries of a map. */
export function readWholeMap(map: BpfMap): readonly MapEntryView[] {
  return walkRows(map, 0, Infinity).rows;
}

function arrayRows(map: BpfMap, offset: number, limit: number): Pick<MapPage, 'entries' | 'rows'> {
  const rows: MapEntryView[] = [];
  const end = Math.min(map.spec.maxEntries, offset + limit);
  for (let index = offset; index < end; index++) {
    const key = indexKey(index);
    const value = map.lookup(key);
    if (typeof value !== 'number') rows.push(viewEntry(map, key, value));
  }
  return { entries: map.entries, rows };
}

function indexKey(index: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(index).buffer);
}

/** Walks by nextKey. Slots answer an errno where they are empty: those are no entries. Maps without keys have no rows. */
function walkRows(map: BpfMap, offset: number, limit: number): Pick<MapPage, 'entries' | 'rows'> {
  const rows: MapEntryView[] = [];
  const hasSlots = SLOT_TYPES.has(map.spec.type);
  let seen = 0;
  for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) {
    const value = map.lookup(key);
    if (typeof value === 'number') continue;
    if (seen >= offset && rows.length < limit) rows.push(viewEntry(map, key, value));
    seen++;
    if (rows.length === limit && !hasSlots) break;
  }
  return { entries: hasSlots ? seen : map.entries, rows };
}

function viewEntry(map: BpfMap, key: Uint8Array, value: Uint8Array): MapEntryView {
  const values = splitCpus(map, value);
  return {
    keyHex: Buffer.from(key).toString('hex'),
    // A prefix is a length and bytes, no number.
    key: map.spec.type === 'lpm_trie' ? '' : asNumber(key),
    valueHex: values.map((one) => Buffer.from(one).toString('hex')),
    value: values.map((one) => asNumber(one)),
  };
}

/** Values of per-CPU maps come one after the other, each rounded up to 8 bytes. */
function splitCpus(map: BpfMap, value: Uint8Array): Uint8Array[] {
  const { type, valueSize } = map.spec;
  if (!PERCPU_TYPES.has(type)) return [value];
  const stride = Math.ceil(valueSize / 8) * 8;
  const cpus = Math.floor(value.length / stride);
  return Array.from({ length: cpus }, (_, cpu) => value.subarray(cpu * stride, cpu * stride + valueSize));
}

/** Unsigned little-endian number of 4 or 8 bytes in decimal text, '' for other sizes. */
function asNumber(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return String(view.getUint32(0, true));
  if (bytes.length === 8) return String(view.getBigUint64(0, true));
  return '';
}
