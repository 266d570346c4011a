// Two lines for who sees the page first: what happens here, and what is worth a look in this recording.
import { useApp } from '../components/app-context.ts';
import { dispatchesSyscalls, filtersPackets } from '../state/slots.ts';

/** Above the panels. */
export function LookFor() {
  const { store } = useApp();
  const { session, frame } = store.state.value;
  const programs = frame?.programs;
  const lookFor = session?.recording.lookFor ?? '';
  const jumps = programs !== undefined && programs.progArrays.length > 0 && dispatchesSyscalls(programs);
  const seesPackets = programs !== undefined && filtersPackets(programs);
  return (
    <dl class="look-for">
      <div>
        <dt>What runs</dt>
        <dd>
          {`${session?.program ?? 'an eBPF program'}, at each recorded ${seesPackets ? 'packet' : 'system call'}`}
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
