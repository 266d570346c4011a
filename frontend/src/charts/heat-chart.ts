// The latency heat map: one image under the scales of chart.js, the median and the 99th percentile as lines over it.
import type { Plugin } from 'chart.js';
import { formatNs } from '../state/format.ts';
import { columnPercentileRow, type Heat, type HeatExtent } from '../state/heat.ts';
import { axisStyle, Chart, fixWidth, STILL } from './chart-base.ts';
import type { ChartColors } from './colors.ts';
import { cellAt, type HeatCell, heatPixels } from './heat-image.ts';
import { heatPalette } from './palette.ts';
import { decades, timeTick } from './ticks.ts';

export interface HeatSpec {
  readonly heat: Heat;
  readonly extent: HeatExtent;
  readonly durationNs: number;
  readonly atNs: number;
  readonly colors: ChartColors;
  readonly cursor: HeatCell | undefined;
}

export interface HeatChart {
  set(spec: HeatSpec): void;
  /** Cell at a place in CSS pixels of the canvas; undefined beside the image. */
  cellAt(x: number, y: number): HeatCell | undefined;
  destroy(): void;
}

/** Counts a column needs before its percentiles are drawn; of fewer they would be noise. */
const LINE_COUNTS = 10;

/** Makes the chart on `canvas`, which fills its parent. */
export function createHeatChart(canvas: HTMLCanvasElement): HeatChart {
  let spec: HeatSpec | undefined;
  const image = document.createElement('canvas');
  const picture: Plugin<'scatter'> = {
    id: 'picture',
    beforeDatasetsDraw: (chart) => {
      if (spec !== undefined) drawPicture(chart, image, spec);
    },
  };
  const chart = new Chart<'scatter'>(canvas, {
    type: 'scatter',
    data: { datasets: [] },
    options: { ...STILL },
    plugins: [picture],
  });

  return {
    set: (next) => {
      spec = next;
      paintImage(image, next);
      const { heat, extent, colors, durationNs } = next;
      const low = heat.minLog2 + extent.lowRow / heat.perOctave;
      const high = heat.minLog2 + (extent.highRow + 1) / heat.perOctave;
      chart.options.scales = {
        x: {
          type: 'linear',
          min: 0,
          max: Math.max(durationNs, 1) / 1e9,
          ...axisStyle(colors, false),
          ticks: {
            ...axisStyle(colors, false).ticks,
            callback: (value) => timeTick(Number(value), durationNs / 1e9),
          },
        },
        y: {
          type: 'linear',
          min: low,
          max: high,
          afterFit: fixWidth,
          ...axisStyle(colors, true),
          // Ticks at whole powers of ten (log2 inside), which is how people name latencies.
          afterBuildTicks: (axis) => {
            axis.ticks = decades(low, high).map((value) => ({ value }));
          },
          ticks: { ...axisStyle(colors, true).ticks, callback: (value) => formatNs(2 ** Number(value)) },
        },
      };
      chart.update('none');
    },
    cellAt: (x, y) => {
      const { left, top, width, height } = chart.chartArea;
      if (spec === undefined || x < left || x > left + width || y < top || y > top + height) return undefined;
      const shown = columnsInUse(spec) / spec.heat.columns;
      return cellAt(spec.heat, spec.extent, ((x - left) / width) * shown, 1 - (y - top) / height);
    },
    destroy: () => chart.destroy(),
  };
}

// Of a recording of few ns the last columns stay empty; the one that its end falls into must still be in the picture.
function columnsInUse({ heat, durationNs }: HeatSpec): number {
  return Math.min(heat.columns, Math.floor(durationNs / heat.bucketNs) + 1);
}

function paintImage(image: HTMLCanvasElement, { heat, extent, colors }: HeatSpec): void {
  const height = extent.highRow - extent.lowRow + 1;
  image.width = heat.columns;
  image.height = height;
  const pixels = heatPixels(heat, extent, heatPalette(colors.ground));
  image.getContext('2d')?.putImageData(new ImageData(pixels, heat.columns, height), 0, 0);
}

function drawPicture(chart: Chart, image: HTMLCanvasElement, spec: HeatSpec): void {
  const { ctx, chartArea: area } = chart;
  const { heat, extent, colors, durationNs } = spec;
  const columnWidth = area.width / columnsInUse(spec);
  const rowHeight = area.height / (extent.highRow - extent.lowRow + 1);
  const top = (row: number): number => area.top + (extent.highRow - row) * rowHeight;
  ctx.save();
  ctx.beginPath();
  ctx.rect(area.left, area.top, area.width, area.height);
  ctx.clip();
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(image, area.left, area.top, columnWidth * heat.columns, area.height);
  for (const [share, dash] of [
    [0.5, []],
    [0.99, [3, 3]],
  ] as const) {
    ctx.beginPath();
    let drawing = false;
    for (let column = 0; column < heat.columns; column++) {
      const row = columnPercentileRow(heat, column, share, LINE_COUNTS);
      if (row < 0) {
        drawing = false;
        continue;
      }
      const x = area.left + (column + 0.5) * columnWidth;
      const y = top(row) + rowHeight / 2;
      if (drawing) ctx.lineTo(x, y);
      else ctx.moveTo(x, y);
      drawing = true;
    }
    // A ground under the line keeps it legible over every colour of the map.
    ctx.setLineDash([]);
    ctx.lineWidth = 3;
    ctx.strokeStyle = colors.panel;
    ctx.stroke();
    ctx.setLineDash([...dash]);
    ctx.lineWidth = 1.25;
    ctx.strokeStyle = colors.text;
    ctx.stroke();
  }
  ctx.setLineDash([]);
  if (spec.cursor !== undefined) {
    ctx.strokeStyle = colors.text;
    ctx.lineWidth = 1.5;
    const x = area.left + spec.cursor.column * columnWidth;
    ctx.strokeRect(x - 1, top(spec.cursor.row) - 1, Math.max(3, columnWidth + 2), rowHeight + 2);
  }
  ctx.fillStyle = colors.accent;
  ctx.fillRect(
    Math.round(area.left + (area.width * spec.atNs) / Math.max(1, durationNs)) - 0.5,
    area.top,
    1.5,
    area.height,
  );
  ctx.restore();
}
