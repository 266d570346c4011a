// One viewer of a session: what it was sent, and how many frames it may still get before it says that it has drawn one.
import type { Frame, ReplyError, SessionInfo } from '../protocol/index.ts';
import { FRESH_BASE, type FrameBase, type SessionFrame } from '../session/frame.ts';

/** Frames that may be on their way to a viewer: one being drawn, one to draw next. */
const CREDIT = 2;

export interface Viewer {
  readonly base: FrameBase;
  readonly hasCredit: boolean;
  /** Sends `frame`, which follows `base`; afterwards the viewer has `next`. */
  take(frame: SessionFrame, next: FrameBase): void;
  /** A frame was due and the viewer had no credit. */
  skip(): void;
  /** Hands an event other than a frame to the viewer. */
  readonly notify: ViewerSocket['notify'];
}

/** What a viewer needs of its socket. */
export interface ViewerSocket {
  sendFrame(frame: Frame, onAck: () => void): void;
  notify(event: SessionNotice): void;
}

/** What a session tells its viewers beside frames. */
type SessionNotice =
  | { readonly kind: 'changed'; readonly info: SessionInfo }
  | { readonly kind: 'failed'; readonly error: ReplyError };

/** A viewer that has seen nothing. */
export function createViewer(socket: ViewerSocket): Viewer {
  let base = FRESH_BASE;
  let seq = 0;
  let unacked = 0;
  let merged = 0;
  return {
    get base() {
      return base;
    },
    get hasCredit() {
      return unacked < CREDIT;
    },
    take: (frame, next) => {
      base = next;
      unacked++;
      let isAcked = false;
      socket.sendFrame({ ...frame, seq: ++seq, merged }, () => {
        if (isAcked) return;
        isAcked = true;
        unacked--;
      });
      merged = 0;
    },
    skip: () => {
      merged++;
    },
    notify: (event) => socket.notify(event),
  };
}
