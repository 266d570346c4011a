// The frame around every panel: number, title, one sentence of data, and a switch between the picture and its table.
import type { ComponentChildren, RefObject } from 'preact';
import { useState } from 'preact/hooks';

export interface PanelProps {
  /** 1..9: the key that focuses it. */
  readonly number: number;
  readonly name: string;
  readonly title: string;
  /** One sentence made from the data. */
  readonly summary?: string;
  /** Controls of its own, right of the title. */
  readonly tools?: ComponentChildren;
  /** The same numbers as a table; a panel that is a table has none. */
  readonly twin?: () => ComponentChildren;
  readonly children: ComponentChildren;
  readonly panelRef: RefObject<HTMLElement | null>;
}

/** A panel. Focus it by its number; T changes to the table and back. */
export function Panel({ number, name, title, summary, tools, twin, children, panelRef }: PanelProps) {
  const [asTable, setAsTable] = useState(false);
  const heading = `panel-${name}`;
  return (
    <section
      ref={panelRef}
      class={`panel panel-${name}`}
      data-panel={number}
      tabIndex={-1}
      aria-labelledby={heading}
    >
      <header class="panel-head">
        <h2 id={heading}>
          {title}
          <kbd class="panel-number" aria-hidden="true">
            {number}
          </kbd>
        </h2>
        <div class="panel-tools">
          {tools}
          {twin === undefined ? null : (
            <button
              type="button"
              class="button quiet"
              data-twin
              aria-pressed={asTable}
              title="The same numbers as a table (T)"
              onClick={() => setAsTable(!asTable)}
            >
              Table
            </button>
          )}
        </div>
      </header>
      {summary === undefined ? null : <p class="panel-summary">{summary}</p>}
      {asTable && twin !== undefined ? (
        <div class="scroller twin" tabIndex={0} role="region" aria-label={`${title}, table`}>
          {twin()}
        </div>
      ) : (
        children
      )}
    </section>
  );
}

/** What a panel says while it has nothing to show. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}
