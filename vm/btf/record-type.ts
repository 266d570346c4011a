// Which struct a record of a ring buffer or perf buffer is. Nothing in an object says it: programs hand over bytes. What is told is a guess by name and
// size, or none.
import type { Btf } from './btf.ts';
import { sizeOf } from './query.ts';

/** Names that programs give to what they hand over: 'event', 'exec_event', 'event_t', 'data_t'. */
const EVENT_NAME = /^(?:\w+_)?(?:event|data|record|rec|msg|sample)(?:_t|_s)?$/;

/** A perf buffer rounds records up: to a multiple of 8 bytes with the 4 of their length. */
const PERF_PADDING = 7;

/**
 * The struct that a record of `bytes` bytes of the map named `map` is, among the object's own types: one named like an event and exactly as long; with several,
 * the one that is named like the map. A longer one is taken where the record may be its beginning, as programs leave out the end of a long string; a
 * shorter one where the rest is the padding of a perf buffer. Undefined where nothing fits, or more than one does.
 */
export function recordTypeOf(types: Btf, map: string, bytes: number): number | undefined {
  const candidates = candidatesOf(types);
  const exact = candidates.filter(({ size }) => size === bytes);
  const padded = candidates.filter(({ size }) => size < bytes && size + PERF_PADDING >= bytes);
  const longer = candidates.filter(({ size }) => size > bytes);
  for (const fitting of [exact, padded, longer]) {
    if (fitting.length === 1) return fitting[0]!.id;
    const alike = fitting.filter(({ name }) => isAlike(name, map));
    if (alike.length === 1) return alike[0]!.id;
    if (fitting.length > 0) return undefined;
  }
  return undefined;
}

interface Candidate {
  readonly id: number;
  readonly name: string;
  readonly size: number;
}

const known = new WeakMap<Btf, readonly Candidate[]>();

function candidatesOf(types: Btf): readonly Candidate[] {
  const cached = known.get(types);
  if (cached !== undefined) return cached;
  const candidates = types.ids('struct').flatMap((id): Candidate[] => {
    const type = types.type(id);
    if (type.kind !== 'struct' || !EVENT_NAME.test(type.name)) return [];
    return [{ id, name: type.name, size: sizeOf(types, id) ?? 0 }];
  });
  known.set(types, candidates);
  return candidates;
}

/** 'exec_event' and 'exec_events', 'event' and 'events'. */
function isAlike(struct: string, map: string): boolean {
  const stem = struct.replace(/_[ts]$/, '');
  return map === stem || map === `${stem}s` || map.startsWith(stem) || stem.startsWith(map.replace(/s$/, ''));
}
