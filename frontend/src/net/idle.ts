// Says when the page stands still: connected, nothing asked for, and the last frame drawn. Tests wait on it.
import type { Frame } from '../../../backend/protocol/index.ts';

export interface Idle {
  /** Changes part of what idleness depends on. */
  set(part: Partial<IdleParts>): void;
  /**
   * Something was asked for that shows in a frame: not idle before one comes for which `shown` holds. Returns a function that ends the
   * wait, for when it was refused; if no such frame comes at all, the wait ends by itself.
   */
  expect(shown: (frame: FrameMark) => boolean): () => void;
  /** A frame was taken into the state. */
  frame(mark: FrameMark): void;
}

export interface IdleParts {
  readonly joined: boolean;
  /** The frame in the state is one of the session's epoch. */
  readonly current: boolean;
  /** Requests without an answer. */
  readonly pending: number;
  readonly uploading: boolean;
  /** What is in view is drawn. */
  readonly quiet: boolean;
}

/** What of a frame tells whether it shows what was asked for. */
export type FrameMark = Pick<Frame, 'epoch' | 'clock'>;

/** A frame is due every 100 ms, a long seek may take seconds; after this long none will come. */
const WAIT_MS = 10_000;

/** `mark` hears every change of idleness. */
export function createIdle(mark: (idle: boolean) => void): Idle {
  let parts: IdleParts = { joined: false, current: false, pending: 0, uploading: false, quiet: false };
  let idle = false;
  const awaited = new Set<(frame: FrameMark) => boolean>();

  const update = (): void => {
    const { joined, current, pending, uploading, quiet } = parts;
    const now = joined && current && pending === 0 && !uploading && quiet && awaited.size === 0;
    if (now === idle) return;
    idle = now;
    mark(idle);
  };

  return {
    set: (part) => {
      parts = { ...parts, ...part };
      update();
    },
    expect: (shown) => {
      const end = (): void => {
        if (awaited.delete(shown)) update();
      };
      awaited.add(shown);
      setTimeout(end, WAIT_MS);
      update();
      return end;
    },
    frame: (frame) => {
      for (const shown of awaited) if (shown(frame)) awaited.delete(shown);
      update();
    },
  };
}
