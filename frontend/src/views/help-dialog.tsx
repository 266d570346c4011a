// The keys, and what the words of the page mean.
import { Modal } from '../components/modal.tsx';
import { KEYS } from '../state/keys.ts';

/** All keys of the page. */
export function HelpDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Modal title="Keys" open={open} onClose={onClose}>
      <dl class="keys">
        {KEYS.map(({ shown, summary }) => (
          <div key={shown}>
            <dt>
              <kbd>{shown}</kbd>
            </dt>
            <dd>{summary}</dd>
          </div>
        ))}
      </dl>
      <p class="soft">
        In a chart, arrow keys read single values. Keys go by their place on the keyboard, so they are the
        same on every layout.
      </p>
      <h3>What is shown</h3>
      <p>
        A recording of system calls is replayed; at each call the loaded eBPF programs run. A program may jump
        to another through the prog array with <code>bpf_tail_call</code>: the jump never comes back, and it
        falls through when the slot is empty, the index is out of range, or the run made 33 jumps already.
      </p>
    </Modal>
  );
}
