// Maps of the loaded object and what is in them now.
import { useEffect, useState } from 'preact/hooks';
import type { MapEntryView, MapPage, MapView, SlotView } from '../../../backend/protocol/index.ts';
import { useApp, useSnapshot } from '../components/app-context.ts';
import { DataTable, type DataColumn } from '../components/data-table.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { formatBytes, formatCount, formatPlural, NOTHING } from '../state/format.ts';
import { cellColumns, cellText, columnTitle, isNumberText, type CellColumn } from '../state/map-cells.ts';
import { spacedHex, sumOfCpus } from '../state/map-text.ts';

/** Entries on a page of the panel. */
const LIMIT = 50;

/** Panel 7. Reads the shown page again, at most twice in three seconds, and only while it is in view. */
export function MapsPanel() {
  const { commands } = useApp();
  const { ref, snapshot } = useSnapshot(1.5);
  const [chosen, setChosen] = useState('');
  const [offset, setOffset] = useState(0);
  const { frame, mapPage, link } = snapshot.now;
  const maps = frame?.programs.maps ?? [];
  const map = maps.find(({ name }) => name === chosen) ?? maps.find(isTelling) ?? maps[0];
  const name = map?.name ?? '';
  const from = map === undefined || offset < map.entries ? offset : 0;

  useEffect(() => {
    if (name !== '' && link.status === 'connected') commands.readMap(name, from, LIMIT);
  }, [commands, name, from, link.status, frame]);

  const page = mapPage?.map === name && mapPage.offset === from ? mapPage : undefined;
  return (
    <Panel
      number={7}
      name="maps"
      title="Maps"
      summary={map === undefined ? 'No map is loaded.' : describe(map)}
      panelRef={ref}
      tools={page === undefined ? null : <Pager page={page} onMove={setOffset} />}
    >
      {maps.length === 0 ? (
        <Empty>The loaded object has no maps.</Empty>
      ) : (
        <>
          <div class="choices" role="group" aria-label="Maps">
            {maps.map((other) => (
              <button
                key={other.name}
                type="button"
                class="button choice"
                aria-pressed={other.name === name}
                onClick={() => {
                  setChosen(other.name);
                  setOffset(0);
                  commands.readMap(other.name, 0, LIMIT);
                }}
              >
                <code>{other.name}</code>
                <span class="soft">{formatCount(other.records?.read ?? other.entries)}</span>
              </button>
            ))}
          </div>
          <Entries
            page={page}
            name={name}
            slots={frame?.programs.progArrays.find((array) => array.map === name)?.slots}
            isOutlet={map?.records !== undefined}
          />
        </>
      )}
    </Panel>
  );
}

/** Maps of global data are named like sections; what programs count or keep is in the others. */
function isTelling({ name, entries, records }: MapView): boolean {
  return !name.startsWith('.') && records === undefined && entries > 1;
}

function Pager({ page, onMove }: { readonly page: MapPage; readonly onMove: (offset: number) => void }) {
  if (page.entries <= LIMIT) return null;
  const last = Math.min(page.entries, page.offset + page.rows.length);
  return (
    <div class="pager" role="group" aria-label="Pages of the map">
      <button
        type="button"
        class="button quiet"
        disabled={page.offset === 0}
        onClick={() => onMove(Math.max(0, page.offset - LIMIT))}
      >
        Previous
      </button>
      <span class="soft">
        {formatCount(page.offset + 1)} – {formatCount(last)} of {formatCount(page.entries)}
      </span>
      <button
        type="button"
        class="button quiet"
        disabled={last >= page.entries}
        onClick={() => onMove(page.offset + LIMIT)}
      >
        Next
      </button>
    </div>
  );
}

interface EntriesProps {
  readonly page: MapPage | undefined;
  readonly name: string;
  /** Slots of a prog array, undefined for other maps. */
  readonly slots: readonly SlotView[] | undefined;
  /** Programs write records to it, which are counted and not kept. */
  readonly isOutlet: boolean;
}

