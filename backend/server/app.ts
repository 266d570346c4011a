// The whole server around given parts; it listens nowhere by itself.
//
//   express (page, /api) ---+
//                           +-- http.Server      recordings, programs     sessions -> hosts -> ports -> workers
//   socket.io (frames) -----+                        ^              ^
//                                        /api and sockets use both  |  tick: ten times a second
import { createServer, type Server as HttpServer } from 'node:http';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { Server } from 'socket.io';
import type { ProgramSource } from '../library/programs.ts';
import type { ClientToServer, ServerToClient } from '../protocol/index.ts';
import type { SessionPort } from '../session/calls.ts';
import { createApi } from './api.ts';
import { PROGRAM_LIMITS, type ProgramLimits } from './program-upload.ts';
import { createPrograms } from './programs.ts';
import type { Recordings } from './recordings.ts';
import { refuseAccess, type AccessRules } from './security.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { serveSockets, type ViewerServer } from './sockets.ts';
import { UPLOAD_LIMITS, type UploadLimits } from './upload.ts';

/** Wall ms from frame to frame. */
const FRAME_MS = 100;

/** Bytes of the largest request on a socket; what a page sends is below 1 kB. */
const MAX_REQUEST_BYTES = 16 * 1024;

export interface AppDeps {
  readonly recordings: Recordings;
  /** Program that sessions start with. */
  readonly program: ProgramSource;
  /** Speed at which sessions start. */
  readonly speed: number;
  /** Whether sessions start with hits of insns counted; default false. */
  readonly profile?: boolean;
  readonly openPort: () => SessionPort;
  readonly access: AccessRules;
  readonly pageFolder: string;
  readonly page?: RequestHandler;
  readonly limits?: UploadLimits;
  readonly programLimits?: ProgramLimits;
  readonly log: Logger;
  readonly wallMs: () => number;
  /** Calls `step` every `ms` until the returned function is called. */
  readonly everyMs: (ms: number, step: () => void) => () => void;
}

export interface App {
  readonly server: HttpServer;
  readonly io: ViewerServer;
  readonly sessions: Sessions;
  /** Sends the frames that are due; everyMs does it too. */
  tick(): Promise<void>;
  /** Ends sockets, sessions and the HTTP server. */
  close(): Promise<void>;
}

export function createApp(deps: AppDeps): App {
  const { recordings, access, log } = deps;
  const programs = createPrograms(deps.program);
  const sessions = createSessions({
    recordings,
    program: programs.find(),
    speed: deps.speed,
    profile: deps.profile ?? false,
    openPort: deps.openPort,
    wallMs: deps.wallMs,
    onFailure: (session, reason) => log.error({ session, reason }, 'a session failed'),
  });
  const api = createApi({
    recordings,
    programs,
    sessions,
    access,
    pageFolder: deps.pageFolder,
    limits: deps.limits ?? UPLOAD_LIMITS,
    programLimits: deps.programLimits ?? PROGRAM_LIMITS,
    log,
    ...(deps.page === undefined ? {} : { page: deps.page }),
  });
  const server = createServer(api);
  const io = new Server<ClientToServer, ServerToClient>(server, {
    maxHttpBufferSize: MAX_REQUEST_BYTES,
    serveClient: false,
    cors: { origin: [...access.allowOrigins] },
    allowRequest: (request, answer) => {
      const refused = refuseAccess(request, access);
      answer(refused?.message ?? null, refused === undefined);
    },
  });
  serveSockets(io, { recordings, programs, sessions, log });
  const tick = async (): Promise<void> => {
    try {
      await sessions.tick();
    } catch (error) {
      log.error({ err: error }, 'frames could not be sent');
    }
  };
  const stopTicking = deps.everyMs(FRAME_MS, () => void tick());
  return {
    server,
    io,
    sessions,
    tick,
    close: async () => {
      stopTicking();
      await io.close();
      server.closeAllConnections();
      await sessions.close();
    },
  };
}
