// What `run` prints for people: records as they come, and the maps at the end.
import { readWholeMap, countEntries } from '../session/map-page.ts';
import type { DecodedRecord, ProgramRecord } from '../session/records.ts';
import type { Replay } from '../session/replay.ts';
import type { MapEntryView } from '../protocol/index.ts';
import { countOf } from './output.ts';

const NS_A_SECOND = 1e9;

/** A record on a line: time, map, and the value as JSON; bytes where nothing is known of its type. */
export function recordText({ map, atNs, bytes }: ProgramRecord, { json }: DecodedRecord): string {
  const what = json ?? `${countOf(bytes.length, 'byte')} ${Buffer.from(bytes).toString('hex')}`;
  return `${(atNs / NS_A_SECOND).toFixed(6)} ${map}: ${what}\n`;
}

/** All maps with their entries; with BTF in the words of bpftool, an entry a line. */
export function mapsText({ object, outlets }: Replay): string {
  return object.maps
    .map((map) => {
      const rows = readWholeMap(object, map);
      const { name, type, maxEntries } = map.spec;
      const read = outlets.read(map);
      const what =
        read === undefined
          ? `${countEntries(map)} of ${countOf(maxEntries, 'entry', 'entries')}`
          : `${countOf(read, 'record')} read, ${map.dropped} dropped`;
      const head = `map ${name}: ${type}, ${what}\n`;
      const stats = type === 'prog_array' ? object.progArray(map) : undefined;
      const slots = new Map(stats?.slots.map((slot) => [String(slot.index), slot]));
      const body = rows.map((row) => {
        const slot = slots.get(row.key);
        return slot === undefined
          ? `  ${entryText(row)}\n`
          : `  ${row.key}: ${slot.prog ?? 'empty'}, ${countOf(slot.hits, 'hit')}\n`;
      });
      return `\n${head}${body.join('')}`;
    })
    .join('');
}

function entryText({ key, keyHex, value, valueHex, json }: MapEntryView): string {
  if (json !== undefined) return `${json.key}: ${json.value.join(' ')}`;
  const values = value.map((number, cpu) => (number === '' ? valueHex[cpu]! : number));
  return `${key === '' ? keyHex : key}: ${values.join(' ')}`;
}
