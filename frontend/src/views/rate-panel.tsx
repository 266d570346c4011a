// Calls a second by category, and packets, over the recording's time.
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { CATEGORIES, CATEGORY_NAMES } from '../../../traces/index.ts';
import { createRateChart, type RateChart } from '../charts/rate-chart.ts';
import { useApp, useSnapshot } from '../components/app-context.ts';
import { DataTable } from '../components/data-table.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { colors, drawRate } from '../components/theme.ts';
import { type Bar, hasPackets, timelineBars, usedCategories } from '../state/bars.ts';
import { describeBars, rateTitle } from '../state/describe.ts';
import type { FrameView } from '../state/page-state.ts';
import { formatClock, formatCount, formatPlural, formatRate } from '../state/format.ts';

/** Pixels a bar needs to stay readable. */
const BAR_WIDTH = 8;

/** Panel 1. */
export function RatePanel() {
  const { ref, snapshot } = useSnapshot(drawRate(5));
  const { frame, session } = snapshot.now;
  const durationNs = session?.recording.durationNs ?? 0;
  const width = ref.current?.clientWidth ?? 800;
  const room = Math.min(96, Math.max(30, Math.floor(width / BAR_WIDTH)));
  const timeline = frame?.timeline;
  const bars = useMemo(
    () => (timeline === undefined ? [] : timelineBars(timeline, durationNs, room)),
    [timeline, durationNs, room],
  );
  const summary = frame === undefined ? 'No calls yet.' : describeBars(bars, frame);
  const title = rateTitle(session?.recording);
  return (
    <Panel
      number={1}
      name="rate"
      title={title}
      summary={summary}
      panelRef={ref}
      twin={() => <RateTable bars={bars} durationNs={durationNs} />}
    >
      {frame === undefined || frame.calls + frame.packets === 0 || durationNs === 0 ? (
        <Empty>{whyEmpty(frame)}</Empty>
      ) : (
        <RatePicture
          bars={bars}
          durationNs={durationNs}
          atNs={frame.clock.atNs}
          label={`${title}. ${summary}`}
        />
      )}
    </Panel>
  );
}

function whyEmpty(frame: FrameView | undefined): string {
  if (frame === undefined) return 'Waiting for the first frame.';
  return frame.calls + frame.packets === 0
    ? 'Nothing was replayed yet.'
    : 'All stands at one moment: there is no rate.';
}

interface PictureProps {
  readonly bars: readonly Bar[];
  readonly durationNs: number;
  readonly atNs: number;
  readonly label: string;
}

function RatePicture({ bars, durationNs, atNs, label }: PictureProps) {
  const { announce } = useApp();
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<RateChart>(undefined);
  const [cursor, setCursor] = useState(-1);
  useLayoutEffect(() => {
    const made = createRateChart(canvas.current!);
    chart.current = made;
    return () => made.destroy();
  }, []);
  const palette = colors.value;
  useLayoutEffect(
    () => chart.current?.set({ bars, durationNs, atNs, colors: palette, cursor }),
    [bars, durationNs, atNs, palette, cursor],
  );
  const bar = bars[cursor];
  const step = (by: number): void => {
    const next = Math.min(bars.length - 1, Math.max(0, (cursor < 0 ? reached(bars, atNs) : cursor) + by));
    setCursor(next);
    announce(reading(bars[next], durationNs));
  };
  return (
    <>
      <div
        class="chart"
        role="img"
        tabIndex={0}
        aria-label={`${label} Arrow keys read single bars.`}
        onPointerMove={({ offsetX }) => setCursor(chart.current?.barAt(offsetX) ?? -1)}
        onPointerLeave={() => setCursor(-1)}
        onBlur={() => setCursor(-1)}
        onKeyDown={(event) => {
          if (event.shiftKey || (event.code !== 'ArrowLeft' && event.code !== 'ArrowRight')) return;
          event.preventDefault();
          step(event.code === 'ArrowLeft' ? -1 : 1);
        }}
      >
        <canvas ref={canvas} />
      </div>
      <ul class="legend" aria-hidden="true">
        {usedCategories(bars).map((code) => (
          <li key={code}>
            <i class={`swatch cat-${CATEGORY_NAMES[code]!}`} />
            {CATEGORIES[CATEGORY_NAMES[code]!].title}
            {bar === undefined ? null : <b>{formatRate(bar.perS[code]!)}</b>}
          </li>
        ))}
        {hasPackets(bars) ? (
          <li>
            <i class="swatch packets" />
            Packets
            {bar === undefined ? null : <b>{formatRate(bar.packetsPerS)}</b>}
          </li>
        ) : null}
        <li>
          <i class="swatch line-error" />
          Errors
          {bar === undefined ? null : <b>{formatRate(bar.errorsPerS)}</b>}
        </li>
        <li class="legend-at">{bar === undefined ? '' : reading(bar, durationNs)}</li>
      </ul>
    </>
  );
}

function reached(bars: readonly Bar[], atNs: number): number {
  return Math.max(
    0,
    bars.findLastIndex(({ fromNs }) => fromNs <= atNs),
  );
}

function reading(bar: Bar | undefined, durationNs: number): string {
  return bar === undefined
    ? ''
    : `${formatClock(bar.fromNs, durationNs)}: ${formatCount(bar.calls)} calls, ${formatCount(bar.errors)} errors${bar.packets === 0 ? '' : `, ${formatPlural(bar.packets, 'packet')}`}`;
}

function RateTable({ bars, durationNs }: { readonly bars: readonly Bar[]; readonly durationNs: number }) {
  return (
    <DataTable
      caption="Calls per second by category, and packets, over the recording's time"
      rows={bars.filter(({ calls, packets }) => calls + packets > 0)}
      rowKey={({ fromNs }) => fromNs}
      columns={[
        { title: 'From', cell: ({ fromNs }) => formatClock(fromNs, durationNs) },
        { title: 'Calls', number: true, cell: ({ calls }) => formatCount(calls) },
        ...usedCategories(bars).map((code) => ({
          title: `${CATEGORIES[CATEGORY_NAMES[code]!].title}/s`,
          number: true,
          cell: ({ perS }: Bar) => formatRate(perS[code]!),
        })),
        { title: 'Errors', number: true, cell: ({ errors }) => formatCount(errors) },
        ...(hasPackets(bars)
          ? [{ title: 'Packets', number: true, cell: ({ packets }: Bar) => formatCount(packets) }]
          : []),
      ]}
    />
  );
}
