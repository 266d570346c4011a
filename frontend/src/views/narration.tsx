// What the page says beside its panels: the title of the tab, and the live region.
import type { ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useApp } from '../components/app-context.ts';
import { describeClock } from '../state/describe.ts';

/** `spoken` is the text of the live region; a change of the clock's state is said there. */
export function Narration({ spoken }: { readonly spoken: ReadonlySignal<string> }) {
  const { store, announce } = useApp();
  const { session, frame } = store.state.value;
  const title = session?.recording.title;
  useEffect(() => {
    document.title = title === undefined ? 'Tailscope' : `${title} – Tailscope`;
  }, [title]);
  const state = frame?.clock.state;
  useEffect(() => {
    const now = store.state.peek().frame;
    if (now !== undefined) announce(describeClock(now));
  }, [store, announce, state]);
  return (
    <div class="unseen" role="status" aria-live="polite" data-testid="spoken">
      {spoken.value}
    </div>
  );
}
