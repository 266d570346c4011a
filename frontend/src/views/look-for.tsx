// Two lines for who sees the page first: what happens here, and what is worth a look in this recording.
import { useApp } from '../components/app-context.ts';
import { dispatchesSyscalls, filtersPackets } from '../state/slots.ts';

/** Above the panels. */
export function LookFor() {
  const { store } = useApp();
  const { session, frame, programs: list } = store.state.value;
  const programs = frame?.programs;
  const lookFor = session?.recording.lookFor ?? '';
  const jumps = programs !== undefined && programs.progArrays.length > 0 && dispatchesSyscalls(programs);
  const seesPackets = programs !== undefined && filtersPackets(programs);
  const occasion = jumps
    ? 'at each recorded system call'
    : seesPackets
      ? 'at each recorded packet'
      : 'where its hooks are';
  const entry = list.find(({ name }) => name === session?.program);
  // Of a file the summary is its path, which says nothing of what it does.
  const summary = entry?.origin === 'sample' ? entry.summary : '';
  return (
    <dl class="look-for">
      <div>
        <dt>What runs</dt>
        <dd>
          {summary === '' || jumps
            ? `${session?.program ?? 'an eBPF program'}, ${occasion}`
            : `${session?.program}: ${summary}`}
          {jumps ? ': its main program jumps to the one in the slot that bears the number of the call' : ''}
        </dd>
      </div>
      {lookFor === '' ? null : (
        <div>
          <dt>What to look for</dt>
          <dd>{lookFor}</dd>
        </div>
      )}
    </dl>
  );
}
