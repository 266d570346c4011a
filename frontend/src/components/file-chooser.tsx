// The part of a picker by which a person brings a file: it may be dropped, or chosen in the system's dialog.
import { useRef } from 'preact/hooks';

export interface FileChooserProps {
  /** 'a strace log or a capture'. */
  readonly what: string;
  /** What is taken, in words. */
  readonly accepted: string;
  /** What becomes of it. */
  readonly note?: string;
  readonly onFile: (file: File) => void;
}

/** The button that opens the system's file dialog, and what it is for. */
export function FileChooser({ what, accepted, note, onFile }: FileChooserProps) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <div class="chooser">
      <p>
        Drop {what} anywhere on this page, or{' '}
        <button type="button" class="button" onClick={() => field.current?.click()}>
          choose a file
        </button>
      </p>
      <p class="soft">
        Taken are {accepted}.{note === undefined ? '' : ` ${note}`}
      </p>
      <input
        ref={field}
        type="file"
        class="unseen"
        tabIndex={-1}
        aria-label="File to upload"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = '';
          if (file !== undefined) onFile(file);
        }}
      />
    </div>
  );
}
