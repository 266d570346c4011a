// Entries of a map, a page at a time, in hex and where it is a number also as one.
import { valueJson, valueOf, type BpfMap, type LoadedObject } from '../../vm/index.ts';
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
  const types = typesOf(object, map);
  const { entries, rows } = isArray
    ? arrayRows(map, types, offset, limit)
    : walkRows(map, types, offset, limit);
  return { map: name, type: map.spec.type, offset, entries, rows: rows.map(cutEntry) };
}

/** Characters of a value that a page gets: it shows a line of them. */
const LIMITS = { hex: 512, json: 4096 } as const;

function cutEntry({ keyHex, key, value, valueHex, json }: MapEntryView): MapEntryView {
  return {
    keyHex,
    key,
    value,
    valueHex: valueHex.map((hex) => short(hex, LIMITS.hex)),
    ...(json === undefined
      ? {}
      : { json: { key: json.key, value: json.value.map((text) => short(text, LIMITS.json)) } }),
  };
}

function short(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

/** All entries of a map. */
export function readWholeMap(object: LoadedObject, map: BpfMap): readonly MapEntryView[] {
  return walkRows(map, typesOf(object, map), 0, Infinity).rows;
}

/** Prints bytes as a value of a type. */
type Printer = (bytes: Uint8Array) => string;

/** How keys and values of a map are printed; undefined where their types are not known, or are such that only the kernel knows them. */
type EntryTypes = { readonly key: Printer; readonly value: Printer } | undefined;

function typesOf({ spec: { types } }: LoadedObject, { spec }: BpfMap): EntryTypes {
  const { type, keyType = 0, valueType = 0, keySize } = spec;
  if (types === undefined || valueType === 0 || SLOT_TYPES.has(type)) return undefined;
  const printer =
    (id: number): Printer =>
    (bytes) =>
      valueJson(valueOf(types, id, bytes));
  // the only key of global data has no type
  if (keyType === 0) return keySize === 4 ? { key: u32Json, value: printer(valueType) } : undefined;
  return { key: printer(keyType), value: printer(valueType) };
}

function u32Json(bytes: Uint8Array): string {
  return asNumber(bytes);
}

function arrayRows(
  map: BpfMap,
  types: EntryTypes,
  offset: number,
  limit: number,
): Pick<MapPage, 'entries' | 'rows'> {
  const rows: MapEntryView[] = [];
  const end = Math.min(map.spec.maxEntries, offset + limit);
  for (let index = offset; index < end; index++) {
    const key = indexKey(index);
    const value = map.lookup(key);
    if (typeof value !== 'number') rows.push(viewEntry(map, types, key, value));
  }
  return { entries: map.entries, rows };
}

function indexKey(index: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(index).buffer);
}

/** Walks by nextKey. Slots answer an errno where they are empty: those are no entries. Maps without keys have no rows. */
function walkRows(
  map: BpfMap,
  types: EntryTypes,
  offset: number,
  limit: number,
): Pick<MapPage, 'entries' | 'rows'> {
  const rows: MapEntryView[] = [];
  const hasSlots = SLOT_TYPES.has(map.spec.type);
  let seen = 0;
  for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) {
    const value = map.lookup(key);
    if (typeof value === 'number') continue;
    if (seen >= offset && rows.length < limit) rows.push(viewEntry(map, types, key, value));
    seen++;
    if (rows.length === limit && !hasSlots) break;
  }
  return { entries: hasSlots ? seen : map.entries, rows };
}

function viewEntry(map: BpfMap, types: EntryTypes, key: Uint8Array, value: Uint8Array): MapEntryView {
  const values = splitCpus(map, value);
  return {
    keyHex: Buffer.from(key).toString('hex'),
    // A prefix is a length and bytes, no number.
    key: map.spec.type === 'lpm_trie' ? '' : asNumber(key),
    valueHex: values.map((one) => Buffer.from(one).toString('hex')),
    value: values.map((one) => asNumber(one)),
    ...(types === undefined ? {} : { json: { key: types.key(key), value: values.map(types.value) } }),
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
