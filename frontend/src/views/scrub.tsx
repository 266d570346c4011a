// The scrub bar: the whole recording at a glance, and the way to any moment of it.
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { drawOverview } from '../charts/overview-canvas.ts';
import { useApp, useSnapshot } from '../components/app-context.ts';
import { colors, drawRate } from '../components/theme.ts';
import { formatClock, formatRate } from '../state/format.ts';
import { SEEK_SHARE } from '../state/keys.ts';
import { type Outline, outlineOfIndex, outlineOfTimeline } from '../state/overview.ts';
import type { Timeline } from '../state/page-state.ts';

/** Columns of the overview, about one in 2 to 4 pixels: three for each of the timeline's 120 buckets, so that none is split. */
const COLUMNS = 360;

const NO_TIMELINE: Timeline = {
  bucketNs: 1,
  buckets: 0,
  calls: new Uint32Array(),
  errors: new Uint32Array(),
  packets: new Uint32Array(),
};

/** A slider over the recording's time. A drag seeks as it goes, one seek at a time. */
export function Scrub() {
  const { commands } = useApp();
  const { ref, snapshot } = useSnapshot(drawRate(5));
  const canvas = useRef<HTMLCanvasElement>(null);
  const [dragNs, setDragNs] = useState<number>();
  const [hoverNs, setHoverNs] = useState<number>();
  const { session, frame } = snapshot.now;
  const recording = session?.recording;
  const durationNs = recording?.durationNs ?? 0;
  const atNs = dragNs ?? frame?.clock.atNs ?? 0;

  const whole = useMemo(
    () => outlineOfIndex(recording?.overview ?? [], durationNs, COLUMNS),
    [recording, durationNs],
  );
  const timeline = frame?.timeline;
  const played = useMemo(
    () => outlineOfTimeline(timeline ?? NO_TIMELINE, durationNs, COLUMNS),
    [timeline, durationNs],
  );
  const palette = colors.value;
  useLayoutEffect(() => {
    if (canvas.current !== null)
      drawOverview(canvas.current, { whole, played, atNs, durationNs, colors: palette });
  }, [whole, played, atNs, durationNs, palette, snapshot]);

  const timeAt = (event: PointerEvent): number => {
    const box = ref.current!.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * durationNs;
  };
  const counted =
    recording === undefined || recording.packets === 0
      ? 'calls'
      : recording.calls === 0
        ? 'packets'
        : 'calls and packets';
  const rateText = (ns: number): string => `${formatRate(rateAt(whole, played, ns))} ${counted}`;
  const onKey = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = {
      ArrowLeft: -SEEK_SHARE.small,
      ArrowDown: -SEEK_SHARE.small,
      ArrowRight: SEEK_SHARE.small,
      ArrowUp: SEEK_SHARE.small,
      PageDown: -SEEK_SHARE.far,
      PageUp: SEEK_SHARE.far,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const step = steps[event.code];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const share =
      event.shiftKey && Math.abs(step) === SEEK_SHARE.small ? Math.sign(step) * SEEK_SHARE.far : step;
    commands.seek(Math.min(durationNs, Math.max(0, atNs + share * durationNs)));
  };
  const place = (ns: number): string => `${durationNs === 0 ? 0 : (ns / durationNs) * 100}%`;

  return (
    <div
      ref={ref as preact.RefObject<HTMLDivElement>}
      class="scrub"
      role="slider"
      tabIndex={0}
      aria-label="Position in the recording"
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={Math.round(durationNs)}
      aria-valuenow={Math.round(atNs)}
      aria-valuetext={`${formatClock(atNs, durationNs)} of ${formatClock(durationNs, durationNs)}, ${rateText(atNs)}`}
      onKeyDown={onKey}
      onPointerDown={(event) => {
        if (event.button !== 0 || durationNs === 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragNs(timeAt(event));
        commands.seek(timeAt(event));
      }}
      onPointerMove={(event) => {
        setHoverNs(timeAt(event));
        if (dragNs === undefined) return;
        setDragNs(timeAt(event));
        commands.seek(timeAt(event));
      }}
      onPointerUp={() => setDragNs(undefined)}
      onPointerCancel={() => setDragNs(undefined)}
      onPointerLeave={() => setHoverNs(undefined)}
    >
      <canvas ref={canvas} class="scrub-canvas" />
      <div class="scrub-head" style={{ left: place(atNs) }} />
      {hoverNs === undefined || durationNs === 0 ? null : (
        <div class="scrub-hover" style={{ left: place(hoverNs) }}>
          <span class={hoverNs > durationNs / 2 ? 'left' : 'right'}>
            {formatClock(hoverNs, durationNs)} · {rateText(hoverNs)}
          </span>
        </div>
      )}
    </div>
  );
}

// Behind the clock the timeline knows better than the index.
function rateAt(whole: Outline, played: Outline, ns: number): number {
  const column = Math.min(whole.columns - 1, Math.max(0, Math.floor(ns / whole.columnNs)));
  const countOf = ({ calls, packets }: Outline): number => calls[column]! + packets[column]!;
  const count = countOf(played) > 0 ? countOf(played) : countOf(whole);
  return count / (whole.columnNs / 1e9);
}
