// The list of recordings, and the way to bring one's own.
import { useEffect, useState } from 'preact/hooks';
import type { RecordingEntry } from '../../../backend/protocol/index.ts';
import { useApp } from '../components/app-context.ts';
import { FileChooser } from '../components/file-chooser.tsx';
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
      <FileChooser
        what="a strace log or a capture"
        accepted={ACCEPTED}
        onFile={(file) => {
          commands.upload(file);
          onClose();
        }}
      />
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
