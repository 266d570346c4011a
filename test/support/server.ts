// A real server on a free port, with sessions beside the test and a wall clock of the test's own; and viewers of it.
import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { readProgram } from '../../backend/library/programs.ts';
import type { StoredRecording } from '../../backend/library/manifest.ts';
import type { Frame, RecordingEntry, Reply, ReplyError, SessionInfo } from '../../backend/protocol/index.ts';
import { createApp, type App } from '../../backend/server/app.ts';
import { listen } from '../../backend/server/listen.ts';
import { createRecordings } from '../../backend/server/recordings.ts';
import type { ProgramLimits } from '../../backend/server/program-upload.ts';
import type { UploadLimits } from '../../backend/server/upload.ts';
import { openLocalPort, type LocalPort } from './local-port.ts';
import { temporaryFolder } from './logs.ts';
import { createWallClock, type WallClock } from './wall-clock.ts';

export interface TestServer {
  readonly url: string;
  readonly app: App;
  readonly clock: WallClock;
  /** Ports opened so far, the last one last. */
  readonly ports: readonly LocalPort[];
  connect(): Promise<TestViewer>;
  close(): Promise<void>;
}

export interface TestViewer {
  readonly socket: Socket;
  /** Frames that have arrived. */
  readonly frames: Frame[];
  readonly changes: SessionInfo[];
  readonly failures: ReplyError[];
  readonly lists: (readonly RecordingEntry[])[];
  /** Whether frames are acked as they arrive. */
  isAcking: boolean;
  /** Acks what was not acked yet. */
  ackAll(): void;
  /** Sends a request and gives the value; rejects with '<code>: <message>'. */
  request<T = unknown>(event: string, payload?: unknown): Promise<T>;
  /** Has a frame sent, and gives the last one that arrived when none is due any more. */
  settle(): Promise<Frame>;
  close(): void;
}

export interface TestServerOptions {
  readonly recordings: readonly StoredRecording[];
  readonly program?: string;
  readonly limits?: UploadLimits;
  readonly programLimits?: ProgramLimits;
  readonly allowOrigins?: readonly string[];
  readonly pageFolder?: string;
}

/** Starts a server; frames are sent when the test ticks, never by themselves. */
export async function startServer(options: TestServerOptions): Promise<TestServer> {
  const clock = createWallClock();
  const ports: LocalPort[] = [];
  const viewers: TestViewer[] = [];
  const app = createApp({
    recordings: createRecordings(options.recordings, temporaryFolder()),
    program: readProgram(options.program ?? 'tracex5'),
    speed: 1,
    openPort: () => {
      const port = openLocalPort(clock.nowMs);
      ports.push(port);
      return port;
    },
    access: { host: '127.0.0.1', allowOrigins: options.allowOrigins ?? [] },
    pageFolder: options.pageFolder ?? temporaryFolder(),
    log: pino({ level: 'silent' }),
    wallMs: clock.nowMs,
    everyMs: () => () => {},
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.programLimits === undefined ? {} : { programLimits: options.programLimits }),
  });
  const url = await listen(app.server, '127.0.0.1', 0);
  return {
    url,
    app,
    clock,
    ports,
    connect: async () => {
      const viewer = await connectViewer(url, app);
      viewers.push(viewer);
      return viewer;
    },
    close: async () => {
      for (const viewer of viewers) viewer.close();
      await app.close();
    },
  };
}

async function connectViewer(url: string, app: App): Promise<TestViewer> {
  const socket: Socket = io(url, { transports: ['websocket'], forceNew: true });
  const acks: (() => void)[] = [];
  const viewer: TestViewer = {
    socket,
    frames: [],
    changes: [],
    failures: [],
    lists: [],
    isAcking: true,
    ackAll: () => {
      for (const ack of acks.splice(0)) ack();
    },
    request: async <T>(event: string, payload: unknown = {}) => {
      const reply = (await socket.timeout(20_000).emitWithAck(event, payload)) as Reply<T>; // by the protocol
      if (reply.ok) return reply.value;
      throw new Error(`${reply.error.code}: ${reply.error.message}`);
    },
    settle: async () => {
      for (let count = -1; count !== viewer.frames.length;) {
        count = viewer.frames.length;
        await app.tick();
        await viewer.request('recording:list');
      }
      const last = viewer.frames.at(-1);
      if (last === undefined) throw new Error('no frame has arrived');
      return last;
    },
    close: () => {
      socket.disconnect();
    },
  };
  socket.on('session:frame', (frame: Frame, ack: () => void) => {
    viewer.frames.push(frame);
    acks.push(ack);
    if (viewer.isAcking) viewer.ackAll();
  });
  socket.on('session:changed', (info: SessionInfo) => viewer.changes.push(info));
  socket.on('session:failed', (error: ReplyError) => viewer.failures.push(error));
  socket.on('recording:changed', (list: readonly RecordingEntry[]) => viewer.lists.push(list));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return viewer;
}
