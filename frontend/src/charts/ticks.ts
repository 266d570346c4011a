// Ticks of the axes: time in seconds since the start of the recording, latency as powers of ten.

/** '0.5 s', '250 ms', '2:30': by the length of what the axis shows. */
export function timeTick(seconds: number, lengthS: number): string {
  if (lengthS < 1e-3) return `${round(seconds * 1e6)} µs`;
  if (lengthS < 2) return `${round(seconds * 1e3)} ms`;
  if (lengthS < 120) return `${round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** log2 of the powers of ten between two log2 bounds; halves of them too where fewer than two lie inside. */
export function decades(low: number, high: number): readonly number[] {
  const step = (values: readonly number[]): number[] => {
    const found: number[] = [];
    for (let exponent = 0; exponent < 14; exponent++)
      for (const value of values) {
        const at = Math.log2(value * 10 ** exponent);
        if (at >= low - 1e-9 && at <= high + 1e-9) found.push(at);
      }
    return found;
  };
  const tens = step([1]);
  return tens.length >= 2 ? tens : step([1, 2, 5]);
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
