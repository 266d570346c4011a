// The strip of totals: exact figures up to the clock. `data-value` holds the plain number.
import { useSnapshot } from '../components/app-context.ts';
import { formatCount, formatShort } from '../state/format.ts';
import type { FrameView } from '../state/page-state.ts';

interface Total {
  readonly title: string;
  readonly summary: string;
  readonly of: (frame: FrameView) => number;
  /** Rates are rounded, counts are exact. */
  readonly show: (value: number) => string;
  readonly tone?: 'error';
  /** What the recording must have for it to be shown; without it, it always is. */
  readonly about?: 'calls' | 'packets';
}

const TOTALS: readonly Total[] = [
  {
    title: 'Calls',
    summary: 'system calls entered',
    of: ({ calls }) => calls,
    show: formatCount,
    about: 'calls',
  },
  {
    title: 'Packets',
    summary: 'packets at network devices',
    of: ({ packets }) => packets,
    show: formatCount,
    about: 'packets',
  },
  {
    title: 'Errors',
    summary: 'calls that returned an errno; restarted calls are none',
    of: ({ errors }) => errors,
    show: formatCount,
    tone: 'error',
    about: 'calls',
  },
  {
    title: 'Restarts',
    summary: 'calls that a signal interrupted and the kernel restarts',
    of: ({ restarts }) => restarts,
    show: formatCount,
    about: 'calls',
  },
  {
    title: 'In flight',
    summary: 'calls entered and not yet back',
    of: ({ inFlight }) => inFlight,
    show: formatCount,
    about: 'calls',
  },
  {
    title: 'Threads',
    summary: 'threads seen so far',
    of: ({ threads }) => threads,
    show: formatCount,
    about: 'calls',
  },
  {
    title: 'Replayed/s',
    summary: 'enters and exits of calls, and packets, replayed in the last second of wall time',
    of: ({ pointsPerS }) => pointsPerS,
    show: formatShort,
  },
  { title: 'Insns', summary: 'eBPF insns run', of: ({ insns }) => insns, show: formatCount },
];

/** Figures as a list of terms. */
export function Totals() {
  const { ref, snapshot } = useSnapshot(5);
  const { frame, session } = snapshot.now;
  const { calls = 0, packets = 0 } = session?.recording ?? {};
  // a recording of nothing shows its zero calls
  const has = { calls: calls > 0 || packets === 0, packets: packets > 0 };
  const shown = TOTALS.filter(({ about }) => about === undefined || has[about]);
  return (
    <section ref={ref} class="totals" data-panel={9} tabIndex={-1} aria-label="Totals up to the clock">
      <dl>
        {shown.map(({ title, summary, of, show, tone }) => {
          const value = frame === undefined ? 0 : of(frame);
          return (
            <div key={title} class={tone === 'error' && value > 0 ? 'total error' : 'total'} title={summary}>
              <dt>{title}</dt>
              <dd aria-label={title} data-value={Math.round(value)}>
                {show(value)}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
