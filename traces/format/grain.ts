// The grain of a clock: stamps in ns that come from a counter of 100 MHz are all multiples of about 10 ns, though none of the numbers shows it.
//
// A recorder prints ns, but the clock behind them ticks in steps of its own (10.0149 ns on a virtual machine, 41.7 on many ARM boards). Steps
// stored as ticks need 3 to 5 bits less each. The grain is found as a radio finds a station: every step v becomes a wave of phase v * f, and
// where f is one over the grain all waves agree. Only products, sums and a table of whole numbers are used, so that every machine finds the same.

/** Positions of the table of waves. */
const TURN = 1 << 14;
const SCALE = 1 << 14;
const COSINE = Int32Array.from({ length: TURN }, (_, i) =>
  Math.round(Math.cos((2 * Math.PI * i) / TURN) * SCALE),
);

/** Values that are looked at, and the fewest that tell anything. */
const SEARCH_VALUES = 128;
const FEWEST_VALUES = 64;
const REFINE_VALUES = 512;
/** Steps longer than this are no use for the search: it would take too many frequencies. */
const LONGEST_SEARCH = 1 << 15;
/** Grains that are searched for, in units of the values. Coarser waves would agree just because most steps are about as long. */
const FINEST = 3;
const COARSEST = 128;
/** How well the waves must agree: 1 is perfectly, by chance it is below 0.3. */
const AGREEMENT = 0.6;
/** Ticks are counted in steps up to this long; longer ones would need a better known grain. */
export const LONGEST_GRAINED: number = 1 << 20;

/** How well `values` are multiples of 1 / frequency, from 0 to 1. */
function agreement(values: readonly number[], frequency: number): number {
  let cosine = 0;
  let sine = 0;
  for (const value of values) {
    const turns = value * frequency;
    const phase = Math.floor((turns - Math.floor(turns)) * TURN);
    cosine += COSINE[phase]!;
    sine += COSINE[(phase + TURN - TURN / 4) & (TURN - 1)]!;
  }
  return Math.sqrt(cosine * cosine + sine * sine) / (values.length * SCALE);
}

/** The grain of positive steps, roughly; 0 where they have none. Takes some fifty milliseconds. */
export function searchGrain(steps: readonly number[]): number {
  const short = steps.filter((step) => step <= LONGEST_SEARCH).sort((a, b) => a - b);
  if (short.length < FEWEST_VALUES) return 0;
  const every = Math.max(1, Math.floor(short.length / SEARCH_VALUES));
  const values = short.filter((_, i) => i % every === 0);
  const resolution = 1 / (4 * short.at(-1)!);
  let best = 0;
  let grain = 0;
  for (let frequency = 1 / COARSEST; frequency < 1 / FINEST; frequency += resolution) {
    const found = agreement(values, frequency);
    if (found <= best) continue;
    best = found;
    grain = 1 / frequency;
  }
  return best < AGREEMENT ? 0 : grain;
}

/** The grain of positive steps near `grain`, as exactly as the longest of them tell; 0 where they do not have it. */
export function refineGrain(steps: readonly number[], grain: number): number {
  if (grain === 0 || steps.length < FEWEST_VALUES) return 0;
  const sorted = steps.toSorted((a, b) => a - b);
  let frequency = 1 / grain;
  let end = Math.min(REFINE_VALUES, sorted.length);
  for (;;) {
    const values = sorted.slice(Math.max(0, end - REFINE_VALUES), end);
    const longest = values.at(-1)!;
    const step = 1 / (16 * longest);
    let best = agreement(values, frequency);
    let nearest = frequency;
    for (let i = -8; i <= 8; i++) {
      const found = agreement(values, frequency + i * step);
      if (found <= best) continue;
      best = found;
      nearest = frequency + i * step;
    }
    if (best < AGREEMENT) return 0;
    frequency = nearest;
    if (end === sorted.length || longest >= LONGEST_GRAINED) return 1 / frequency;
    while (end < sorted.length && sorted[end]! < longest * 2) end++;
    if (end < sorted.length && sorted[end - 1]! <= longest) end++;
  }
}
