// Entries of a map, a page at a time, in hex and where it is a number also as one.
import type { BpfMap, LoadedObject } from '../../vm/index.ts';
import { refusal } from '../errors.ts';
import type { MapEntryView, MapPage } from '../protocol/index.ts';
import { PROG_ARRAY } from './programs-view.ts';

/** Maps of these types have the keys 0 .. maxEntries-1. */
const ARRAY_TYPES: ReadonlySet<string> = new Set(['array', 'percpu_array']);

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
    const key = new Uint8Array(Uint32Array.of(index).buffer);
    const value = map.lookup(key);
    if (typeof value !== 'number') rows.push(viewEntry(map, key, value));
  }
  return { entries: map.entries, rows };
}

/** Walks by nextKey. A prog array has the errno ENOENT at empty slots: those are no entries. */
function walkRows(map: BpfMap, offset: number, limit: number): Pick<MapPage, 'entries' | 'rows'> {
  const rows: MapEntryView[] = [];
  let seen = 0;
  for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) {
    const value = map.lookup(key);
    if (typeof value === 'number') continue;
    if (seen >= offset && rows.length < limit) rows.push(viewEntry(map, key, value));
    seen++;
    if (rows.length === limit && map.spec.type !== PROG_ARRAY) break;
  }
  return { entries: map.spec.type === PROG_ARRAY ? seen : map.entries, rows };
}

function viewEntry(map: BpfMap, key: Uint8Array, value: Uint8Array): MapEntryView {
  const values = splitCpus(map, value);
  return {
    keyHex: Buffer.from(key).toString('hex'),
    key: asNumber(key),
    valueHex: values.map((one) => Buffer.from(one).toString('hex')),
    value: values.map((one) => asNumber(one)),
  };
}

/** Values of per-CPU maps come one after the other, each rounded up to 8 bytes. */
function splitCpus(map: BpfMap, value: Uint8Array): Uint8Array[] {
  const { type, valueSize } = map.spec;
  if (!type.startsWith('percpu_')) return [value];
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
