// How numbers read on the page. Every figure a person sees goes through one of these, so that units agree everywhere.

/** What stands where there is nothing to say: an en dash. */
export const NOTHING = '–';

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1234567 -> '1,234,567'; whole numbers, exact. */
export function formatCount(count: number): string {
  return Number.isFinite(count) ? GROUPED.format(count) : NOTHING;
}

const STEPS = [
  { from: 1e12, sign: 'T' },
  { from: 1e9, sign: 'G' },
  { from: 1e6, sign: 'M' },
  { from: 1e3, sign: 'k' },
] as const;

/** 12345 -> '12.3 k', 999 -> '999', 0.25 -> '0.25': three significant digits, for places with little room. */
export function formatShort(value: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  // 999,950 would round to '1000 k': the step is chosen after rounding to three digits.
  const rounded = Number(value.toPrecision(3));
  const step = STEPS.find(({ from }) => Math.abs(rounded) >= from);
  return step === undefined ? threeDigits(rounded) : `${threeDigits(rounded / step.from)} ${step.sign}`;
}

/** Events a second: 12345 -> '12.3 k/s'. */
export function formatRate(perS: number): string {
  return Number.isFinite(perS) ? `${formatShort(perS)}/s` : NOTHING;
}

/** A length of time in ns: 18400 -> '18.4 µs', 0 -> '0 ns', 75e9 -> '1 min 15 s'. NaN (never returned) is a dash. */
export function formatNs(ns: number): string {
  if (!Number.isFinite(ns)) return NOTHING;
  const rounded = Number(ns.toPrecision(3));
  const size = Math.abs(rounded);
  if (size < 1e3) return `${threeDigits(rounded)} ns`;
  if (size < 1e6) return `${threeDigits(rounded / 1e3)} µs`;
  if (size < 1e9) return `${threeDigits(rounded / 1e6)} ms`;
  if (size < 60e9) return `${threeDigits(rounded / 1e9)} s`;
  const seconds = Math.round(ns / 1e9);
  const rest = Math.abs(seconds % 60);
  return `${formatCount(Math.trunc(seconds / 60))} min${rest === 0 ? '' : ` ${rest} s`}`;
}

/**
 * A position in a recording of `durationNs`: '00:03.250', '1:02:03.250' from an hour on. Shorter than 10 s they show µs, shorter than
 * 1 s they read '6.730 ms', because whole workloads fit into a few ms.
 */
export function formatClock(atNs: number, durationNs: number): string {
  if (durationNs < 1e9) return `${(Math.floor(Math.max(0, atNs) / 1e3) / 1e3).toFixed(3)} ms`;
  const digits = durationNs < 10e9 ? 6 : 3;
  const unit = 10 ** digits;
  const ticks = Math.floor(Math.max(0, atNs) / 10 ** (9 - digits));
  const seconds = Math.floor(ticks / unit);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const tail = `${two(minutes)}:${two(seconds % 60)}.${String(ticks % unit).padStart(digits, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** A share of one: 0.1234 -> '12.3 %', 0.0004 -> '< 0.1 %', 0 -> '0 %'. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return NOTHING;
  if (share > 0 && share < 0.001) return '< 0.1 %';
  if (share < 1 && share > 0.999) return '> 99.9 %';
  return `${Number((share * 100).toFixed(1))} %`;
}

/** 0 -> 'max', 0.25 -> '0.25×'. */
export function formatSpeed(speed: number): string {
  return speed === 0 ? 'max' : `${speed}×`;
}

/** 1536 -> '1.54 kB'; powers of 1000. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return NOTHING;
  return bytes < 1000 ? `${bytes} B` : `${formatShort(bytes)}B`;
}

/** 'call' or 'calls', with the count in front: '1 call', '1,234 calls'. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function threeDigits(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return String(Number(value.toFixed(digits)));
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
