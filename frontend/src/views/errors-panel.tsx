// Which errno came from which system call.
import { errnoName } from '../../../traces/index.ts';
import type { SyscallInfo } from '../../../backend/protocol/index.ts';
import { useSnapshot } from '../components/app-context.ts';
import { Empty, Panel } from '../components/panel.tsx';
import { errnoMeaning } from '../state/errno-text.ts';
import { cellShade, type ErrorMatrix, errorMatrix } from '../state/error-matrix.ts';
import { formatCount, formatPlural } from '../state/format.ts';

/** Pixels of the errno column and of a system call's column. */
const HEAD_WIDTH = 250;
const COLUMN_WIDTH = 70;

/** Panel 5. */
export function ErrorsPanel() {
  const { ref, snapshot } = useSnapshot(2);
  const { frame, session } = snapshot.now;
  const width = ref.current?.clientWidth ?? 600;
  const room = Math.min(12, Math.max(4, Math.floor((width - HEAD_WIDTH) / COLUMN_WIDTH) - 1));
  const matrix = errorMatrix(frame?.errnos ?? [], room);
  const restarts = frame?.restarts ?? 0;
  return (
    <Panel number={5} name="errors" title="Errors" summary={describe(matrix)} panelRef={ref}>
      {matrix.total === 0 ? (
        <Empty>No call has failed yet.</Empty>
      ) : (
        <div class="scroller" tabIndex={0} role="region" aria-label="Errors, table">
          <MatrixTable matrix={matrix} syscalls={session?.recording.syscalls ?? []} />
        </div>
      )}
      <p class="note">
        {restarts === 0
          ? 'No call was restarted.'
          : `${formatPlural(restarts, 'call')} restarted by the kernel after a signal: the program never saw an error, so they are not counted here.`}
      </p>
    </Panel>
  );
}

interface MatrixProps {
  readonly matrix: ErrorMatrix;
  readonly syscalls: readonly SyscallInfo[];
}

function MatrixTable({ matrix, syscalls }: MatrixProps) {
  const { columns, rows, max, otherCalls } = matrix;
  const cell = (count: number, key: string | number) => (
    <td key={key} class="number matrix-cell" style={{ '--shade': cellShade(count, max) }} data-value={count}>
      {count === 0 ? <span class="zero">·</span> : formatCount(count)}
    </td>
  );
  return (
    <table class="table matrix">
      <caption class="unseen">Errors by errno and system call</caption>
      <thead>
        <tr>
          <th scope="col">Errno</th>
          <th scope="col" class="number">
            All
          </th>
          {columns.map((sys) => (
            <th key={sys} scope="col" class="number">
              {syscalls[sys]?.name ?? `#${sys}`}
            </th>
          ))}
          {otherCalls > 0 ? (
            <th scope="col" class="number">
              {otherCalls} more
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ errno, total, counts, others }) => (
          <tr key={errno}>
            <th scope="row">
              <code>{errnoName(errno)}</code> <span class="soft">{errnoMeaning(errno)}</span>
            </th>
            <td class="number error" data-value={total}>
              {formatCount(total)}
            </td>
            {counts.map((count, i) => cell(count, columns[i]!))}
            {otherCalls > 0 ? cell(others, 'others') : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function describe({ rows, total }: ErrorMatrix): string {
  const most = rows[0];
  if (most === undefined) return 'No errors so far.';
  return rows.length === 1
    ? `${formatPlural(total, 'error')}, ${total === 1 ? '' : 'all '}${errnoName(most.errno)}.`
    : `${formatPlural(total, 'error')} of ${formatPlural(rows.length, 'kind')}; most are ${errnoName(most.errno)} (${formatCount(most.total)}).`;
}
