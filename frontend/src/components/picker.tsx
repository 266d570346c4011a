// A dialog with a list to choose from, a filter over it, and the way to bring a file of one's own. Choosing closes it.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useApp } from './app-context.ts';
import { FileChooser } from './file-chooser.tsx';
import { Modal } from './modal.tsx';

/** One row. */
export interface Choice {
  readonly name: string;
  readonly title: string;
  /** Of what a person brought: where it came from. '' for none. */
  readonly origin: string;
  /** At the right of the title. */
  readonly facts: ComponentChildren;
  /** Below it. */
  readonly details: ComponentChildren;
  /** What the filter looks in. */
  readonly words: string;
}

interface PickerProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** 'Programs'. */
  readonly title: string;
  readonly choices: readonly Choice[];
  /** Name of the one that is open. */
  readonly current: string | undefined;
  readonly onChoose: (name: string) => void;
  readonly file: { readonly what: string; readonly accepted: string; readonly note?: string };
  /** In the empty filter. */
  readonly placeholder: string;
  /** Where there is nothing to choose from. */
  readonly empty: string;
}

export function Picker(props: PickerProps) {
  const { open, onClose, title, choices, current, onChoose, file, placeholder, empty } = props;
  const { store, commands } = useApp();
  const [filter, setFilter] = useState('');
  // A file may be dropped on the open dialog, which covers what is told of it.
  const uploading = store.state.value.upload !== undefined;
  useEffect(() => {
    if (uploading) onClose();
  }, [uploading]);
  const wanted = filter.trim().toLowerCase();
  const shown = choices.filter(({ words }) => words.toLowerCase().includes(wanted));
  const plural = title.toLowerCase();
  return (
    <Modal title={title} open={open} onClose={onClose}>
      <FileChooser
        {...file}
        onFile={(chosen) => {
          commands.upload(chosen);
          onClose();
        }}
      />
      <input
        type="search"
        class="field"
        placeholder={placeholder}
        aria-label={`Filter ${plural}`}
        value={filter}
        onInput={({ currentTarget }) => setFilter(currentTarget.value)}
      />
      <ul class="recordings" aria-label={title}>
        {shown.map((choice) => (
          <ChoiceRow
            key={choice.name}
            choice={choice}
            isCurrent={choice.name === current}
            onChoose={() => {
              onChoose(choice.name);
              onClose();
            }}
          />
        ))}
      </ul>
      {shown.length > 0 ? null : (
        <p class="empty">
          {choices.length === 0 ? empty : `None of the ${choices.length} ${plural} matches.`}
        </p>
      )}
    </Modal>
  );
}

interface ChoiceRowProps {
  readonly choice: Choice;
  readonly isCurrent: boolean;
  readonly onChoose: () => void;
}

function ChoiceRow({ choice: { title, origin, facts, details }, isCurrent, onChoose }: ChoiceRowProps) {
  return (
    <li>
      <button type="button" class="recording" aria-current={isCurrent} onClick={onChoose}>
        <span class="recording-title">
          {title}
          {origin === '' ? null : <span class="badge">{origin}</span>}
        </span>
        <span class="recording-size">{facts}</span>
        {details}
      </button>
    </li>
  );
}
