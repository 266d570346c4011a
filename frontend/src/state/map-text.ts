// Keys and values of maps as text.

/** 'deadbeef' -> 'de ad be ef'. */
export function spacedHex(hex: string): string {
  return hex.replace(/(..)(?=.)/gu, '$1 ');
}

/** The sum of a per-CPU value, exact, as decimal text; empty when the values are no numbers. */
export function sumOfCpus(values: readonly string[]): string {
  if (values.length === 0 || values.some((value) => !/^-?\d+$/u.test(value))) return '';
  return String(values.reduce((sum, value) => sum + BigInt(value), 0n));
}
