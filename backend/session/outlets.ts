// What programs hand to user space through ring buffers and perf buffers: taken out after each point, as a reader on Linux would, so that
// a buffer is full only when one point fills it. Counted here, and shown to whoever listens; the records themselves are not kept.
import type { BpfMap, LoadedObject, MapRecord } from '../../vm/index.ts';

/** Types of maps that user space reads records from. */
const OUTLET_TYPES: ReadonlySet<string> = new Set(['ringbuf', 'perf_event_array']);

export interface Outlets {
  /** Takes out all records that are complete. */
  drain(): void;
  /** Records of a map that were read, undefined for a map that has none. */
  read(map: BpfMap): number | undefined;
  save(): readonly number[];
  restore(counts: readonly number[]): void;
}

/** Shown each record as it is read. */
export type RecordListener = (map: BpfMap, record: MapRecord) => void;

const ignore: RecordListener = () => {};

/** The outlets of an object, nothing read yet. */
export function createOutlets(object: LoadedObject, onRecord: RecordListener = ignore): Outlets {
  const maps = object.maps.filter(({ spec }) => OUTLET_TYPES.has(spec.type));
  const visits = maps.map((map) => (record: MapRecord) => onRecord(map, record));
  let counts = maps.map(() => 0);
  return {
    drain() {
      for (let i = 0; i < maps.length; i++) counts[i]! += Math.max(0, maps[i]!.consume(visits[i]!));
    },
    read: (map) => counts[maps.indexOf(map)],
    save: () => [...counts],
    restore: (saved) => {
      counts = [...saved];
    },
  };
}
