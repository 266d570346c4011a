// Calls a second by category, and packets: stacked bars over the recording's time, errors as a line across them, the clock as a rule.
import type { Plugin } from 'chart.js';
import { CATEGORIES, CATEGORY_NAMES } from '../../../traces/index.ts';
import { type Bar, hasPackets, usedCategories } from '../state/bars.ts';
import { formatShort } from '../state/format.ts';
import { axisStyle, Chart, fixWidth, STILL } from './chart-base.ts';
import type { ChartColors } from './colors.ts';
import { timeTick } from './ticks.ts';

export interface RateSpec {
  readonly bars: readonly Bar[];
  readonly durationNs: number;
  readonly atNs: number;
  readonly colors: ChartColors;
  /** Index of the bar under the cursor, -1 none. */
  readonly cursor: number;
}

export interface RateChart {
  set(spec: RateSpec): void;
  /** Index of the bar at a horizontal place in CSS pixels of the canvas, -1 outside. */
  barAt(x: number): number;
  destroy(): void;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Makes the chart on `canvas`, which fills its parent. */
export function createRateChart(canvas: HTMLCanvasElement): RateChart {
  let spec: RateSpec | undefined;
  const rule: Plugin = { id: 'rule', afterDatasetsDraw: (chart) => drawRule(chart, spec) };
  const chart = new Chart<'bar' | 'line', Point[]>(canvas, {
    type: 'bar',
    data: { datasets: [] },
    options: { ...STILL },
    plugins: [rule],
  });

  return {
    set: (next) => {
      spec = next;
      const { bars, colors, durationNs } = next;
      const width = (chart.chartArea?.width ?? canvas.clientWidth) / Math.max(1, bars.length);
      chart.data.datasets = [
        {
          type: 'line',
          label: 'Errors',
          data: bars
            .filter(({ fromNs }) => fromNs <= next.atNs)
            .map((bar): Point => ({ x: middle(bar), y: bar.errorsPerS })),
          borderColor: colors.error,
          borderWidth: 1.5,
          pointRadius: 0,
          stepped: 'middle',
          stack: 'errors',
        },
        ...usedCategories(bars).map((code) => ({
          type: 'bar' as const,
          label: CATEGORIES[CATEGORY_NAMES[code]!].title,
          data: bars.map((bar): Point => ({ x: middle(bar), y: bar.perS[code]! })),
          backgroundColor: colors.categories[code]!,
          barThickness: Math.max(1, width * (width < 4 ? 1 : 0.86)),
          stack: 'calls',
        })),
        ...(hasPackets(bars)
          ? [
              {
                type: 'bar' as const,
                label: 'Packets',
                data: bars.map((bar): Point => ({ x: middle(bar), y: bar.packetsPerS })),
                backgroundColor: colors.packets,
                barThickness: Math.max(1, width * (width < 4 ? 1 : 0.86)),
                stack: 'calls',
              },
            ]
          : []),
      ];
      chart.options.scales = {
        x: {
          type: 'linear',
          min: 0,
          max: Math.max(durationNs, 1) / 1e9,
          offset: false,
          ...axisStyle(colors, false),
          ticks: {
            ...axisStyle(colors, false).ticks,
            callback: (value) => timeTick(Number(value), durationNs / 1e9),
          },
        },
        y: {
          type: 'linear',
          stacked: true,
          min: 0,
          afterFit: fixWidth,
          ...axisStyle(colors, true),
          ticks: {
            ...axisStyle(colors, true).ticks,
            maxTicksLimit: 5,
            callback: (value) => formatShort(Number(value)),
          },
        },
      };
      chart.update('none');
    },
    barAt: (x) => {
      const { left, width } = chart.chartArea;
      if (spec === undefined || x < left || x > left + width) return -1;
      const atNs = ((x - left) / width) * spec.durationNs;
      return spec.bars.findIndex(({ fromNs, toNs }) => atNs >= fromNs && atNs < toNs);
    },
    destroy: () => chart.destroy(),
  };
}

function middle({ fromNs, toNs }: Bar): number {
  return (fromNs + toNs) / 2e9;
}

function drawRule(chart: Chart, spec: RateSpec | undefined): void {
  if (spec === undefined || spec.durationNs === 0) return;
  const { ctx, chartArea } = chart;
  const place = (ns: number): number => chartArea.left + (chartArea.width * ns) / spec.durationNs;
  const bar = spec.bars[spec.cursor];
  ctx.save();
  if (bar !== undefined) {
    ctx.strokeStyle = spec.colors.text;
    ctx.lineWidth = 1;
    ctx.strokeRect(place(bar.fromNs), chartArea.top, place(bar.toNs) - place(bar.fromNs), chartArea.height);
  }
  ctx.fillStyle = spec.colors.accent;
  ctx.fillRect(Math.round(place(spec.atNs)) - 0.5, chartArea.top, 1.5, chartArea.height);
  ctx.restore();
}
