// The speeds that the page offers. The server takes any from 0.1 to 1000, and 0 for as fast as it can.

/** Slowest first; 0 (as fast as it can) is the fastest and stands last. */
export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 100, 1000, 0] as const;

/** The next faster (by 1) or slower (by -1) speed; the ends stay. A speed between two of the list moves to its neighbour. */
export function stepSpeed(speed: number, by: 1 | -1): number {
  const found =
    by === 1
      ? SPEEDS.find((other) => order(other) > order(speed))
      : SPEEDS.findLast((other) => order(other) < order(speed));
  return found ?? speed;
}

function order(speed: number): number {
  return speed === 0 ? Number.POSITIVE_INFINITY : speed;
}
