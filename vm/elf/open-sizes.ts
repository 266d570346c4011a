// Sizes that an object leaves to the tool that loads it: without that tool they get what such tools mostly choose.
import type { MapSpec } from '../object.ts';

/** A size of a map. */
export type SizeName = 'maxEntries' | 'valueSize';

/** A size that the object does not say, and what is taken for it. */
export interface AssumedSize {
  readonly map: string;
  readonly size: SizeName;
  readonly value: number;
}

/** PERF_MAX_STACK_DEPTH frames. @see include/uapi/linux/perf_event.h */
const STACK_BYTES = 127 * 8;
/** What the tools of libbpf-tools have for MAX_ENTRIES. */
const ENTRIES = 10_240;
const RING_BYTES = 256 * 1024;

/** By map type; other types do without, or libbpf itself knows what to take. */
const OPEN_SIZES: Readonly<Record<string, Partial<Record<SizeName, number>>>> = {
  stack_trace: { maxEntries: ENTRIES, valueSize: STACK_BYTES },
  hash: { maxEntries: ENTRIES },
  percpu_hash: { maxEntries: ENTRIES },
  lru_hash: { maxEntries: ENTRIES },
  lru_percpu_hash: { maxEntries: ENTRIES },
  ringbuf: { maxEntries: RING_BYTES },
};

/** The sizes that a map lacks. */
export function openSizes({ name, type, ...sizes }: MapSpec): AssumedSize[] {
  const open = Object.hasOwn(OPEN_SIZES, type) ? OPEN_SIZES[type]! : {};
  return (['maxEntries', 'valueSize'] as const).flatMap((size): AssumedSize[] => {
    const value = open[size];
    return value === undefined || sizes[size] !== 0 ? [] : [{ map: name, size, value }];
  });
}
