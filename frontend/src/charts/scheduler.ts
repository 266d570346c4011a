// One clock for all that is drawn: at most one animation frame at a time, each client at its own highest rate, invisible ones only when nothing moves.

/** The page's clock; tests bring their own. */
export interface DrawClock {
  readonly now: () => number;
  /** Calls back before the next paint. */
  readonly frame: (run: () => void) => void;
  readonly later: (delayMs: number, run: () => void) => void;
}

/** Something that draws from the state. */
export interface DrawClient {
  /** Most draws a second. */
  readonly hz: number;
  draw(): void;
}

export interface DrawHandle {
  /** Invisible clients keep their wish to draw until they come into view, or nothing moves any more. */
  setVisible(visible: boolean): void;
  /** Draw once more, though the state has not changed. */
  touch(): void;
  remove(): void;
}

/** What is to be drawn. */
export interface Scene {
  /** Nothing moves: invisible clients are drawn too, because who reads the page without looking at it must find the same figures. */
  readonly still: boolean;
  /** Changes with each jump of what is shown. */
  readonly epoch: number;
}

export interface Scheduler {
  add(client: DrawClient): DrawHandle;
  /** The state has changed: everyone has something to draw. */
  changed(scene: Scene): void;
}

/** Clients drawn in one animation frame; the rest follows in the next, so that no frame is long. */
const PER_FRAME = 3;

interface Entry {
  readonly client: DrawClient;
  visible: boolean;
  dirty: boolean;
  drawnAt: number;
  drawnEpoch: number;
}

/**
 * `onQuiet` hears, often, whether the page shows what it should: all of it where nothing moves; else, because there is always a next
 * frame to draw, a picture of this epoch in every visible client.
 */
export function createScheduler(clock: DrawClock, onQuiet: (quiet: boolean) => void): Scheduler {
  const entries = new Set<Entry>();
  // When the next tick is to come. An earlier wish replaces a later one: then the older callback finds itself outdated.
  let armedFor = Number.POSITIVE_INFINITY;
  let scene: Scene = { still: true, epoch: -1 };

  const dueAt = ({ drawnAt, client }: Entry): number => drawnAt + 1000 / client.hz;
  const wanting = (): Entry[] =>
    [...entries].filter(({ visible, dirty }) => dirty && (visible || scene.still));

  const isCurrent = ({ visible, drawnEpoch }: Entry): boolean => !visible || drawnEpoch === scene.epoch;

  const arm = (): void => {
    const due = Math.min(...wanting().map(dueAt));
    onQuiet(scene.still ? due === Number.POSITIVE_INFINITY : [...entries].every(isCurrent));
    if (due >= armedFor) return;
    armedFor = due;
    const run = (): void => {
      if (armedFor === due) tick();
    };
    const delayMs = due - clock.now();
    if (delayMs <= 0) clock.frame(run);
    else clock.later(delayMs, () => clock.frame(run));
  };

  const tick = (): void => {
    const now = clock.now();
    const due = wanting().filter((entry) => dueAt(entry) <= now + 1);
    due.sort((a, b) => dueAt(a) - dueAt(b));
    for (const entry of due.slice(0, PER_FRAME)) {
      entry.dirty = false;
      entry.drawnAt = now;
      entry.drawnEpoch = scene.epoch;
      entry.client.draw();
    }
    armedFor = Number.POSITIVE_INFINITY;
    arm();
  };

  return {
    add: (client) => {
      const entry: Entry = {
        client,
        visible: true,
        dirty: true,
        drawnAt: Number.NEGATIVE_INFINITY,
        drawnEpoch: Number.NaN,
      };
      entries.add(entry);
      arm();
      return {
        setVisible: (visible) => {
          entry.visible = visible;
          arm();
        },
        touch: () => {
          entry.dirty = true;
          arm();
        },
        remove: () => {
          entries.delete(entry);
          arm();
        },
      };
    },
    changed: (next) => {
      scene = next;
      for (const entry of entries) entry.dirty = true;
      arm();
    },
  };
}

/** The browser's clock. */
export const PAGE_CLOCK: DrawClock = {
  now: () => performance.now(),
  frame: (run) => void requestAnimationFrame(run),
  later: (delayMs, run) => void setTimeout(run, delayMs),
};
