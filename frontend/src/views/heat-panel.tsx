// Latencies over the recording's time: how many calls took how long, and when.
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { createHeatChart, type HeatChart } from '../charts/heat-chart.ts';
import { type HeatCell, readCell } from '../charts/heat-image.ts';
import { useApp, useSnapshot } from '../components/app-context.ts';
import { DataTable } from '../components/data-table.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { colors, drawRate } from '../components/theme.ts';
import { describeHeat } from '../state/describe.ts';
import { formatClock, formatCount, formatNs, formatPlural } from '../state/format.ts';
import { type Heat, type HeatExtent, heatExtent, rowFloorNs } from '../state/heat.ts';

/** Panel 3. */
export function HeatPanel() {
  const { ref, snapshot } = useSnapshot(drawRate(5));
  const { frame, heat, session } = snapshot.now;
  const durationNs = session?.recording.durationNs ?? 0;
  const extent = useMemo(() => (heat === undefined ? undefined : heatExtent(heat)), [heat]);
  const summary = useMemo(() => describeHeat(heat, frame), [heat, frame]);
  return (
    <Panel
      number={3}
      name="heat"
      title="Latency"
      summary={summary}
      panelRef={ref}
      twin={() =>
        heat === undefined || extent === undefined ? null : <HeatTable heat={heat} extent={extent} />
      }
    >
      {heat === undefined || extent === undefined ? (
        <Empty>{summary}</Empty>
      ) : (
        <HeatPicture
          heat={heat}
          extent={extent}
          durationNs={durationNs}
          atNs={frame?.clock.atNs ?? 0}
          label={summary}
        />
      )}
    </Panel>
  );
}

interface PictureProps {
  readonly heat: Heat;
  readonly extent: HeatExtent;
  readonly durationNs: number;
  readonly atNs: number;
  readonly label: string;
}

function HeatPicture({ heat, extent, durationNs, atNs, label }: PictureProps) {
  const { announce } = useApp();
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<HeatChart>(undefined);
  const [cursor, setCursor] = useState<HeatCell>();
  useLayoutEffect(() => {
    const made = createHeatChart(canvas.current!);
    chart.current = made;
    return () => made.destroy();
  }, []);
  const palette = colors.value;
  useLayoutEffect(
    () => chart.current?.set({ heat, extent, durationNs, atNs, colors: palette, cursor }),
    [heat, extent, durationNs, atNs, palette, cursor],
  );
  const onKey = (event: KeyboardEvent): void => {
    const step = STEPS[event.code];
    if (step === undefined || event.shiftKey) return;
    event.preventDefault();
    const from = cursor ?? fullest(heat, extent, Math.floor(atNs / heat.bucketNs));
    const next = {
      column: Math.min(heat.columns - 1, Math.max(0, from.column + (cursor === undefined ? 0 : step.column))),
      row: Math.min(
        extent.highRow,
        Math.max(extent.lowRow, from.row + (cursor === undefined ? 0 : step.row)),
      ),
    };
    setCursor(next);
    announce(reading(heat, next, durationNs));
  };
  return (
    <>
      <div
        class="chart"
        role="img"
        tabIndex={0}
        aria-label={`Latency heat map. ${label} Arrow keys read single cells.`}
        onPointerMove={({ offsetX, offsetY }) => setCursor(chart.current?.cellAt(offsetX, offsetY))}
        onPointerLeave={() => setCursor(undefined)}
        onBlur={() => setCursor(undefined)}
        onKeyDown={onKey}
      >
        <canvas ref={canvas} />
      </div>
      <ul class="legend" aria-hidden="true">
        <li>
          <i class="swatch line-plain" />
          p50
        </li>
        <li>
          <i class="swatch line-dashed" />
          p99
        </li>
        <li>
          <span>1</span>
          <i class="ramp" />
          <span>{formatPlural(extent.max, 'call')} a cell</span>
        </li>
        <li class="legend-at">{cursor === undefined ? '' : reading(heat, cursor, durationNs)}</li>
      </ul>
    </>
  );
}

const STEPS: Readonly<Record<string, { readonly column: number; readonly row: number }>> = {
  ArrowLeft: { column: -1, row: 0 },
  ArrowRight: { column: 1, row: 0 },
  ArrowUp: { column: 0, row: 1 },
  ArrowDown: { column: 0, row: -1 },
};

// Where a keyboard cursor starts: the fullest cell of the last column that has any, up to the clock.
function fullest(heat: Heat, extent: HeatExtent, last: number): HeatCell {
  for (let column = Math.min(heat.columns - 1, last); column >= 0; column--) {
    let row = -1;
    let most = 0;
    for (let at = extent.lowRow; at <= extent.highRow; at++) {
      const count = heat.counts[column * heat.rows + at]!;
      if (count > most) {
        most = count;
        row = at;
      }
    }
    if (row >= 0) return { column, row };
  }
  return { column: 0, row: extent.lowRow };
}

function reading(heat: Heat, cell: HeatCell, durationNs: number): string {
  const { fromNs, lowNs, highNs, count } = readCell(heat, cell);
  return `${formatClock(fromNs, durationNs)}, ${formatNs(lowNs)} to ${formatNs(highNs)}: ${formatPlural(count, 'call')}`;
}

function HeatTable({ heat, extent }: { readonly heat: Heat; readonly extent: HeatExtent }) {
  const rows = [];
  for (let row = extent.highRow; row >= extent.lowRow; row--) {
    let calls = 0;
    let busy = 0;
    for (let column = 0; column < heat.columns; column++) {
      const count = heat.counts[column * heat.rows + row]!;
      calls += count;
      busy += Number(count > 0);
    }
    if (calls > 0) rows.push({ row, calls, busy });
  }
  return (
    <DataTable
      caption="Calls by latency, over the whole time up to the clock"
      rows={rows}
      rowKey={({ row }) => row}
      columns={[
        {
          title: 'Latency',
          cell: ({ row }) => `${formatNs(rowFloorNs(heat, row))} to ${formatNs(rowFloorNs(heat, row + 1))}`,
        },
        { title: 'Calls', number: true, cell: ({ calls }) => formatCount(calls) },
        { title: `Of ${heat.columns} columns`, number: true, cell: ({ busy }) => formatCount(busy) },
      ]}
    />
  );
}