function Entries({ page, name, slots, isOutlet }: EntriesProps) {
  if (isOutlet) return <Empty>Records of {name} are read as they come; panel 8 shows the last ones.</Empty>;
  if (page === undefined) return <Empty>Reading {name}.</Empty>;
  if (page.rows.length === 0) {
    if (page.entries === 0) return <Empty>{name} has no entries now.</Empty>;
    return (
      <Empty>
        {name} has {formatPlural(page.entries, 'entry', 'entries')}, and a {page.type} does not let them be
        read one by one.
      </Empty>
    );
  }
  const cpus = Math.max(...page.rows.map(({ valueHex }) => valueHex.length));
  const typed = slots === undefined ? cellColumns(page.rows) : undefined;
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label={`Contents of ${name}`}>
      <DataTable
        caption={`Entries of ${name}`}
        rows={page.rows}
        rowKey={({ keyHex }) => keyHex}
        columns={
          typed === undefined
            ? [
                { title: 'Key', cell: ({ key, keyHex }) => <Bytes text={key} hex={keyHex} /> },
                ...(cpus > 1
                  ? [{ title: 'Sum', number: true, cell: (row: MapEntryView) => sumOfCpus(row.value) }]
                  : []),
                ...Array.from({ length: cpus }, (_, cpu) => ({
                  title: cpus > 1 ? `CPU ${cpu}` : slots === undefined ? 'Value' : 'Prog id',
                  number: true,
                  cell: ({ value, valueHex }: MapEntryView) => (
                    <Bytes text={value[cpu] ?? ''} hex={valueHex[cpu] ?? ''} />
                  ),
                })),
                ...(slots === undefined
                  ? []
                  : [
                      {
                        title: 'Program',
                        cell: ({ key }: MapEntryView) => (
                          <code>{slots.find(({ index }) => String(index) === key)?.prog ?? NOTHING}</code>
                        ),
                      },
                    ]),
              ]
            : typedColumns(typed, page.rows, cpus)
        }
      />
    </div>
  );
}

/** A column for each member of keys and values, by their types. */
function typedColumns(
  columns: readonly CellColumn[],
  rows: readonly MapEntryView[],
  cpus: number,
): DataColumn<MapEntryView>[] {
  const sums = cpus > 1 && rows.every(({ value }) => value.every((number) => number !== ''));
  const cells = columns.map((column): DataColumn<MapEntryView> => {
    const { of, cpu } = column;
    return {
      title: columnTitle(column, cpus),
      number: rows.every((row) => isNumberText(cellText(row, column))),
      cell: (row) => {
        const text = cellText(row, column);
        const bytes = spacedHex(of === 'key' ? row.keyHex : (row.valueHex[cpu] ?? ''));
        return (
          <span class="cell" title={`${text}\n${bytes}`}>
            {text}
          </span>
        );
      },
    };
  });
  const sum: DataColumn<MapEntryView> = { title: 'Sum', number: true, cell: ({ value }) => sumOfCpus(value) };
  const first = columns.filter(({ of }) => of === 'key').length;
  return sums ? [...cells.slice(0, first), sum, ...cells.slice(first)] : cells;
}

/** A number where the server could read one, else bytes; the bytes are always one hover away. */
function Bytes({ text, hex }: { readonly text: string; readonly hex: string }) {
  const spaced = spacedHex(hex);
  return text === '' ? <code class="bytes">{spaced}</code> : <span title={spaced}>{text}</span>;
}

function describe({ type, keySize, valueSize, entries, maxEntries, records }: MapView): string {
  if (records !== undefined) {
    const size = type === 'ringbuf' ? ` of ${formatBytes(maxEntries)}` : '';
    const dropped = records.dropped === 0 ? 'none dropped' : `${formatCount(records.dropped)} dropped`;
    return `${type}${size}: ${formatPlural(records.read, 'record')} read, ${dropped}.`;
  }
  return `${type}, key ${formatBytes(keySize)}, value ${formatBytes(valueSize)}; ${formatCount(entries)} of at most ${formatPlural(maxEntries, 'entry', 'entries')}.`;
}
