// trace_pipe: what the programs print, line by line.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useApp, useSnapshot } from '../components/app-context.ts';
import { Empty, Panel } from '../components/panel.tsx';
import { formatCount, formatPlural } from '../state/format.ts';
import { filterPipe, type Pipe, PIPE_LINES } from '../state/pipe.ts';
import { PipeLines } from './pipe-lines.tsx';

/** Pixels from the end within which the view still follows it. */
const NEAR_END = 24;

/** Panel 8. Follows the end unless scrolled up or paused. */
export function PipePanel() {
  const { announce } = useApp();
  const { ref, snapshot } = useSnapshot(4);
  const view = useRef<HTMLDivElement>(null);
  const [filter, setFilter] = useState('');
  const [following, setFollowing] = useState(true);
  const [stopped, setStopped] = useState<Pipe>();
  const { pipe } = snapshot.now;
  const shown = stopped ?? pipe;
  const lines = filterPipe(shown.lines, filter);
  const last = shown.lines.at(-1)?.number ?? 0;
  const [seen, setSeen] = useState(0);

  useLayoutEffect(() => {
    const element = view.current;
    if (element === null || !following) return;
    element.scrollTop = element.scrollHeight;
    setSeen(last);
  }, [last, following, filter]);

  // Lines that came since the view stopped following; a seek back may leave fewer than were seen.
  const fresh = Math.max(0, pipe.total - Math.min(seen, pipe.total));
  const toEnd = (): void => {
    setStopped(undefined);
    setFollowing(true);
  };
  const copy = (): void => {
    navigator.clipboard
      .writeText(lines.map(({ text }) => text).join('\n'))
      .then(() => announce(`${formatPlural(lines.length, 'line')} copied.`))
      .catch(() => announce('The browser does not let this page copy.'));
  };
  return (
    <Panel
      number={8}
      name="pipe"
      title="trace_pipe"
      summary={describe(pipe)}
      panelRef={ref}
      tools={
        <>
          <input
            type="search"
            class="field"
            placeholder="Filter"
            aria-label="Filter trace_pipe"
            value={filter}
            onInput={({ currentTarget }) => setFilter(currentTarget.value)}
          />
          <button
            type="button"
            class="button quiet"
            aria-pressed={stopped !== undefined}
            title="Keep these lines on screen; counting goes on"
            onClick={() => (stopped === undefined ? setStopped(pipe) : toEnd())}
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
        <Empty>Nothing printed yet. What programs say with bpf_trace_printk appears here.</Empty>
      ) : (
        <div class="pipe-frame">
          <div
            ref={view}
            class="scroller pipe"
            tabIndex={0}
            role="log"
            aria-live="off"
            aria-label="Lines of trace_pipe"
            onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
              setFollowing(scrollHeight - scrollTop - clientHeight < NEAR_END)
            }
          >
            {lines.length === 0 ? (
              <Empty>
                None of the {formatCount(shown.lines.length)} lines kept contains “{filter}”.
              </Empty>
            ) : (
              <PipeLines lines={lines} gaps={filter.trim() === ''} />
            )}
          </div>
          {(following && stopped === undefined) || fresh === 0 ? null : (
            <button type="button" class="button primary pipe-more" onClick={toEnd}>
              {formatPlural(fresh, 'new line')}
            </button>
          )}
        </div>
      )}
    </Panel>
  );
}

function describe({ total, lines }: Pipe): string {
  if (total === 0) return 'Nothing printed yet.';
  const kept =
    total > lines.length ? `; the last ${formatCount(Math.min(PIPE_LINES, lines.length))} are kept here` : '';
  return `${formatPlural(total, 'line')} printed${kept}.`;
}
