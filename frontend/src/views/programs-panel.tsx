// The loaded programs: where they are attached, how often they ran, and what stopped them.
import type { FaultView, ProgramsView, ProgView } from '../../../backend/protocol/index.ts';
import { useState } from 'preact/hooks';
import { useSnapshot } from '../components/app-context.ts';
import { DataTable } from '../components/data-table.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { formatCount, formatPlural, formatShort, NOTHING } from '../state/format.ts';
import { CodeDialog } from './code-dialog.tsx';

/** Panel 6. */
export function ProgramsPanel() {
  const { ref, snapshot } = useSnapshot(3);
  const programs = snapshot.now.frame?.programs;
  const progs = programs?.progs ?? [];
  const faults = programs?.faults ?? [];
  const [looking, setLooking] = useState<string>();
  return (
    <Panel number={6} name="programs" title="Programs" summary={describe(programs)} panelRef={ref}>
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
              {
                title: 'Code',
                cell: ({ name }) => <CodeButton name={name} onClick={() => setLooking(name)} />,
              },
            ]}
          />
        </div>
      )}
      {faults.length === 0 ? null : <Faults faults={faults} />}
      {programs === undefined || programs.leftOut.length === 0 ? null : (
        <LeftOut leftOut={programs.leftOut} />
      )}
      {programs === undefined || programs.unknownReads === 0 ? null : <Unknown programs={programs} />}
      <CodeDialog
        prog={progs.some(({ name }) => name === looking) ? looking : undefined}
        onShow={setLooking}
      />
    </Panel>
  );
}

function CodeButton({ name, onClick }: { readonly name: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="button quiet" aria-haspopup="dialog" onClick={onClick}>
      Code<span class="unseen"> of {name}</span>
    </button>
  );
}

/** What is told of a program that does not run. */
const SILENCES = { refused: 'not attached', idle: 'never runs', absent: 'has not run' } as const;

/** What is told of what runs a program. */
const ENGINES = { jit: 'compiled', interp: 'interpreted' } as const;

function programCell({ name, section, attached, silence, engine, whyEngine }: ProgView) {
  return (
    <>
      <code>{name}</code>
      <small class="prog-hook" title={section}>
        <code>{section}</code>
        {attached.length > 0 && !isSameHook(section, attached) ? ` at ${attached.join(', ')}` : ''}
        {attached.length === 0 && silence === undefined ? ': only jumped to' : ''}
        {silence === undefined ? '' : `; ${SILENCES[silence.state]}: ${silence.why}`}
        {`; ${ENGINES[engine]}`}
        {whyEngine === undefined ? '' : `: ${whyEngine}`}
      </small>
    </>
  );
}

/** Whether the section says all of where a program is attached. */
function isSameHook(section: string, [hook, ...others]: readonly string[]): boolean {
  return others.length === 0 && hook !== undefined && section.endsWith(hook.replace(':', '/'));
}

function LeftOut({ leftOut }: Pick<ProgramsView, 'leftOut'>) {
  return (
    <ul class="faults" aria-label="Programs that are not loaded">
      {leftOut.map(({ name, section, why }) => (
        <li key={name}>
          <code title={section}>{name}</code>
          <span>is not loaded: {why}</span>
        </li>
      ))}
    </ul>
  );
}

function Unknown({ programs: { unknownReads, unknown } }: { readonly programs: ProgramsView }) {
  const named = unknown.reduce((sum, { count }) => sum + count, 0);
  return (
    <details class="note">
      <summary>
        {formatPlural(unknownReads, 'read')} of what the recording does not hold: helpers returned -EFAULT,
        loads gave 0.
      </summary>
      <ul class="unknown" aria-label="What was not recorded">
        {unknown.map(({ what, count }) => (
          <li key={what}>
            {formatCount(count)} × <code>{what}</code>
          </li>
        ))}
        {named === unknownReads ? null : <li>{formatCount(unknownReads - named)} × others</li>}
      </ul>
    </details>
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

function describe(programs: ProgramsView | undefined): string {
  if (programs === undefined) return 'Nothing loaded.';
  const { object, progs, faults, kernel } = programs;
  const attached = progs.filter((prog) => prog.attached.length > 0).length;
  const stopped = faults.reduce((sum, { count }) => sum + count, 0);
  const health = stopped === 0 ? 'no faults' : formatPlural(stopped, 'fault');
  return `${object} against ${kernel}: ${formatPlural(progs.length, 'program')}, ${attached} attached; ${health}.`;
}
