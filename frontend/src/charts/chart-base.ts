// The parts of chart.js that are used, and what all charts of the page have in common.
import {
  BarController,
  BarElement,
  Chart,
  type ChartOptions,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  ScatterController,
  type TooltipOptions,
} from 'chart.js';
import type { ChartColors } from './colors.ts';

Chart.register(
  BarController,
  BarElement,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  ScatterController,
);

export { Chart };

/** Options that every chart starts from: no animation, no parsing, no events of its own (the panel reads the pointer). */
export const STILL = {
  animation: false,
  parsing: false,
  normalized: true,
  responsive: true,
  maintainAspectRatio: false,
  events: [],
  layout: { padding: { top: 4, right: 2, bottom: 0, left: 0 } },
} as const satisfies ChartOptions & { events: (keyof HTMLElementEventMap)[]; plugins?: TooltipOptions };

/** Ticks and grid of a linear axis in the page's colours. */
export function axisStyle(colors: ChartColors, grid: boolean) {
  return {
    border: { display: false },
    grid: { display: grid, color: colors.grid, drawTicks: false },
    ticks: {
      color: colors.faint,
      font: { family: colors.font, size: 11 },
      padding: 6,
      maxRotation: 0,
      autoSkipPadding: 12,
    },
  } as const;
}

/** Room for '100 ms' and its like, in CSS pixels. */
const AXIS_WIDTH = 52;

/** Gives a vertical axis its width whatever its labels: the same moment stands at the same place in all charts, and stays there. */
export function fixWidth(axis: { width: number }): void {
  axis.width = AXIS_WIDTH;
}
