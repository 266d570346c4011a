// What `run` prints for people: records as they come, and the maps at the end.
import { readWholeMap, countEntries } from '../session/map-page.ts';
import type { DecodedRecord, ProgramRecord } from '../session/records.ts';
import type { Replay } from '../session/replay.ts';
import type { MapEntryView } from '../protocol/index.ts';
import { bytesText } from '../session/bytes-text.ts';
import { countOf } from './output.ts';

const NS_A_SECOND = 1e9;

/** A record on a line: time, map, and the value as JSON; bytes where nothing is known of its type. */
export function recordText({ map, atNs, bytes }: ProgramRecord, { json }: DecodedRecord): string {
  return `${(atNs / NS_A_SECOND).toFixed(6)} ${map}: ${json ?? bytesText(bytes)}\n`;
}

/** Entries of a map that are printed at most; --json has all. */
const LIMIT_ROWS = 4096;
/** Arrays of more entries are printed without those that hold nothing but zeros. */
const SHORT_ARRAY = 64;

/** All maps with their entries; with BTF in the words of bpftool, an entry a line. */
export function mapsText({ object, outlets }: Replay): string {
  return object.maps
    .map((map) => {
      const rows = readWholeMap(object, map);
      const { name, type, maxEntries } = map.spec;
      const read = outlets.read(map);
      const what =
        read === undefined
          ? `${countEntries(map).toLocaleString('en-US')} of ${countOf(maxEntries, 'entry', 'entries')}`
          : `${countOf(read, 'record')} read, ${map.dropped.toLocaleString('en-US')} dropped`;
      const head = `map ${name}: ${type}, ${what}\n`;
      const stats = type === 'prog_array' ? object.progArray(map) : undefined;
      const slots = new Map(stats?.slots.map((slot) => [String(slot.index), slot]));
      const told = rows.length > SHORT_ARRAY && type.endsWith('array') ? rows.filter(isFilled) : rows;
      const body = told.slice(0, LIMIT_ROWS).map((row) => {
        const slot = slots.get(row.key);
        return slot === undefined
          ? `  ${entryText(row)}\n`
          : `  ${row.key}: ${slot.prog ?? 'empty'}, ${countOf(slot.hits, 'hit')}\n`;
      });
      return `\n${head}${body.join('')}${leftOutText(rows.length, told.length)}`;
    })
    .join('');
}

function isFilled({ valueHex }: MapEntryView): boolean {
  return valueHex.some((hex) => /[^0]/.test(hex));
}

/** What is told of entries that are not: of `all`, `told` hold something. */
function leftOutText(all: number, told: number): string {
  const zeros = all - told;
  const more = Math.max(0, told - LIMIT_ROWS);
  return [
    ...(zeros === 0 ? [] : [`  ${countOf(zeros, 'entry', 'entries')} of zeros\n`]),
    ...(more === 0 ? [] : [`  and ${more.toLocaleString('en-US')} more (--json has all)\n`]),
  ].join('');
}

function entryText({ key, keyHex, value, valueHex, json }: MapEntryView): string {
  if (json !== undefined) return `${json.key}: ${json.value.join(' ')}`;
  const values = value.map((number, cpu) => (number === '' ? hexText(valueHex[cpu]!) : number));
  return `${key === '' ? hexText(keyHex) : key}: ${values.join(' ')}`;
}

function hexText(hex: string): string {
  return bytesText(Buffer.from(hex, 'hex'));
}
