// Records of ring buffers and perf buffers as people read them: by their BTF type where one fits, else their bytes.
import { recordTypeOf, valueJson, valueOf, type LoadedObject } from '../../vm/index.ts';

/** A record that a program handed over. */
export interface ProgramRecord {
  /** Name of the map. */
  readonly map: string;
  /** Of a perf buffer its CPU; undefined for ring buffers. */
  readonly cpu: number | undefined;
  /** ns since the start of the recording, of the point that it was read at. */
  readonly atNs: number;
  readonly bytes: Uint8Array;
  /** How long it was, where `bytes` are its beginning only. */
  readonly length?: number;
}

/** A record with its type: 'struct event'. Without one, `json` is undefined. */
export interface DecodedRecord {
  readonly type: string | undefined;
  readonly json: string | undefined;
}

/** Decodes records of an object. `asked` are types by map, as a person names them: 'event' or 'struct event'. */
export function decodeRecord(
  { spec: { types, maps } }: LoadedObject,
  { map, bytes, length = bytes.length }: ProgramRecord,
  asked: Readonly<Record<string, string>> = {},
): DecodedRecord {
  if (types === undefined) return { type: undefined, json: undefined };
  const name = asked[map]?.replace(/^struct /, '');
  const told = maps.find((each) => each.name === map)?.recordType;
  const id = name === undefined ? (told ?? recordTypeOf(types, map, length)) : types.find('struct', name);
  const type = id === undefined ? undefined : types.type(id);
  if (id === undefined || type?.kind !== 'struct') return { type: undefined, json: undefined };
  return { type: `struct ${type.name}`, json: valueJson(valueOf(types, id, bytes)) };
}
