// What `run --json` prints: all of a replay as one document.
import { formatPrintk, type Printk } from '../../vm/index.ts';
import type { OpenedTrace } from '../library/open-trace.ts';
import type { OpenedProgram } from '../library/programs.ts';
import type { MapEntryView } from '../protocol/index.ts';
import { readWholeMap } from '../session/map-page.ts';
import { recordsOf, viewPrograms } from '../session/programs-view.ts';
import { decodeRecord, type ProgramRecord } from '../session/records.ts';
import type { Replay } from '../session/replay.ts';
import { rawJson } from './output.ts';
import { profileResult } from './profile-text.ts';

/** A recording that was replayed. Lines and records are kept for the document only. */
export interface Replayed {
  readonly replay: Replay;
  readonly lines: readonly Printk[];
  readonly records: readonly ProgramRecord[];
}

/** `types`: structs of records by map, as they were asked for. */
export function resultOf(
  opened: OpenedTrace,
  { replay, lines, records }: Replayed,
  types: Readonly<Record<string, string>>,
  program: OpenedProgram,
): unknown {
  const { progs, progArrays, faults, unknownReads, object } = viewPrograms(replay);
  const { totals, cursor, machine } = replay;
  return {
    program: object,
    trace: opened.name,
    calls: totals.calls,
    errors: totals.errors,
    points: cursor.points,
    insns: machine.insnsRun,
    unknownReads,
    unknown: machine.unknown(),
    kernel: program.kernel.name,
    assumed: program.object?.assumed ?? [],
    printk: lines.map((printk) => ({
      text: printk.text,
      comm: printk.comm,
      tid: printk.tid,
      cpu: printk.cpu,
      atNs: printk.atNs,
      line: formatPrintk(printk),
    })),
    records: records.map((record) => {
      const { type, json } = decodeRecord(replay.object, record, types);
      return {
        map: record.map,
        cpu: record.cpu ?? null,
        atNs: record.atNs,
        bytes: Buffer.from(record.bytes).toString('hex'),
        type: type ?? null,
        value: json === undefined ? null : rawJson(json),
      };
    }),
    progs,
    leftOut: replay.leftOut,
    maps: replay.object.maps.map((map) => ({
      name: map.spec.name,
      type: map.spec.type,
      keySize: map.spec.keySize,
      valueSize: map.spec.valueSize,
      maxEntries: map.spec.maxEntries,
      ...recordsOf(map, replay.outlets),
      entries: readWholeMap(replay.object, map).map((entry) => entryOf(entry)),
    })),
    progArrays,
    faults,
    ...(hasHits(replay) ? { profile: profileResult(machine, replay.object) } : {}),
  };
}

function hasHits({ machine, object }: Replay): boolean {
  return object.progs.some((prog) => machine.hitsOf(prog) !== undefined);
}

/** An entry as the document has it: the types' view as values, and not as text. */
function entryOf({ json, keyHex, key, valueHex, value }: MapEntryView): unknown {
  const entry = { keyHex, key, valueHex, value };
  if (json === undefined) return entry;
  return { ...entry, formatted: { key: rawJson(json.key), value: json.value.map(rawJson) } };
}
