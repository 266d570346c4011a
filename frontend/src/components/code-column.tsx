// A column of code: rows of one height, of which those in view are drawn. A listbox: arrow keys choose a row.
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type CodeColumnName, type CodeRow, firstFor, isFor, rowAfterKey } from '../state/code-model.ts';

/** Height of a row in px: --code-row of styles/code.css. */
export const ROW_PX = 20;
/** Rows that are drawn beyond both ends. */
const BEYOND = 12;
/** Characters that stand for the width of a column with nothing in it. */
const LEAST_CHARS = 8;
/** Of the label, the hits and a word on what was written in place. */
const EXTRA_CHARS = 36;

/** What the columns follow: insns of a row that was chosen, and where in its column that stands. */
export interface Aim {
  readonly column: CodeColumnName;
  readonly row: number;
  readonly pcs: ReadonlySet<number>;
  /** px from the top of the column's view. */
  readonly top: number;
}

interface CodeColumnProps {
  readonly name: CodeColumnName;
  readonly title: string;
  readonly rows: readonly CodeRow[];
  /** Insns whose rows are lit. */
  readonly lit: ReadonlySet<number>;
  readonly aim: Aim | undefined;
  /** Rows that a search found. */
  readonly found: ReadonlySet<number>;
  /** Stands between label and text. */
  readonly side?: ((row: CodeRow) => ComponentChildren) | undefined;
  readonly onHover: (row: number | undefined) => void;
  readonly onChoose: (aim: Aim) => void;
}

export function CodeColumn(props: CodeColumnProps) {
  const { name, title, rows, lit, aim, found, side, onHover, onChoose } = props;
  const ref = useRef<HTMLDivElement>(null);
  const view = useView(ref);
  useFollow(ref, name, rows, aim, view.height > 0);
  const first = Math.max(0, Math.floor(view.top / ROW_PX) - BEYOND);
  const end = Math.min(rows.length, Math.ceil((view.top + view.height) / ROW_PX) + BEYOND);
  const active = aim?.column === name ? aim.row : undefined;
  const longest = useMemo(
    () => rows.reduce((most, { text }) => Math.max(most, text.length), LEAST_CHARS),
    [rows],
  );
  const choose = (row: number): void =>
    onChoose({ column: name, row, pcs: new Set(rows[row]?.pcs), top: row * ROW_PX - view.top });
  return (
    <div
      ref={ref}
      class="code-scroller"
      role="listbox"
      tabIndex={0}
      aria-label={title}
      {...(active === undefined ? {} : { 'aria-activedescendant': idOf(name, active) })}
      onPointerMove={(event) => {
        // rows that move under a pointer which rests are not pointed at
        if (event.movementX !== 0 || event.movementY !== 0) onHover(rowOf(event));
      }}
      onPointerLeave={() => onHover(undefined)}
      onClick={(event) => {
        const row = rowOf(event);
        if (row !== undefined) choose(row);
      }}
      onKeyDown={(event) => {
        const from = active ?? Math.ceil(view.top / ROW_PX) - 1;
        const page = Math.max(1, Math.floor(view.height / ROW_PX) - 1);
        const next = rowAfterKey(event.key, from, rows.length, page);
        if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        choose(next);
      }}
    >
      <div
        class="code-rows"
        style={{ height: `${rows.length * ROW_PX}px`, minWidth: `${longest + EXTRA_CHARS}ch` }}
      >
        {rows.slice(first, end).map((row, i) => (
          <Row
            key={first + i}
            id={idOf(name, first + i)}
            place={first + i}
            count={rows.length}
            row={row}
            look={[
              row.isHead ? 'code-head' : '',
              isFor(row, lit) ? 'lit' : '',
              found.has(first + i) ? 'found' : '',
              first + i === active ? 'active' : '',
            ]}
            isActive={first + i === active}
            side={row.isHead ? null : side?.(row)}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly place: number;
  readonly count: number;
  readonly row: CodeRow;
  readonly look: readonly string[];
  readonly isActive: boolean;
  readonly side: ComponentChildren;
}

function Row({ id, place, count, row: { text, label, note }, look, isActive, side }: RowProps) {
  return (
    <div
      id={id}
      role="option"
      class={`code-row ${look.join(' ')}`}
      data-row={place}
      style={{ top: `${place * ROW_PX}px` }}
      aria-selected={isActive}
      aria-posinset={place + 1}
      aria-setsize={count}
    >
      {label === '' ? null : <span class="code-label">{label}</span>}
      {side}
      <code>{text}</code>
      {note === undefined ? null : <span class="code-note">{note}</span>}
    </div>
  );
}

function idOf(name: CodeColumnName, row: number): string {
  return `code-${name}-${row}`;
}

function rowOf({ target }: Event): number | undefined {
  const row =
    target instanceof Element ? target.closest<HTMLElement>('[data-row]')?.dataset['row'] : undefined;
  return row === undefined ? undefined : Number(row);
}

interface View {
  readonly top: number;
  readonly height: number;
}

/** What of a scroller is in view. */
function useView(ref: { readonly current: HTMLElement | null }): View {
  const [view, setView] = useState<View>({ top: 0, height: 0 });
  useLayoutEffect(() => {
    const scroller = ref.current;
    if (scroller === null) return undefined;
    const read = (): void => setView({ top: scroller.scrollTop, height: scroller.clientHeight });
    const observer = new ResizeObserver(read);
    observer.observe(scroller);
    scroller.addEventListener('scroll', read, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener('scroll', read);
    };
  }, [ref]);
  return view;
}

/** Brings the row that was chosen into view, and its partners beside it; where the column is hidden, once it is shown. */
function useFollow(
  ref: { readonly current: HTMLElement | null },
  name: CodeColumnName,
  rows: readonly CodeRow[],
  aim: Aim | undefined,
  isShown: boolean,
): void {
  useLayoutEffect(() => {
    const scroller = ref.current;
    if (scroller === null || aim === undefined || !isShown) return;
    if (aim.column !== name) {
      const row = firstFor(rows, aim.pcs);
      if (row >= 0) scroller.scrollTop = row * ROW_PX - aim.top;
      return;
    }
    const top = aim.row * ROW_PX;
    const { scrollTop, clientHeight } = scroller;
    if (top < scrollTop) scroller.scrollTop = top;
    else if (top + ROW_PX > scrollTop + clientHeight) scroller.scrollTop = top + ROW_PX - clientHeight;
  }, [ref, name, rows, aim, isShown]);
}
