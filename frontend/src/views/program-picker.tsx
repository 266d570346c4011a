// The list of programs, and the way to bring one's own.
import type { ProgramEntry } from '../../../backend/protocol/index.ts';
import { useApp } from '../components/app-context.ts';
import { Picker } from '../components/picker.tsx';
import { ACCEPTED_PROGRAMS } from '../net/upload.ts';

const ORIGINS = {
  sample: '',
  upload: 'dropped here',
  file: 'given at start',
} as const satisfies Record<ProgramEntry['origin'], string>;

/** Recordings that are named beside a program. */
const MAX_SUITS = 2;

/** A dialog; choosing closes it. */
export function ProgramPicker({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { store, commands } = useApp();
  const { programs, recordings, session } = store.state.value;
  const titleOf = (name: string): string => recordings.find((one) => one.name === name)?.title ?? name;
  return (
    <Picker
      open={open}
      onClose={onClose}
      title="Programs"
      choices={programs.map(({ name, title, summary, origin, suits }) => ({
        name,
        title,
        origin: ORIGINS[origin],
        facts: suits.length === 0 ? '' : `over ${suits.slice(0, MAX_SUITS).map(titleOf).join(', ')}`,
        details: summary === '' ? null : <span class="recording-look">{summary}</span>,
        words: `${name} ${title} ${summary}`,
      }))}
      current={session?.program}
      onChoose={(name) => commands.openProgram(name)}
      file={{
        what: 'a program',
        accepted: ACCEPTED_PROGRAMS,
        note: 'It is verified as Linux would, and runs over the recording that is open.',
      }}
      placeholder="Filter by name or what it shows"
      empty="The server has no programs. Drop an object or assembly text on this page."
    />
  );
}
