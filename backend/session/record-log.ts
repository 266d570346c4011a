// Records that programs handed over, as the page shows them: the last ones, and how many there were.
import type { LoadedObject } from '../../vm/index.ts';
import type { RecordLine, RecordsView } from '../protocol/index.ts';
import { bytesText } from './bytes-text.ts';
import { decodeRecord, type ProgramRecord } from './records.ts';

/** Records kept: what a frame may carry at most. The page keeps more of its own. */
const KEPT = 200;
/** Bytes of a record that are kept, and characters of its text that are sent: the page has lines, not documents. */
const LIMITS = { bytes: 4096, text: 300 } as const;

export interface RecordLogState {
  readonly byteSize: number;
  readonly total: number;
  readonly last: readonly ProgramRecord[];
}

export interface RecordLog {
  readonly total: number;
  push(record: ProgramRecord): void;
  /** Records after number `since`, as far as they are kept; `whole` asks for all that are kept. */
  view(since: number, whole: boolean): RecordsView;
  save(): RecordLogState;
  restore(state: RecordLogState): void;
}

/** An empty log for an object. Records are decoded only when a frame shows them. */
export function createRecordLog(object: LoadedObject): RecordLog {
  const ring: (ProgramRecord | undefined)[] = Array.from({ length: KEPT });
  let total = 0;
  const lastRecords = (count: number): ProgramRecord[] => {
    const records: ProgramRecord[] = [];
    for (let i = total - count; i < total; i++) {
      const record = ring[i % KEPT];
      if (record !== undefined) records.push(record);
    }
    return records;
  };
  const kept = (): number => Math.min(total, KEPT);
  return {
    get total() {
      return total;
    },
    push: (record) => {
      // of a long one only the beginning is kept, so that saved states stay small; its type is found by its whole length
      ring[total % KEPT] = record.bytes.length > LIMITS.bytes ? cutRecord(record) : record;
      total++;
    },
    view: (since, whole) => {
      const count = whole ? kept() : Math.min(total - since, KEPT);
      return { whole, total, records: lastRecords(count).map((record) => lineOf(object, record)) };
    },
    save: () => {
      const last = lastRecords(kept());
      return { total, last, byteSize: last.reduce((sum, { bytes }) => sum + bytes.length, 0) };
    },
    restore: (state) => {
      total = state.total;
      const first = total - state.last.length;
      state.last.forEach((record, i) => {
        ring[(first + i) % KEPT] = record;
      });
    },
  };
}

function cutRecord(record: ProgramRecord): ProgramRecord {
  return { ...record, bytes: record.bytes.slice(0, LIMITS.bytes), length: record.bytes.length };
}

function lineOf(object: LoadedObject, record: ProgramRecord): RecordLine {
  const { map, atNs, bytes } = record;
  const text = decodeRecord(object, record).json ?? bytesText(bytes, record.length);
  return { map, atNs, text: text.length > LIMITS.text ? `${text.slice(0, LIMITS.text - 1)}…` : text };
}
