// The list of programs, and the way to bring one's own.
import { useEffect, useState } from 'preact/hooks';
import type { ProgramEntry } from '../../../backend/protocol/index.ts';
import { useApp } from '../components/app-context.ts';
import { FileChooser } from '../components/file-chooser.tsx';
import { Modal } from '../components/modal.tsx';
import { ACCEPTED_PROGRAMS } from '../net/upload.ts';

const ORIGINS = {
  sample: '',
  upload: 'dropped here',
  file: 'given at start',
} as const satisfies Record<ProgramEntry['origin'], string>;

/** A dialog; choosing closes it. */
export function ProgramPicker({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { store, commands } = useApp();
  const [filter, setFilter] = useState('');
  const { programs, recordings, session, upload } = store.state.value;
  // A file may be dropped on the open dialog, which covers what is told of it.
  const uploading = upload !== undefined;
  useEffect(() => {
    if (uploading) onClose();
  }, [uploading]);
  const wanted = filter.trim().toLowerCase();
  const shown = programs.filter(({ name, title, summary }) =>
    `${name} ${title} ${summary}`.toLowerCase().includes(wanted),
  );
  const choose = (name: string): void => {
    commands.openProgram(name);
    onClose();
  };
  const titleOf = (name: string): string => recordings.find((one) => one.name === name)?.title ?? name;
  return (
    <Modal title="Programs" open={open} onClose={onClose}>
      <FileChooser
        what="a program"
        accepted={ACCEPTED_PROGRAMS}
        note="It is verified as Linux would, and runs over the recording that is open."
        onFile={(file) => {
          commands.upload(file);
          onClose();
        }}
      />
      <input
        type="search"
        class="field"
        placeholder="Filter by name or what it shows"
        aria-label="Filter programs"
        value={filter}
        onInput={({ currentTarget }) => setFilter(currentTarget.value)}
      />
      <ul class="recordings" aria-label="Programs">
        {shown.map(({ name, title, summary, origin, suits }) => (
          <li key={name}>
            <button
              type="button"
              class="recording"
              aria-current={name === session?.program}
              onClick={() => choose(name)}
            >
              <span class="recording-title">
                {title}
                {ORIGINS[origin] === '' ? null : <span class="badge">{ORIGINS[origin]}</span>}
              </span>
              <span class="recording-size">
                {suits.length === 0 ? '' : `over ${suits.slice(0, 2).map(titleOf).join(', ')}`}
              </span>
              {summary === '' ? null : <span class="recording-look">{summary}</span>}
            </button>
          </li>
        ))}
      </ul>
      {shown.length > 0 ? null : <p class="empty">None of the {programs.length} programs matches.</p>}
    </Modal>
  );
}
