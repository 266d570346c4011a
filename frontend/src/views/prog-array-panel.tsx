// The prog array: where tail calls went, which slots light up, what fell through and why, and how deep chains were.
import type { ProgArrayView } from '../../../backend/protocol/index.ts';
import { useSnapshot } from '../components/app-context.ts';
import { DataTable } from '../components/data-table.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { drawRate } from '../components/theme.ts';
import { describeArray } from '../state/describe.ts';
import { formatCount, formatPlural, formatShare, formatShort } from '../state/format.ts';
import { MISS_NAMES, MISSES, outcomes, risenSlots, type SlotNames, slotNames } from '../state/slots.ts';
import { DepthBars } from './depth-bars.tsx';
import { SlotGrid } from './slot-grid.tsx';

/** Empty slots listed by name. */
const MISSED_SHOWN = 10;

/** Panel 2. */
export function ProgArrayPanel() {
  const { ref, snapshot } = useSnapshot(drawRate(5), true);
  const { frame, session } = snapshot.now;
  const programs = frame?.programs;
  const arrays = programs?.progArrays ?? [];
  const names =
    programs === undefined ? () => undefined : slotNames(programs, session?.recording.syscalls ?? []);
  const sameRun = snapshot.before?.frame?.epoch === frame?.epoch;
  const previous = sameRun ? snapshot.before?.frame?.programs.progArrays : undefined;
  return (
    <Panel
      number={2}
      name="prog-array"
      title="Prog array"
      summary={arrays.map(describeArray).join(' ') || 'No tail call yet.'}
      panelRef={ref}
      tools={programs === undefined ? null : <code class="soft">{programs.object}</code>}
      twin={() => arrays.map((array) => <ArrayTables key={array.map} array={array} names={names} />)}
    >
      {arrays.length === 0 ? (
        <Empty>
          {programs === undefined
            ? 'Waiting for the first frame.'
            : `${programs.object} has no prog array: nothing to jump through.`}
        </Empty>
      ) : (
        arrays.map((array) => (
          <ArrayPicture
            key={array.map}
            array={array}
            names={names}
            risen={risenSlots(
              previous?.find(({ map }) => map === array.map),
              array,
            )}
          />
        ))
      )}
    </Panel>
  );
}

interface ArrayProps {
  readonly array: ProgArrayView;
  readonly names: SlotNames;
}

interface PictureProps extends ArrayProps {
  /** Slots that were called since the last drawing. */
  readonly risen: ReadonlySet<number>;
}

function ArrayPicture({ array, names, risen }: PictureProps) {
  const filled = array.slots.filter(({ prog }) => prog !== undefined);
  return (
    <div class="prog-array">
      <OutcomeBar array={array} names={names} />
      <ul class="slots" aria-label={`Filled slots of ${array.map}`}>
        {filled.map(({ index, prog, hits }) => (
          <li key={index} class={risen.has(index) ? 'slot lit' : 'slot'} data-slot={index}>
            <span class="slot-index">{index}</span>
            <span class="slot-name">
              {names(index) === undefined ? null : <b>{names(index)}</b>}
              <code>{prog}</code>
            </span>
            <span class="slot-hits" data-value={hits}>
              {formatCount(hits)}
              <small>{hits === 1 ? 'hit' : 'hits'}</small>
            </span>
            <span
              class="slot-share"
              style={{ width: `${array.hits === 0 ? 0 : (hits / array.hits) * 100}%` }}
            />
          </li>
        ))}
      </ul>
      {filled.length > 0 ? null : <Empty>All {formatCount(array.maxEntries)} slots are empty.</Empty>}
      <MissedSlots array={array} names={names} risen={risen} />
      <SlotGrid array={array} names={names} risen={risen} />
      <div class="prog-array-foot">
        <FallThroughs array={array} />
        <DepthBars depth={array.depth} />
      </div>
    </div>
  );
}

/** Empty slots that were called most: what would be jumped to if a program stood there. */
function MissedSlots({ array, names, risen }: PictureProps) {
  const called = array.slots.filter(({ prog, empty }) => prog === undefined && empty > 0);
  const most = called.sort((a, b) => b.empty - a.empty || a.index - b.index).slice(0, MISSED_SHOWN);
  if (most.length === 0) return null;
  return (
    <div class="missed">
      <h3>Called and found empty</h3>
      <ol aria-label={`Empty slots of ${array.map} that were called most`}>
        {most.map(({ index, empty }) => (
          <li key={index} class={risen.has(index) ? 'missed-slot lit' : 'missed-slot'}>
            <span class="missed-index">{index}</span>
            {names(index) ?? ''}
            <b>{formatShort(empty)}</b>
          </li>
        ))}
      </ol>
    </div>
  );
}

function OutcomeBar({ array, names }: ArrayProps) {
  const parts = outcomes(array);
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  return (
    <div class="outcome" aria-hidden="true">
      {parts.map(({ kind, label, index, count }) => {
        const text = `${names(index) ?? label}: ${formatPlural(count, 'tail call')}, ${formatShare(count / total)}`;
        return (
          <i
            key={`${kind} ${index}`}
            class={`outcome-part fell-${kind}`}
            style={{ flexGrow: count / total }}
            title={text}
          />
        );
      })}
    </div>
  );
}

function FallThroughs({ array }: { readonly array: ProgArrayView }) {
  const all = array.hits + MISS_NAMES.reduce((sum, name) => sum + array.misses[name], 0);
  return (
    <dl class="misses" aria-label="Fall-throughs by reason">
      {MISS_NAMES.map((name) => (
        <div key={name} class={`miss fell-${name}`} title={MISSES[name].summary}>
          <dt>{MISSES[name].title}</dt>
          <dd aria-label={MISSES[name].title} data-value={array.misses[name]}>
            {formatCount(array.misses[name])}
            <small>{all === 0 ? '' : formatShare(array.misses[name] / all)}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function ArrayTables({ array, names }: ArrayProps) {
  return (
    <>
      <DataTable
        caption={`Slots of ${array.map} that are filled or were called`}
        rows={array.slots}
        rowKey={({ index }) => index}
        columns={[
          { title: 'Slot', number: true, cell: ({ index }) => index },
          { title: 'System call', cell: ({ index }) => names(index) ?? '' },
          { title: 'Program', cell: ({ prog }) => prog ?? 'empty' },
          { title: 'Hits', number: true, cell: ({ hits }) => formatCount(hits) },
          { title: 'Found empty', number: true, cell: ({ empty }) => formatCount(empty) },
        ]}
      />
      <DataTable
        caption="Fall-throughs by reason"
        rows={MISS_NAMES}
        rowKey={(name) => name}
        columns={[
          { title: 'Fall-through', cell: (name) => MISSES[name].title },
          { title: 'Calls', number: true, cell: (name) => formatCount(array.misses[name]) },
          { title: 'Why', cell: (name) => MISSES[name].summary },
        ]}
      />
      <DataTable
        caption="Runs by depth of their chain"
        rows={array.depth.map((runs, depth) => ({ runs, depth })).filter(({ runs }) => runs > 0)}
        rowKey={({ depth }) => depth}
        columns={[
          { title: 'Tail calls in the run', number: true, cell: ({ depth }) => depth },
          { title: 'Runs', number: true, cell: ({ runs }) => formatCount(runs) },
        ]}
      />
    </>
  );
}
