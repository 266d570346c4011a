// From counts to pixels: one pixel a cell, the slowest row on top, cells without calls see-through.
import { type Heat, type HeatExtent, rowFloorNs } from '../state/heat.ts';

/**
 * RGBA bytes of the rows lowRow..highRow of `heat`: width `heat.columns`, height highRow - lowRow + 1. Colour goes by the logarithm of
 * the count, because a column holds one slow call beside ten thousand quick ones and both must show.
 */
export function heatPixels(
  heat: Heat,
  { lowRow, highRow, max }: HeatExtent,
  palette: Uint8ClampedArray,
): Uint8ClampedArray<ArrayBuffer> {
  const height = highRow - lowRow + 1;
  const pixels = new Uint8ClampedArray(heat.columns * height * 4);
  for (let column = 0; column < heat.columns; column++) {
    for (let row = lowRow; row <= highRow; row++) {
      const count = heat.counts[column * heat.rows + row]!;
      if (count === 0) continue;
      const at = ((highRow - row) * heat.columns + column) * 4;
      const shade = heatShade(count, max) * 4;
      for (let channel = 0; channel < 4; channel++) pixels[at + channel] = palette[shade + channel]!;
    }
  }
  return pixels;
}

/** Index in the palette, 0..255, of a cell with `count` calls (1 or more) where the fullest has `max`. */
export function heatShade(count: number, max: number): number {
  return max <= 1 ? 255 : Math.round((255 * Math.log(count)) / Math.log(max));
}

/** The cell at a place: `x` and `y` are shares (0..1) of width from the left and height from the bottom. */
export function cellAt(heat: Heat, { lowRow, highRow }: HeatExtent, x: number, y: number): HeatCell {
  const column = Math.floor(x * heat.columns);
  const row = lowRow + Math.floor(y * (highRow - lowRow + 1));
  return {
    column: Math.min(heat.columns - 1, Math.max(0, column)),
    row: Math.min(highRow, Math.max(lowRow, row)),
  };
}

/** A cell of the heat map, by column and row of the whole (not of the picture). */
export interface HeatCell {
  readonly column: number;
  readonly row: number;
}

/** The reading of one cell: its time, its latencies, its count. */
export function readCell(
  heat: Heat,
  { column, row }: HeatCell,
): {
  readonly fromNs: number;
  readonly toNs: number;
  readonly lowNs: number;
  readonly highNs: number;
  readonly count: number;
} {
  return {
    fromNs: column * heat.bucketNs,
    toNs: (column + 1) * heat.bucketNs,
    lowNs: rowFloorNs(heat, row),
    highNs: rowFloorNs(heat, row + 1),
    count: heat.counts[column * heat.rows + row] ?? 0,
  };
}
