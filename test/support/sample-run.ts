// A sample over a recorded log: what it hands over, what its maps hold at the end.
import type { KernelSource } from '../../backend/library/kernels.ts';
import { openProgram, readProgram } from '../../backend/library/programs.ts';
import { readWholeMap } from '../../backend/session/map-page.ts';
import { decodeRecord } from '../../backend/session/records.ts';
import { createReplay } from '../../backend/session/replay.ts';
import { formatPrintk, type BpfMap, type ProgArrayStats } from '../../vm/index.ts';
import type { Recording } from '../../traces/index.ts';
import { recordingOf } from './logs.ts';

/** Numbers, texts and what is made of them, as JSON has them. */
export type Value = Readonly<Record<string, unknown>>;

export interface SampleRun {
  /** Records of ring buffers, in order. */
  readonly records: readonly Value[];
  readonly printed: readonly string[];
  /** Tail calls through a prog array by its name. */
  readonly jumps: (map: string) => ProgArrayStats;
  readonly mapNames: readonly string[];
  /** Entries of a map by its name. */
  readonly entries: (map: string) => readonly (readonly [key: unknown, value: Value | number])[];
}

/** Runs the sample `name` over the log `log`, from its beginning to its end. Throws when a program was stopped, or a record found no room. */
export async function runSample(
  name: string,
  log: string,
  globals: Readonly<Record<string, bigint>> = {},
): Promise<SampleRun> {
  return runOver(name, await recordingOf(log), globals);
}

/** The same over any recording. */
export function runOver(
  name: string,
  recording: Recording,
  globals: Readonly<Record<string, bigint>> = {},
  kernel?: KernelSource,
): SampleRun {
  const options = kernel === undefined ? { globals } : { globals, kernel };
  const records: Value[] = [];
  const printed: string[] = [];
  const replay = createReplay(recording, openProgram(readProgram(name, options)), {
    onPrintk: (line) => printed.push(formatPrintk(line)),
    onRecord: (record) => records.push(JSON.parse(decodeRecord(replay.object, record).json!) as Value),
  });
  replay.run(Infinity, Infinity, () => false);
  const faults = replay.faults.view();
  if (faults.length > 0) throw new Error(faults[0]!.message);
  for (const map of replay.object.maps) if (map.dropped > 0) throw new Error(`${map.spec.name} had no room`);
  const mapOf = (map: string): BpfMap => replay.object.maps.find(({ spec }) => spec.name === map)!;
  const entries: SampleRun['entries'] = (map) =>
    readWholeMap(replay.object, mapOf(map)).map(({ json }) => [
      JSON.parse(json!.key),
      JSON.parse(json!.value[0]!) as Value | number,
    ]);
  const mapNames = replay.object.maps.map(({ spec }) => spec.name);
  return { records, printed, mapNames, entries, jumps: (map) => replay.object.progArray(mapOf(map)) };
}

/** A char array as text: one that holds control characters or no UTF-8 stands in JSON as its bytes. */
export function asText(value: unknown): string {
  return typeof value === 'string'
    ? value
    : Buffer.from(value as number[])
        .toString('utf8')
        .replace(/\0[^]*$/u, '');
}
