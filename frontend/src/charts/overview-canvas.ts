// Draws the scrub bar: the whole recording in grey, what was played in the colours of its categories, packets on top, errors as ticks below.
import type { Outline } from '../state/overview.ts';
import type { ChartColors } from './colors.ts';

export interface OverviewSpec {
  /** From the index: the whole recording. */
  readonly whole: Outline;
  /** From the timeline: what was played. */
  readonly played: Outline;
  readonly atNs: number;
  readonly durationNs: number;
  readonly colors: ChartColors;
}

/** Height of the row of error ticks, in CSS pixels. */
const TICKS = 7;

/** Draws on `canvas` at its size on screen. Heights go by the square root of the rate: quiet stretches stay visible beside bursts. */
export function drawOverview(canvas: HTMLCanvasElement, spec: OverviewSpec): void {
  const ratio = devicePixelRatio;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext('2d');
  if (context === null || width === 0) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);

  const { whole, played, colors, atNs, durationNs } = spec;
  const tall = height - TICKS;
  const wholeCounts = whole.calls.map((calls, column) => calls + whole.packets[column]!);
  const playedCounts = played.calls.map((calls, column) => calls + played.packets[column]!);
  const top = Math.max(1e-9, ...wholeCounts, ...playedCounts);
  const scale = (count: number): number => Math.sqrt(count / top) * (tall - 3);
  const step = width / whole.columns;
  const kinds = colors.categories.length;
  const reached = durationNs > 0 ? (atNs / durationNs) * width : 0;

  context.fillStyle = colors.grid;
  for (let column = 0; column < whole.columns; column++) {
    const high = Math.max(scale(wholeCounts[column]!), wholeCounts[column]! > 0 ? 1 : 0);
    context.fillRect(column * step, tall - high, step + 0.5, high);
  }
  for (let column = 0; column < played.columns; column++) {
    const count = playedCounts[column]!;
    if (count === 0) continue;
    const high = scale(count);
    let bottom = tall;
    for (let kind = 0; kind <= kinds; kind++) {
      const own = kind === kinds ? played.packets[column]! : played.categories[column * kinds + kind]!;
      const part = (high * own) / count;
      if (part === 0) continue;
      context.fillStyle = colors.categories[kind] ?? colors.packets;
      context.fillRect(column * step, bottom - part, Math.max(1, step - (step > 3 ? 0.5 : 0)), part);
      bottom -= part;
    }
  }
  drawErrors(context, spec, step, tall, reached);
}

// Triangles, the taller the more, so that errors are told by shape as well as by colour; those ahead of the clock are fainter.
function drawErrors(
  context: CanvasRenderingContext2D,
  { whole, played, colors }: OverviewSpec,
  step: number,
  top: number,
  reached: number,
): void {
  context.fillStyle = colors.error;
  const most = Math.max(...played.errors, ...whole.errors);
  let free = 0;
  for (let column = 0; column < whole.columns; column++) {
    const x = (column + 0.5) * step;
    const behind = x <= reached;
    const errors = behind ? played.errors[column]! : whole.errors[column]!;
    // A few errors spread over the columns of their strip are less than one a column.
    if (errors === 0 || x < free) continue;
    context.globalAlpha = behind ? 1 : 0.4;
    context.beginPath();
    context.moveTo(x, top + (TICKS - 1) * (0.65 - 0.5 * Math.sqrt(errors / most)));
    context.lineTo(x + 2.5, top + TICKS - 1);
    context.lineTo(x - 2.5, top + TICKS - 1);
    context.fill();
    free = x + 4.5;
  }
  context.globalAlpha = 1;
}
