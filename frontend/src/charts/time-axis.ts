// Labels of a time axis in seconds since the start of the recording.

/** '0.5 s', '250 ms', '2:30': by the length of what the axis shows. */
export function timeTick(seconds: number, lengthS: number): string {
  if (lengthS < 1e-3) return `${round(seconds * 1e6)} µs`;
  if (lengthS < 2) return `${round(seconds * 1e3)} ms`;
  if (lengthS < 120) return `${round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
