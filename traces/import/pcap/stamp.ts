// Stamps of pcapng: a count of units since the epoch in two halves, where a second is a power of ten or of two of them.

/** How a device counts time. */
export interface StampUnit {
  /** Units a second: 10^n or 2^n. */
  readonly perSecond: number;
  /** A unit in ns, at least 1: what times are multiples of. */
  readonly resolutionNs: number;
  /** Seconds to add. */
  readonly offsetSeconds: number;
}

/** A moment. */
export interface Stamp {
  readonly seconds: number;
  /** 0 to 999,999,999; what is finer is left out. */
  readonly ns: number;
}

const NS_PER_SECOND = 1e9;
/** if_tsresol: the high bit tells the base, the others the power. Without that option it is 10^-6. */
const BASE_TWO = 0x80;
export const DEFAULT_RESOLUTION = 6;

/** The unit that the option if_tsresol names; undefined for powers that no clock has. */
export function stampUnit(resolution: number, offsetSeconds: number): StampUnit | undefined {
  const power = resolution & ~BASE_TWO;
  const isTwo = (resolution & BASE_TWO) !== 0;
  if (power > (isTwo ? 63 : 19)) return undefined;
  const perSecond = isTwo ? 2 ** power : 10 ** power;
  return { perSecond, resolutionNs: Math.max(1, Math.floor(NS_PER_SECOND / perSecond)), offsetSeconds };
}

/** The moment of `high` * 2^32 + `low` units, both u32. */
export function stampOf(high: number, low: number, unit: StampUnit): Stamp {
  const { perSecond, offsetSeconds } = unit;
  if (NS_PER_SECOND % perSecond !== 0) return wideStamp(high, low, unit);
  // long division by digits of 16 bits: all numbers stay below 2^53
  let seconds = 0;
  let rest = 0;
  for (const digit of [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff]) {
    const part = rest * 0x1_0000 + digit;
    const quotient = Math.floor(part / perSecond);
    rest = part - quotient * perSecond;
    seconds = seconds * 0x1_0000 + quotient;
  }
  return { seconds: seconds + offsetSeconds, ns: rest * (NS_PER_SECOND / perSecond) };
}

/** Units that are no whole number of ns. */
function wideStamp(high: number, low: number, { perSecond, offsetSeconds }: StampUnit): Stamp {
  const units = (BigInt(high) << 32n) | BigInt(low);
  const second = BigInt(perSecond);
  const seconds = Number(units / second);
  return {
    seconds: seconds + offsetSeconds,
    ns: Number(((units % second) * BigInt(NS_PER_SECOND)) / second),
  };
}
