// Colours of the latency heat map: from few calls to many, even steps of lightness, legible on a dark and on a light ground.

/** Red, green, blue, 0..255. */
export type Rgb = readonly [number, number, number];

// Stops from violet over blue and green to yellow, lightness rising evenly; between them colours are mixed. On a dark ground few calls
// are dark and many bright, on a light one the other way round, so that many always stand out.
const STOPS: readonly Rgb[] = [
  [64, 46, 128],
  [58, 82, 139],
  [42, 115, 142],
  [31, 149, 139],
  [66, 182, 112],
  [146, 213, 68],
  [246, 230, 48],
];
const ON_LIGHT: readonly Rgb[] = [
  [214, 226, 120],
  [146, 205, 98],
  [72, 174, 116],
  [31, 138, 138],
  [44, 102, 141],
  [62, 62, 130],
  [58, 18, 92],
];

export type Ground = 'dark' | 'light';

/** 256 colours, RGBA bytes; index 0 stands for the fewest. */
export function heatPalette(ground: Ground): Uint8ClampedArray {
  const stops = ground === 'dark' ? STOPS : ON_LIGHT;
  const bytes = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (stops.length - 1);
    const low = stops[Math.floor(at)]!;
    const high = stops[Math.min(stops.length - 1, Math.floor(at) + 1)]!;
    const part = at - Math.floor(at);
    for (let channel = 0; channel < 3; channel++)
      bytes[i * 4 + channel] = low[channel]! + (high[channel]! - low[channel]!) * part;
    bytes[i * 4 + 3] = 255;
  }
  return bytes;
}
