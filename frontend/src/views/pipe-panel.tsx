// What the programs put out, line by line: trace_pipe, and the records of their ring buffers and perf buffers.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useApp, useSnapshot } from '../components/app-context.ts';
import { Empty, Panel } from '../components/panel.tsx';
import { formatCount, formatPlural } from '../state/format.ts';
import { filterPipe, type Pipe, PIPE_LINES } from '../state/pipe.ts';
import { PipeLines } from './pipe-lines.tsx';

/** Pixels from the end within which the view still follows it. */
const NEAR_END = 24;

/** Where lines come from, and how they are called. */
const SOURCES = {
  pipe: {
    title: 'trace_pipe',
    noun: 'line',
    verb: 'printed',
    nothing: 'Nothing printed yet.',
    empty: 'Nothing printed yet. What programs say with bpf_trace_printk appears here.',
  },
  records: {
    title: 'Records',
    noun: 'record',
    verb: 'read',
    nothing: 'No record yet.',
    empty: 'No record yet. What programs hand over through ring buffers and perf buffers appears here.',
  },
} as const;
type Source = keyof typeof SOURCES;

interface SwitchProps {
  readonly source: Source;
  readonly totals: Readonly<Record<Source, number>>;
  readonly onChoose: (source: Source) => void;
}

function SourceSwitch({ source, totals, onChoose }: SwitchProps) {
  return (
    <div class="choices" role="group" aria-label="Output">
      {(Object.keys(SOURCES) as Source[]).map((other) => (
        <button
          key={other}
          type="button"
          class="button choice"
          aria-pressed={other === source}
          onClick={() => onChoose(other)}
        >
          {SOURCES[other].title} <span class="soft">{formatCount(totals[other])}</span>
        </button>
      ))}
    </div>
  );
}

/** Panel 8. Follows the end unless scrolled up or paused. */
export function PipePanel() {
  const { announce } = useApp();
  const { ref, snapshot } = useSnapshot(4);
  const view = useRef<HTMLDivElement>(null);
  const [filter, setFilter] = useState('');
  const [following, setFollowing] = useState(true);
  const [stopped, setStopped] = useState<{ readonly source: Source; readonly pipe: Pipe }>();
  const [chosen, setChosen] = useState<Source>();
  const { pipe: printed, records, frame } = snapshot.now;
  const hasRecords = (frame?.programs.maps ?? []).some((map) => map.records !== undefined);
  // A program that has buffers and prints nothing has its output there.
  const source = hasRecords ? (chosen ?? (printed.total === 0 ? 'records' : 'pipe')) : 'pipe';
  const pipe = source === 'pipe' ? printed : records;
  const { title, noun, empty } = SOURCES[source];
  const shown = stopped?.source === source ? stopped.pipe : pipe;
  const lines = filterPipe(shown.lines, filter);
  const last = shown.lines.at(-1)?.number ?? 0;
  const [seen, setSeen] = useState(0);

  useLayoutEffect(() => {
    const element = view.current;
    if (element === null || !following) return;
    element.scrollTop = element.scrollHeight;
    setSeen(last);
  }, [last, following, filter, source]);

  // Lines that came since the view stopped following; a seek back may leave fewer than were seen.
  const fresh = Math.max(0, pipe.total - Math.min(seen, pipe.total));
  const toEnd = (): void => {
    setStopped(undefined);
    setFollowing(true);
  };
  const copy = (): void => {
    navigator.clipboard
      .writeText(lines.map(({ text }) => text).join('\n'))
      .then(() => announce(`${formatPlural(lines.length, noun)} copied.`))
      .catch(() => announce('The browser does not let this page copy.'));
  };
  return (
    <Panel
      number={8}
      name="pipe"
      title={title}
      summary={describe(pipe, source)}
      panelRef={ref}
      tools={
        <>
          {hasRecords ? (
            <SourceSwitch
              source={source}
              totals={{ pipe: printed.total, records: records.total }}
              onChoose={setChosen}
            />
          ) : null}
          <input
            type="search"
            class="field"
            placeholder="Filter"
            aria-label={`Filter ${title}`}
            value={filter}
            onInput={({ currentTarget }) => setFilter(currentTarget.value)}
          />
          <button
            type="button"
            class="button quiet"
            aria-pressed={stopped?.source === source}
            title="Keep these lines on screen; counting goes on"
            onClick={() => (stopped?.source === source ? toEnd() : setStopped({ source, pipe }))}
          >
            Hold
          </button>
          <button type="button" class="button quiet" disabled={lines.length === 0} onClick={copy}>
            Copy
          </button>
        </>
      }
    >
      {shown.lines.length === 0 ? (
        <Empty>{empty}</Empty>
      ) : (
        <div class="pipe-frame">
          <div
            ref={view}
            class="scroller pipe"
            tabIndex={0}
            role="log"
            aria-live="off"
            aria-label={`Lines of ${title}`}
            onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
              setFollowing(scrollHeight - scrollTop - clientHeight < NEAR_END)
            }
          >
            {lines.length === 0 ? (
              <Empty>
                None of the {formatCount(shown.lines.length)} {noun}s kept contains “{filter}”.
              </Empty>
            ) : (
              <PipeLines lines={lines} gaps={filter.trim() === ''} />
            )}
          </div>
          {(following && stopped?.source !== source) || fresh === 0 ? null : (
            <button type="button" class="button primary pipe-more" onClick={toEnd}>
              {formatPlural(fresh, `new ${noun}`)}
            </button>
          )}
        </div>
      )}
    </Panel>
  );
}

function describe({ total, lines }: Pipe, source: Source): string {
  const { noun, verb, nothing } = SOURCES[source];
  if (total === 0) return nothing;
  const kept =
    total > lines.length ? `; the last ${formatCount(Math.min(PIPE_LINES, lines.length))} are kept here` : '';
  return `${formatPlural(total, noun)} ${verb}${kept}.`;
}
