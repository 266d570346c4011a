// The system calls seen so far, as bars and figures in one sortable table.
import { useState } from 'preact/hooks';
import { CATEGORIES, CATEGORY_NAMES } from '../../../traces/index.ts';
import { useSnapshot } from '../components/app-context.ts';
import { Empty, Panel } from '../components/panel.tsx';
import { formatCount, formatNs, formatPlural, formatRate, formatShare } from '../state/format.ts';
import {
  filterRows,
  holdOrder,
  type NamedRow,
  nameRows,
  SORT_KEYS,
  type SortKey,
  sortRows,
  type Sorting,
} from '../state/syscall-table.ts';

interface Column {
  readonly key: SortKey;
  readonly title: string;
  readonly summary: string;
  readonly show: (row: NamedRow) => string;
}

const COLUMNS: readonly Column[] = [
  {
    key: 'calls',
    title: 'Calls',
    summary: 'entered up to the clock',
    show: ({ calls }) => formatCount(calls),
  },
  {
    key: 'perS',
    title: 'Rate',
    summary: 'mean over the recorded time up to the clock',
    show: ({ perS }) => formatRate(perS),
  },
  { key: 'errors', title: 'Errors', summary: 'returned an errno', show: ({ errors }) => formatCount(errors) },
  {
    key: 'errorShare',
    title: 'Err %',
    summary: 'errors over calls',
    show: ({ errorShare }) => formatShare(errorShare),
  },
  {
    key: 'p50Ns',
    title: 'p50',
    summary: 'half of the calls were quicker',
    show: ({ p50Ns }) => formatNs(p50Ns),
  },
  {
    key: 'p95Ns',
    title: 'p95',
    summary: '95 % of the calls were quicker',
    show: ({ p95Ns }) => formatNs(p95Ns),
  },
  {
    key: 'p99Ns',
    title: 'p99',
    summary: '99 % of the calls were quicker',
    show: ({ p99Ns }) => formatNs(p99Ns),
  },
  { key: 'maxNs', title: 'Max', summary: 'the slowest call', show: ({ maxNs }) => formatNs(maxNs) },
  {
    key: 'totalNs',
    title: 'Total time',
    summary: 'latencies added up',
    show: ({ totalNs }) => formatNs(totalNs),
  },
];

/** Panel 4. The order holds still while the pointer or the focus is in the table. */
export function TopPanel() {
  const { ref, snapshot } = useSnapshot(3);
  const [sorting, setSorting] = useState<Sorting>({ key: 'calls', falling: true });
  const [filter, setFilter] = useState('');
  const [held, setHeld] = useState<readonly number[]>();
  const { frame, session } = snapshot.now;
  const named = nameRows(frame?.syscalls ?? [], session?.recording.syscalls ?? [], frame?.clock.atNs ?? 0);
  const sorted = sortRows(named, sorting);
  const rows = filterRows(held === undefined ? sorted : holdOrder(sorted, held), filter);
  const hold = (): void => setHeld((order) => order ?? sorted.map(({ sys }) => sys));
  const sortBy = (key: SortKey): void => {
    const next = {
      key,
      falling: sorting.key === key ? !sorting.falling : SORT_KEYS[key].falling,
    };
    setSorting(next);
    if (held !== undefined) setHeld(sortRows(named, next).map(({ sys }) => sys));
  };
  return (
    <Panel
      number={4}
      name="top"
      title="System calls"
      summary={describe(named)}
      panelRef={ref}
      tools={
        <>
          {held === undefined ? null : (
            <span
              class="soft held"
              title="The order holds still while the pointer or the focus is in the table"
            >
              order held
            </span>
          )}
          <input
            type="search"
            class="field"
            data-filter="syscalls"
            placeholder="Filter (/)"
            aria-label="Filter system calls"
            value={filter}
            onInput={({ currentTarget }) => setFilter(currentTarget.value)}
          />
        </>
      }
    >
      {named.length === 0 ? (
        <Empty>No calls yet.</Empty>
      ) : (
        <div
          class="scroller"
          tabIndex={0}
          role="region"
          aria-label="System calls, table"
          onPointerEnter={hold}
          onPointerLeave={({ currentTarget }) => {
            if (!currentTarget.contains(document.activeElement)) setHeld(undefined);
          }}
          onFocusIn={hold}
          onFocusOut={({ currentTarget, relatedTarget }) => {
            if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setHeld(undefined);
          }}
        >
          <table class="table syscalls">
            <caption class="unseen">System calls up to the clock</caption>
            <thead>
              <tr>
                <SortHead
                  title="System call"
                  summary="by name"
                  sortKey="name"
                  sorting={sorting}
                  onSort={sortBy}
                />
                {COLUMNS.map(({ key, title, summary }) => (
                  <SortHead
                    key={key}
                    title={title}
                    summary={summary}
                    sortKey={key}
                    sorting={sorting}
                    onSort={sortBy}
                  />
                ))}
              </tr>
            </thead>
            <tbody>
              <Rows rows={rows} all={named} barKey={sorting.key === 'name' ? 'calls' : sorting.key} />
            </tbody>
          </table>
          {rows.length > 0 ? null : <Empty>No system call matches “{filter}”.</Empty>}
        </div>
      )}
    </Panel>
  );
}

