// Turns the timeline's buckets into as many bars as the chart has room for.
import { CATEGORY_NAMES } from '../../../traces/index.ts';
import type { Timeline } from './page-state.ts';

const KINDS = CATEGORY_NAMES.length;

/** One bar: the recorded time it covers, and calls a second by category, of errors, and packets. */
export interface Bar {
  readonly fromNs: number;
  readonly toNs: number;
  /** Calls a second of recorded time, by category code. */
  readonly perS: readonly number[];
  readonly errorsPerS: number;
  readonly packetsPerS: number;
  readonly calls: number;
  readonly errors: number;
  readonly packets: number;
}

/**
 * At most `room` bars over the whole recording, each of the same whole number of buckets. The last may reach past the end of the
 * recording; its rate is over what lies within.
 */
export function timelineBars(timeline: Timeline, durationNs: number, room: number): readonly Bar[] {
  const { bucketNs, buckets, calls, errors, packets } = timeline;
  const step = Math.max(1, Math.ceil(buckets / Math.max(1, room)));
  const bars: Bar[] = [];
  for (let first = 0; first < buckets; first += step) {
    const fromNs = first * bucketNs;
    if (fromNs >= durationNs && first > 0) break;
    const last = Math.min(first + step, buckets);
    const toNs = Math.max(fromNs + 1, Math.min(last * bucketNs, durationNs));
    const seconds = (toNs - fromNs) / 1e9;
    const sums = Array.from({ length: KINDS }, () => 0);
    let failed = 0;
    let passed = 0;
    for (let bucket = first; bucket < last; bucket++) {
      for (let kind = 0; kind < KINDS; kind++) sums[kind]! += calls[bucket * KINDS + kind]!;
      failed += errors[bucket]!;
      passed += packets[bucket]!;
    }
    bars.push({
      fromNs,
      toNs,
      perS: sums.map((sum) => sum / seconds),
      errorsPerS: failed / seconds,
      packetsPerS: passed / seconds,
      calls: sums.reduce((a, b) => a + b, 0),
      errors: failed,
      packets: passed,
    });
  }
  return bars;
}

/** Codes of the categories that have calls in any bar, in code order. */
export function usedCategories(bars: readonly Bar[]): readonly number[] {
  return CATEGORY_NAMES.map((_, code) => code).filter((code) => bars.some(({ perS }) => perS[code]! > 0));
}

/** Whether any bar has packets. */
export function hasPackets(bars: readonly Bar[]): boolean {
  return bars.some(({ packets }) => packets > 0);
}
