// Latencies in buckets: a quarter of an octave each, from 1 ns to over 100 s.
//
// Bucket 0 holds 0 ns; bucket 1 + 4 o + q holds 2^(o + q/4) ns up to the next. A percentile is the highest whole ns of the bucket that the value
// is in, and never more than the longest latency: so it is at or above the true value, and at most 19 % (a factor of 2^(1/4)) above.

/** 2 to the power of 0, 1/4, 1/2, 3/4. */
const QUARTERS = [1, 1.189207115002721, Math.SQRT2, 1.681792830507429] as const;
const OCTAVES = 38;
/** Buckets of a histogram. The last also holds all that is longer (over 2^38 ns = 275 s). */
export const LATENCY_BUCKETS: number = 1 + 4 * OCTAVES;

/** Bucket of a latency of whole ns, at least 0. */
export function latencyBucket(ns: number): number {
  if (ns < 1) return 0;
  const octave = ns < 0x8000_0000 ? 31 - Math.clz32(ns) : 62 - Math.clz32(ns / 0x8000_0000);
  if (octave >= OCTAVES) return LATENCY_BUCKETS - 1;
  const fraction = ns / 2 ** octave;
  const quarter = fraction < QUARTERS[2] ? (fraction < QUARTERS[1] ? 0 : 1) : fraction < QUARTERS[3] ? 2 : 3;
  return 1 + 4 * octave + quarter;
}

/** Highest whole ns of a bucket. */
function bucketTopNs(bucket: number): number {
  if (bucket === 0) return 0;
  const next = QUARTERS[bucket & 3]! * 2 ** (bucket >> 2);
  return Math.ceil(next) - 1;
}

/**
 * The latency that `share` (0 to 1) of those in counts[start..start+LATENCY_BUCKETS) do not exceed, in ns; NaN where there are none.
 * `maxNs` is the longest of them.
 */
export function percentileNs(counts: Uint32Array, start: number, share: number, maxNs: number): number {
  let total = 0;
  for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) total += counts[start + bucket]!;
  if (total === 0) return Number.NaN;
  let left = Math.max(1, Math.ceil(total * share));
  for (let bucket = 0; bucket < LATENCY_BUCKETS - 1; bucket++) {
    left -= counts[start + bucket]!;
    if (left <= 0) return Math.min(bucketTopNs(bucket), maxNs);
  }
  return maxNs;
}
