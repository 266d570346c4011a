// The list of recordings, and the way to bring one's own.
import type { RecordingEntry } from '../../../backend/protocol/index.ts';
import { useApp } from '../components/app-context.ts';
import { Picker } from '../components/picker.tsx';
import { ACCEPTED } from '../net/upload.ts';
import { describeCounts } from '../state/describe.ts';
import { formatNs, formatRate } from '../state/format.ts';

const ORIGINS = {
  manifest: '',
  upload: 'dropped here',
  file: 'given at start',
} as const satisfies Record<RecordingEntry['origin'], string>;

/** A dialog; choosing closes it. */
export function RecordingPicker({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { store, commands } = useApp();
  const { recordings, session } = store.state.value;
  return (
    <Picker
      open={open}
      onClose={onClose}
      title="Recordings"
      choices={recordings.map((entry) => ({
        name: entry.name,
        title: entry.title || entry.name,
        origin: ORIGINS[entry.origin],
        facts: factsOf(entry),
        details: (
          <>
            {entry.command === '' ? null : <code class="recording-command">{entry.command}</code>}
            {entry.lookFor === '' ? null : <span class="recording-look">{entry.lookFor}</span>}
          </>
        ),
        words: `${entry.name} ${entry.title} ${entry.command} ${entry.lookFor}`,
      }))}
      current={session?.recording.name}
      onChoose={(name) => commands.open(name)}
      file={{ what: 'a strace log or a capture', accepted: ACCEPTED }}
      placeholder="Filter by title, command or what to look for"
      empty="The server has no recordings. Drop a strace log or a capture on this page."
    />
  );
}

function factsOf(entry: RecordingEntry): string {
  const { seconds, calls, packets } = entry;
  const rate = seconds > 0 ? ` · ${formatRate((calls + packets) / seconds)}` : '';
  return `${describeCounts(entry)} in ${formatNs(seconds * 1e9)}${rate}`;
}