interface RowsProps {
  readonly rows: readonly NamedRow[];
  readonly all: readonly NamedRow[];
  /** The column whose values the bars show. */
  readonly barKey: SortKey;
}

function Rows({ rows, all, barKey }: RowsProps) {
  const value = (row: NamedRow): number => {
    const found = SORT_KEYS[barKey].of(row);
    return typeof found === 'number' && Number.isFinite(found) ? found : 0;
  };
  const most = Math.max(1e-9, ...all.map(value));
  return rows.map((row) => {
    const category = CATEGORY_NAMES[row.category] ?? 'other';
    return (
      <tr key={row.sys}>
        <th scope="row">
          <i class={`bar cat-${category}`} style={{ width: `${(value(row) / most) * 100}%` }} />
          <span class="bar-text">
            <i class={`swatch cat-${category}`} title={CATEGORIES[category].title} />
            {row.name}
            {row.abi === '' ? null : <small class="soft"> {row.abi}</small>}
          </span>
        </th>
        {COLUMNS.map(({ key, show }) => (
          <td
            key={key}
            class={key.startsWith('error') && row.errors > 0 ? 'number error' : 'number'}
            data-value={SORT_KEYS[key].of(row)}
          >
            {show(row)}
          </td>
        ))}
      </tr>
    );
  });
}

interface SortHeadProps {
  readonly title: string;
  readonly summary: string;
  readonly sortKey: SortKey;
  readonly sorting: Sorting;
  readonly onSort: (key: SortKey) => void;
}

function SortHead({ title, summary, sortKey, sorting, onSort }: SortHeadProps) {
  const active = sorting.key === sortKey;
  const sort = active ? (sorting.falling ? 'descending' : 'ascending') : 'none';
  return (
    <th scope="col" class={sortKey === 'name' ? '' : 'number'} aria-sort={sort}>
      <button type="button" class="sort" title={summary} onClick={() => onSort(sortKey)}>
        {title}
      </button>
    </th>
  );
}

function describe(rows: readonly NamedRow[]): string {
  const [most] = sortRows(rows, { key: 'calls', falling: true });
  if (most === undefined) return 'No calls yet.';
  const calls = rows.reduce((sum, row) => sum + row.calls, 0);
  const failing = sortRows(rows, { key: 'errors', falling: true })[0]!;
  const failed =
    failing.errors === 0
      ? 'none failed'
      : `${failing.name} failed most, ${formatShare(failing.errorShare)} of ${formatPlural(failing.calls, 'call')}`;
  return `${formatPlural(rows.length, 'system call')}; ${most.name} is ${formatShare(most.calls / calls)} of all, ${failed}.`;
}
