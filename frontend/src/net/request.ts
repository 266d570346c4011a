// One way to ask the server: typed by the table of events, with a time limit, and an error that carries the server's own sentence.
import type { Ack, ClientToServer, Reply } from '../../../backend/protocol/index.ts';

export type RequestName = keyof ClientToServer;
export type RequestPayload<K extends RequestName> = Parameters<ClientToServer[K]>[0];
export type RequestValue<K extends RequestName> =
  Parameters<ClientToServer[K]>[1] extends Ack<infer Value> ? Value : never;

/** The part of a socket that a request needs. */
export interface RequestSocket {
  readonly connected: boolean;
  emit(event: string, payload: unknown, ack: (reply: unknown) => void): unknown;
}

/** A request that was refused, lost or not answered in time; `message` is for a person. */
export class RequestError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Requester {
  /** Resolves with the value of the reply. Rejects with RequestError. */
  request<K extends RequestName>(event: K, payload: RequestPayload<K>): Promise<RequestValue<K>>;
  /** Rejects all that is still unanswered: the line is gone, and the answers with it. */
  abandon(): void;
}

/** How long an answer may take: opening a large recording is the slowest. */
const LIMIT_MS = 20_000;

/** Makes requests over `socket`; `onPending` hears how many are unanswered whenever that changes. */
export function createRequester(socket: RequestSocket, onPending: (pending: number) => void): Requester {
  const pending = new Set<(error: RequestError) => void>();

  return {
    request: <K extends RequestName>(event: K, payload: RequestPayload<K>) =>
      new Promise<RequestValue<K>>((resolve, reject) => {
        if (!socket.connected) {
          reject(new RequestError('not-connected', 'not connected to the server; trying again by itself'));
          return;
        }
        const end = (error: RequestError): void => {
          settle();
          reject(error);
        };
        const timer = setTimeout(
          () =>
            end(new RequestError('no-answer', `the server did not answer ${event} in ${LIMIT_MS / 1000} s`)),
          LIMIT_MS,
        );
        const settle = (): void => {
          clearTimeout(timer);
          pending.delete(end);
          onPending(pending.size);
        };
        pending.add(end);
        onPending(pending.size);
        socket.emit(event, payload, (answer) => {
          if (!pending.has(end)) return;
          // Server and page are built from one table of events; the reply's shape is the server's promise.
          const reply = answer as Reply<RequestValue<K>>;
          if (reply.ok) {
            settle();
            resolve(reply.value);
          } else {
            end(new RequestError(reply.error.code, reply.error.message));
          }
        });
      }),
    abandon: () => {
      for (const end of pending)
        end(new RequestError('connection-lost', 'the connection was lost before the answer came'));
    },
  };
}
