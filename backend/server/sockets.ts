// The socket side: each request is checked, done and answered; each viewer gets the frames of its session.
import type { Server, Socket } from 'socket.io';
import * as z from 'zod/mini';
import type { Logger } from 'pino';
import { refusal, UserError } from '../errors.ts';
import type { StoredRecording } from '../library/manifest.ts';
import type { ClientToServer, Reply, ReplyError, ServerToClient } from '../protocol/index.ts';
import { REQUESTS, type RequestName, type RequestPayload } from '../protocol/requests.ts';
import type { Programs } from './programs.ts';
import type { Recordings } from './recordings.ts';
import type { SessionHost } from './session-host.ts';
import type { Sessions } from './sessions.ts';
import { createTurns, endIfUnread, type Turns } from './turns.ts';
import { createViewer, type Viewer } from './viewer.ts';

z.config(z.locales.en());

/** Name of the session that '' means. */
const DEFAULT_SESSION = 'main';

export type ViewerServer = Server<ClientToServer, ServerToClient>;
type ViewerSocket = Socket<ClientToServer, ServerToClient>;

/** A socket as it is before the check: any event may bring anything. */
interface AnySocket {
  on(event: string, listener: (payload: unknown, ack: unknown) => void): unknown;
}

type Value<K extends RequestName> =
  Parameters<Parameters<ClientToServer[K]>[1]>[0] extends Reply<infer T> ? T : never;
type Handlers = { readonly [K in RequestName]: (payload: RequestPayload<K>) => Promise<Value<K>> | Value<K> };

export interface SocketOptions {
  readonly recordings: Recordings;
  readonly programs: Programs;
  readonly sessions: Sessions;
  readonly log: Logger;
}

/** Serves every socket that connects to `io`, and tells all of them when a list changes. */
export function serveSockets(io: ViewerServer, options: SocketOptions): void {
  io.on('connection', (socket) => {
    options.log.debug({ socket: socket.id }, 'a viewer has connected');
    endIfUnread(socket);
    serveSocket(socket, options);
  });
  options.programs.onChange(() => io.emit('program:changed', options.programs.list()));
  options.recordings.onChange(() => io.emit('recording:changed', options.recordings.list()));
}

function serveSocket(socket: ViewerSocket, { recordings, programs, sessions, log }: SocketOptions): void {
  let viewer = viewerOf(socket);
  let joined: SessionHost | undefined;
  const host = (): SessionHost => {
    if (joined === undefined) throw refusal('not-joined');
    return joined;
  };
  const leave = (): void => {
    joined?.leave(viewer);
    joined = undefined;
  };
  const join = async (name: string, recording?: StoredRecording): ReturnType<SessionHost['join']> => {
    const next = sessions.get(name === '' ? DEFAULT_SESSION : name, recording);
    leave();
    joined = next;
    viewer = viewerOf(socket); // who joins has seen nothing
    const mine = viewer;
    try {
      const info = await next.join(mine);
      if (socket.disconnected) next.leave(mine);
      return info;
    } catch (error) {
      if (viewer === mine) joined = undefined;
      throw error;
    }
  };
  const handlers: Handlers = {
    'session:join': ({ session }) => join(session),
    'session:open': async ({ recording }) => {
      const wanted = recordings.find(recording);
      if (joined !== undefined) return joined.open(wanted);
      const info = await join('', wanted);
      return info.recording.name === recording ? info : host().open(wanted);
    },
    'program:open': ({ program }) => host().openProgram(programs.find(program)),
    'program:list': () => programs.list(),
    'program:code': (payload) => host().readCode(payload),
    'program:hits': (payload) => host().readHits(payload),
    'program:profile': ({ isOn }) => host().profile(isOn),
    'clock:play': () => host().control('play', null),
    'clock:pause': () => host().control('pause', null),
    'clock:restart': () => host().control('restart', null),
    'clock:seek': (payload) => host().control('seek', payload),
    'clock:speed': (payload) => host().control('speed', payload),
    'recording:list': () => recordings.list(),
    'map:read': (payload) => host().readMap(payload),
  };
  const turns = createTurns();
  for (const name of Object.keys(handlers) as RequestName[]) answer(socket, name, turns, handlers[name], log); // the keys of Handlers
  socket.on('disconnect', (reason) => {
    log.debug({ socket: socket.id, reason }, 'a viewer has gone');
    leave();
  });
}

function viewerOf(socket: ViewerSocket): Viewer {
  return createViewer({
    sendFrame: (frame, onAck) => socket.emit('session:frame', frame, onAck),
    notify: (notice) => {
      if (notice.kind === 'changed') socket.emit('session:changed', notice.info);
      else socket.emit('session:failed', notice.error);
    },
  });
}

/** Has `handler` answer the requests `name`; whatever arrives as payload or ack, the server goes on. */
function answer(
  socket: ViewerSocket,
  name: RequestName,
  turns: Turns,
  handler: (payload: never) => unknown,
  log: Logger,
): void {
  const respond = async (payload: unknown): Promise<Reply<unknown>> => {
    try {
      const parsed = z.safeParse(REQUESTS[name], payload);
      if (!parsed.success) throw refusal('bad-payload', name, oneLine(parsed.error));
      return { ok: true, value: await turns(async () => handler(parsed.data as never)) }; // the handler of the same row
    } catch (error) {
      return { ok: false, error: describe(error, name, log) };
    }
  };
  const listener = (payload: unknown, ack: unknown): void => {
    void respond(payload).then((reply) => {
      if (typeof ack === 'function') ack(reply);
    });
  };
  (socket as AnySocket).on(name, listener);
}

function oneLine(error: z.core.$ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')
    .slice(0, 300);
}

function describe(error: unknown, name: string, log: Logger): ReplyError {
  if (error instanceof UserError) return { code: error.code, message: error.message };
  log.error({ err: error, event: name }, 'a request failed');
  return { code: 'internal', message: refusal('internal').message };
}
