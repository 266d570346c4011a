// All slots of a prog array as one small map: what is filled, what was jumped to, what was called and found empty.
import type { ProgArrayView, SlotView } from '../../../backend/protocol/index.ts';
import { formatCount, formatPlural } from '../state/format.ts';
import type { SlotNames } from '../state/slots.ts';

/** Cells in a row; a power of two, so that rows start at round numbers. */
const WIDTH = 64;
/** Cells at most; larger arrays put several slots into one cell. */
const CELLS = 1_024;
/** Side of a cell in the picture's own units, gap included. */
const SIDE = 10;

interface Cell {
  readonly at: number;
  readonly first: number;
  readonly filled: boolean;
  readonly hits: number;
  readonly empty: number;
  readonly lit: boolean;
}

export interface SlotGridProps {
  readonly array: ProgArrayView;
  readonly names: SlotNames;
  /** Slots that were called since the last drawing. */
  readonly risen: ReadonlySet<number>;
}

/** An SVG with one square a slot; the slots' figures stand in the panel's table. */
export function SlotGrid({ array, names, risen }: SlotGridProps) {
  const perCell = Math.max(1, Math.ceil(array.maxEntries / CELLS));
  const cells = Math.ceil(array.maxEntries / perCell);
  const width = Math.min(WIDTH, cells);
  const rows = Math.ceil(cells / width);
  const lastWidth = cells - (rows - 1) * width;
  const shown = touchedCells(array.slots, risen, perCell);
  const most = Math.max(2, ...shown.map(({ hits, empty }) => Math.max(hits, empty)));
  const filled = array.slots.filter(({ prog }) => prog !== undefined).length;
  const label = `${array.map}: ${formatCount(filled)} of ${formatCount(array.maxEntries)} slots filled, ${formatPlural(array.slots.length - filled, 'empty slot')} called`;
  return (
    <figure class="slot-grid">
      <svg viewBox={`0 0 ${width * SIDE} ${rows * SIDE}`} role="img" aria-label={label}>
        <defs>
          <pattern id={`slots-${array.map}`} width={SIDE} height={SIDE} patternUnits="userSpaceOnUse">
            <rect class="cell" x="1" y="1" width={SIDE - 2} height={SIDE - 2} rx="1.5" />
          </pattern>
        </defs>
        <rect width={width * SIDE} height={(rows - 1) * SIDE} fill={`url(#slots-${array.map})`} />
        <rect
          y={(rows - 1) * SIDE}
          width={lastWidth * SIDE}
          height={SIDE}
          fill={`url(#slots-${array.map})`}
        />
        {shown.map((cell) => (
          <rect
            key={cell.at}
            class={`cell ${cell.filled ? 'filled' : 'called'}${cell.lit ? ' lit' : ''}`}
            style={{ '--heat': Math.log(1 + Math.max(cell.hits, cell.empty)) / Math.log(1 + most) }}
            x={(cell.at % width) * SIDE + 1}
            y={Math.floor(cell.at / width) * SIDE + 1}
            width={SIDE - 2}
            height={SIDE - 2}
            rx="1.5"
          >
            <title>{cellText(cell, names)}</title>
          </rect>
        ))}
      </svg>
      <figcaption>
        <span>{label}.</span>
        <ul class="legend" aria-hidden="true">
          <li>
            <i class="swatch slot-filled" />
            filled
          </li>
          <li>
            <i class="swatch slot-called" />
            called, empty
          </li>
        </ul>
      </figcaption>
    </figure>
  );
}

function touchedCells(
  slots: readonly SlotView[],
  risen: ReadonlySet<number>,
  perCell: number,
): readonly Cell[] {
  const cells = new Map<number, Cell>();
  for (const { index, prog, hits, empty } of slots) {
    const at = Math.floor(index / perCell);
    const known = cells.get(at);
    cells.set(at, {
      at,
      first: known?.first ?? index,
      filled: prog !== undefined || (known?.filled ?? false),
      hits: hits + (known?.hits ?? 0),
      empty: empty + (known?.empty ?? 0),
      lit: risen.has(index) || (known?.lit ?? false),
    });
  }
  return [...cells.values()];
}

function cellText({ first, filled, hits, empty }: Cell, names: SlotNames): string {
  const name = names(first) === undefined ? '' : ` (${names(first)})`;
  return filled
    ? `slot ${first}${name}: ${formatPlural(hits, 'hit')}`
    : `slot ${first}${name}: empty, called ${formatCount(empty)} ×`;
}
