// Looks for words in the columns of a program, and goes from one place to the next.
import type { CodePlace } from '../state/code-model.ts';
import { formatCount } from '../state/format.ts';

interface CodeSearchProps {
  readonly search: string;
  readonly places: readonly CodePlace[];
  /** The row that is chosen. */
  readonly aim: CodePlace | undefined;
  readonly onSearch: (search: string) => void;
  readonly onGo: (place: CodePlace) => void;
}

/** Enter goes on, Shift and Enter back. */
export function CodeSearch({ search, places, aim, onSearch, onGo }: CodeSearchProps) {
  const at = places.findIndex(({ column, row }) => column === aim?.column && row === aim.row);
  const step = (by: 1 | -1): void => {
    const from = at < 0 && by < 0 ? 0 : at;
    const next = places[(from + by + places.length) % places.length];
    if (next !== undefined) onGo(next);
  };
  return (
    <div class="code-search" role="search">
      <input
        type="search"
        class="field"
        placeholder="Search in all columns"
        aria-label="Search in the code"
        value={search}
        onInput={({ currentTarget }) => onSearch(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          step(event.shiftKey ? -1 : 1);
        }}
      />
      <span class="soft" role="status">
        {search.trim() === '' ? '' : countText(at, places.length)}
      </span>
    </div>
  );
}

function countText(at: number, count: number): string {
  if (count === 0) return 'nothing found';
  return at < 0 ? `${formatCount(count)} found` : `${formatCount(at + 1)} of ${formatCount(count)}`;
}
