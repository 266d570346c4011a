// The list of recordings, and the way to bring one's own.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RecordingEntry } from '../../../backend/protocol/index.ts';
import { useApp } from '../components/app-context.ts';
import { Modal } from '../components/modal.tsx';
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
  const [filter, setFilter] = useState('');
  const { recordings, session, upload } = store.state.value;
  // A file may be dropped on the open dialog, which covers what is told of it.
  const uploading = upload !== undefined;
  useEffect(() => {
    if (uploading) onClose();
  }, [uploading]);
  const wanted = filter.trim().toLowerCase();
  const shown = recordings.filter(({ name, title, command, lookFor }) =>
    `${name} ${title} ${command} ${lookFor}`.toLowerCase().includes(wanted),
  );
  const choose = (name: string): void => {
    commands.open(name);
    onClose();
  };
  return (
    <Modal title="Recordings" open={open} onClose={onClose}>
      <FileChooser onChosen={onClose} />
      <input
        type="search"
        class="field"
        placeholder="Filter by title, command or what to look for"
        aria-label="Filter recordings"
        value={filter}
        onInput={({ currentTarget }) => setFilter(currentTarget.value)}
      />
      <ul class="recordings" aria-label="Recordings">
        {shown.map((entry) => (
          <li key={entry.name}>
            <button
              type="button"
              class="recording"
              aria-current={entry.name === session?.recording.name}
              onClick={() => choose(entry.name)}
            >
              <span class="recording-title">
                {entry.title || entry.name}
                {ORIGINS[entry.origin] === '' ? null : <span class="badge">{ORIGINS[entry.origin]}</span>}
              </span>
              <span class="recording-size">
                {describeCounts(entry)} in {formatNs(entry.seconds * 1e9)}
                {entry.seconds > 0 ? ` · ${formatRate((entry.calls + entry.packets) / entry.seconds)}` : ''}
              </span>
              {entry.command === '' ? null : <code class="recording-command">{entry.command}</code>}
              {entry.lookFor === '' ? null : <span class="recording-look">{entry.lookFor}</span>}
            </button>
          </li>
        ))}
      </ul>
      {shown.length > 0 ? null : (
        <p class="empty">
          {recordings.length === 0
            ? 'The server has no recordings. Drop a strace log or a capture on this page.'
            : `None of the ${recordings.length} recordings matches.`}
        </p>
      )}
    </Modal>
  );
}

/** The button that opens the system's file dialog. */
function FileChooser({ onChosen }: { readonly onChosen: () => void }) {
  const { commands } = useApp();
  const field = useRef<HTMLInputElement>(null);
  return (
    <div class="chooser">
      <p>
        Drop a strace log or a capture anywhere on this page, or{' '}
        <button type="button" class="button" onClick={() => field.current?.click()}>
          choose a file
        </button>
      </p>
      <p class="soft">Taken are {ACCEPTED}.</p>
      <input
        ref={field}
        type="file"
        class="unseen"
        tabIndex={-1}
        aria-label="File to upload"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = '';
          if (file === undefined) return;
          commands.upload(file);
          onChosen();
        }}
      />
    </div>
  );
}
