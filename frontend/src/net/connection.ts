// The socket: connects, joins, takes frames and gives their credit back, and joins again after the line was lost.
import { io, type Socket } from 'socket.io-client';
import type { ServerToClient } from '../../../backend/protocol/index.ts';
import { continueSession } from './continue-session.ts';
import type { Store } from '../state/store.ts';
import type { Idle } from './idle.ts';
import { createRequester, RequestError, type Requester } from './request.ts';

/** What the page's address asks for. */
export interface Wanted {
  /** Session to join; '' is the server's default one. */
  readonly session: string;
  /** Recording to open once, after the first join; '' leaves what is open. */
  readonly recording: string;
  /** Program to open once, as `recording`. */
  readonly program: string;
}

type Sent = Record<string, (payload: unknown, ack: (reply: unknown) => void) => void>;

/** Connects to the server that the page came from and stays connected. Requests go through the result. */
export function connect(wanted: Wanted, store: Store, idle: Idle): Requester {
  // What is sent is typed by the requester.
  const socket: Socket<ServerToClient, Sent> = io({
    transports: ['websocket', 'polling'],
    reconnectionDelay: 300,
    reconnectionDelayMax: 3_000,
  });
  const requester = createRequester(socket, (pending) => idle.set({ pending }));
  let { recording, program } = wanted;

  const join = async (): Promise<void> => {
    const before = store.state.value;
    const info = await requester.request('session:join', { session: wanted.session });
    store.dispatch({ kind: 'joined', info });
    idle.set({ joined: true });
    store.dispatch({ kind: 'recordings', list: await requester.request('recording:list', {}) });
    store.dispatch({ kind: 'programs', list: await requester.request('program:list', {}) });
    if (info.isNew) await continueSession(before, info, requester, store);
    const others = { recording, program };
    recording = '';
    program = '';
    if (others.recording !== '' && others.recording !== info.recording.name)
      store.dispatch({
        kind: 'changed',
        info: await requester.request('session:open', { recording: others.recording }),
      });
    if (others.program !== '' && others.program !== info.program)
      store.dispatch({
        kind: 'changed',
        info: await requester.request('program:open', { program: others.program }),
      });
  };

  socket.on('connect', () => {
    store.dispatch({ kind: 'link', link: { status: 'connected', attempt: 0 } });
    join().catch((error: unknown) => tell(store, error));
  });
  socket.on('disconnect', () => {
    idle.set({ joined: false });
    requester.abandon();
    store.dispatch({ kind: 'link', link: { status: 'lost', attempt: 1 } });
    // A server that closed the line on purpose is not called again by socket.io itself.
    if (!socket.active) socket.connect();
  });
  socket.io.on('reconnect_attempt', (attempt) => {
    store.dispatch({ kind: 'link', link: { status: 'lost', attempt } });
  });
  socket.on('connect_error', () => {
    const { attempt } = store.state.value.link;
    store.dispatch({ kind: 'link', link: { status: 'lost', attempt: Math.max(1, attempt) } });
  });
  socket.on('session:frame', (frame, ack) => {
    // A frame that cannot be read must not cost the credit.
    try {
      store.dispatch({ kind: 'frame', frame });
      idle.frame(frame);
    } catch (error) {
      tell(store, error);
    } finally {
      ack();
    }
  });
  socket.on('session:changed', (info) => store.dispatch({ kind: 'changed', info }));
  socket.on('session:failed', (error) =>
    store.dispatch({ kind: 'notice', tone: 'error', text: sentence(error.message) }),
  );
  socket.on('program:changed', (list) => store.dispatch({ kind: 'programs', list }));
  socket.on('recording:changed', (list) => store.dispatch({ kind: 'recordings', list }));
  return requester;
}

/** Shows an error to the person, in the server's words where it gave any. A line that is lost is shown by itself already. */
export function tell(store: Store, error: unknown): void {
  if (error instanceof RequestError && (error.code === 'connection-lost' || error.code === 'not-connected'))
    return;
  const text = error instanceof Error ? error.message : String(error);
  store.dispatch({ kind: 'notice', tone: 'error', text: sentence(text) });
}

/** Upper-case first letter and a full stop: texts of the machine have neither. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === ''
    ? ''
    : trimmed[0]!.toUpperCase() + trimmed.slice(1) + (/[.!?]$/u.test(trimmed) ? '' : '.');
}
