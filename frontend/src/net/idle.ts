// Says when the page stands still: connected, nothing asked for, and the last frame drawn. Tests wait on it.

export interface Idle {
  /** Changes part of what idleness depends on. */
  set(part: Partial<IdleParts>): void;
  /**
   * Something was asked for that shows in a frame: not idle before one comes for which `shown` holds. The server's word comes with
   * its next frame; if none does, the wait ends by itself.
   */
  expect(shown: (frame: FrameMark) => boolean): void;
  /** A frame was taken into the state. */
  frame(mark: FrameMark): void;
}

export interface IdleParts {
  readonly joined: boolean;
  /** Requests without an answer. */
  readonly pending: number;
  readonly uploading: boolean;
  /** Nothing visible waits to be drawn. */
  readonly quiet: boolean;
}

export interface FrameMark {
  readonly epoch: number;
  readonly seq: number;
}

/** A frame is due every 100 ms; after this long none will come for what was asked. */
const WAIT_MS = 2_000;

/** `mark` hears every change of idleness. */
export function createIdle(mark: (idle: boolean) => void): Idle {
  let parts: IdleParts = { joined: false, pending: 0, uploading: false, quiet: false };
  let idle = false;
  const awaited = new Set<(frame: FrameMark) => boolean>();

  const update = (): void => {
    const now = parts.joined && parts.pending === 0 && !parts.uploading && parts.quiet && awaited.size === 0;
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
      awaited.add(shown);
      setTimeout(() => {
        if (awaited.delete(shown)) update();
      }, WAIT_MS);
      update();
    },
    frame: (frame) => {
      for (const shown of awaited) if (shown(frame)) awaited.delete(shown);
      update();
    },
  };
}
