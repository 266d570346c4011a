// The loaded programs: where they are attached, how often they ran, and what stopped them.
import type { FaultView, ProgView } from '../../../backend/protocol/index.ts';
import { useSnapshot } from '../components/app-context.ts';
import { DataTable } from '../components/data-table.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { formatCount, formatPlural, formatShort, NOTHING } from '../state/format.ts';

/** Panel 6. */
export function ProgramsPanel() {
  const { ref, snapshot } = useSnapshot(3);
  const programs = snapshot.now.frame?.programs;
  const progs = programs?.progs ?? [];
  const faults = programs?.faults ?? [];
  return (
    <Panel
      number={6}
      name="programs"
      title="Programs"
      summary={describe(programs?.object ?? '', progs, faults)}
      panelRef={ref}
    >
      {progs.length === 0 ? (
        <Empty>No program is loaded.</Empty>
      ) : (
        <div class="scroller" tabIndex={0} role="region" aria-label="Programs, table">
          <DataTable
            caption="Loaded programs"
            rows={progs}
            rowKey={({ name }) => name}
            columns={[
              { title: 'Program', cell: programCell },
              { title: 'Size', number: true, cell: ({ insns }) => formatCount(insns) },
              { title: 'Runs', number: true, cell: ({ runs }) => formatCount(runs) },
              { title: 'Insns run', number: true, cell: ({ insnsRun }) => formatCount(insnsRun) },
              {
                title: 'Per run',
                number: true,
                cell: ({ runs, insnsRun }) => (runs === 0 ? NOTHING : formatShort(insnsRun / runs)),
              },
              {
                title: 'Faults',
                number: true,
                cell: (prog) => (
                  <span class={prog.faults > 0 ? 'error' : ''}>{formatCount(prog.faults)}</span>
                ),
              },
            ]}
          />
        </div>
      )}
      {faults.length === 0 ? null : <Faults faults={faults} />}
      {(programs?.unknownReads ?? 0) === 0 ? null : (
        <p class="note">
          {formatPlural(programs!.unknownReads, 'read')} of user memory that the recording does not hold: the
          helper returned -EFAULT to the program.
        </p>
      )}
    </Panel>
  );
}

function programCell({ name, section, attached, idle }: ProgView) {
  return (
    <>
      <code>{name}</code>
      <small class="prog-hook" title={section}>
        {attached.length > 0
          ? `at ${attached.join(', ')}`
          : idle === undefined
            ? 'only jumped to'
            : 'not attached'}
        {idle === undefined ? '' : `; never runs: ${idle}`}
      </small>
    </>
  );
}

function Faults({ faults }: { readonly faults: readonly FaultView[] }) {
  return (
    <ul class="faults" aria-label="Faults">
      {faults.map(({ prog, pc, code, message, count }) => (
        <li key={`${prog} ${pc} ${code}`}>
          <code>
            {prog}, pc {pc}
          </code>
          <span>{message}</span>
          <span class="soft">
            {code}, {formatCount(count)} ×
          </span>
        </li>
      ))}
    </ul>
  );
}

function describe(object: string, progs: readonly ProgView[], faults: readonly FaultView[]): string {
  const attached = progs.filter((prog) => prog.attached.length > 0).length;
  const stopped = faults.reduce((sum, { count }) => sum + count, 0);
  const health = stopped === 0 ? 'no faults' : formatPlural(stopped, 'fault');
  return `${object || 'Nothing loaded'}: ${formatPlural(progs.length, 'program')}, ${attached} attached; ${health}.`;
}
