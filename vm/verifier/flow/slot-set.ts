// Sets of stack slots, two words of 32, as text.

/** Offsets from r10 of the slots in a set, lowest slot first: '-8,-24'. */
export function setText(low: number, high: number): string {
  const offs: number[] = [];
  for (let slot = 0; slot < 64; slot++) {
    if (((slot < 32 ? low : high) & (1 << (slot & 31))) !== 0) offs.push(-8 * (slot + 1));
  }
  return offs.join(',');
}
