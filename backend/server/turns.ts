// How much one client may ask for at a time, so that one that asks without end, or reads nothing of what it is sent, costs the
// others neither time nor memory.
import type { Socket } from 'socket.io';
import { refusal } from '../errors.ts';

/** Requests of a socket that are worked on side by side; the others wait their turn. */
const MAX_RUNNING = 16;

/** Requests of a socket that may wait: many more than a page that is dragged along its seek bar sends. */
const MAX_WAITING = 1000;

/** Bytes that may wait for a client to read them; a session's first frame and description are below 1 MB. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** Does `step` when its turn comes. Throws UserError 'too-many-requests' when too many wait already. */
export type Turns = <T>(step: () => Promise<T>) => Promise<T>;

/** Turns for one client, in the order in which they are asked for. */
export function createTurns(maxRunning = MAX_RUNNING, maxWaiting = MAX_WAITING): Turns {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (step) => {
    if (running < maxRunning) running++;
    else {
      if (waiting.length >= maxWaiting) throw refusal('too-many-requests', maxWaiting);
      await new Promise<void>((resolve) => waiting.push(resolve)); // whoever is done hands its place on
    }
    try {
      return await step();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

/** Ends the connection of a client that does not read. */
export function endIfUnread({ conn }: Socket, maxBytes = MAX_UNREAD_BYTES): void {
  let unreadBytes = 0;
  conn.on('drain', () => {
    unreadBytes = 0;
  });
  conn.on('packetCreate', ({ data }: { data?: string | ArrayBufferView }) => {
    unreadBytes += typeof data === 'string' ? data.length : (data?.byteLength ?? 0);
    if (unreadBytes > maxBytes) conn.close(true);
  });
}
