// The live region: at most one word in 3 s, and of several in that time the last.
import { type ReadonlySignal, signal } from '@preact/signals';

/** Shortest time between two words, in ms: what a screen reader can finish saying. */
const PAUSE_MS = 3_000;

export interface Announcer {
  readonly text: ReadonlySignal<string>;
  readonly say: (text: string) => void;
}

/** Makes the region's text. `later` is the clock. */
export function createAnnouncer(later: (delayMs: number, run: () => void) => void): Announcer {
  const text = signal('');
  let resting = false;
  let waiting: string | undefined;

  const say = (next: string): void => {
    if (resting) {
      waiting = next;
      return;
    }
    text.value = next;
    resting = true;
    later(PAUSE_MS, () => {
      resting = false;
      const last = waiting;
      waiting = undefined;
      if (last !== undefined && last !== text.value) say(last);
    });
  };
  return { text, say };
}
