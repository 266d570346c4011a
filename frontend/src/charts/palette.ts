// Colours of the latency heat map: from few calls to many in even steps of lightness, like viridis, but never closer than 3:1 to the
// ground: a single slow call must be seen.

/** Red, green, blue, 0..255. */
export type Rgb = readonly [number, number, number];

// Stops from violet over blue and green to yellow; between them colours are mixed. On a dark ground many calls are bright, on a light one
// dark.
const ON_DARK: readonly Rgb[] = [
  [106, 90, 190],
  [86, 118, 196],
  [58, 146, 186],
  [42, 174, 160],
  [94, 201, 110],
  [170, 222, 70],
  [250, 235, 60],
];
const ON_LIGHT: readonly Rgb[] = [
  [128, 152, 34],
  [84, 148, 62],
  [40, 138, 100],
  [28, 116, 130],
  [46, 86, 142],
  [60, 48, 130],
  [50, 8, 84],
];

export type Ground = 'dark' | 'light';

/** 256 colours, RGBA bytes; index 0 stands for the fewest. */
export function heatPalette(ground: Ground): Uint8ClampedArray {
  const stops = ground === 'dark' ? ON_DARK : ON_LIGHT;
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
