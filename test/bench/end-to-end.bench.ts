// Calls a second of a whole replay: redis (292,512 calls) through cursor, totals and tracex5, with frames at ten a second; first the
// session alone, then a server with its worker and a viewer on a socket, from the request to the frame that says 'ended'.
import { pino } from 'pino';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, test } from 'vitest';
import {
  createApp,
  createRecordings,
  createSession,
  FRESH_BASE,
  listen,
  openBytes,
  openProgram,
  readProgram,
  openWorkerPort,
  type App,
  type FrameBase,
} from '../../backend/index.ts';
import type { Frame } from '../../backend/protocol/index.ts';
import { sctOf, storedLog, temporaryFolder } from '../support/logs.ts';

const FRAME_MS = 100;
const ROUNDS = { iterations: 3, warmupIterations: 1, time: 0, warmupTime: 0 } as const;
let bytes: Uint8Array;
let app: App;
let url: string;
let rounds = 0;

beforeAll(async () => {
  bytes = await sctOf('redis');
  app = createApp({
    recordings: createRecordings([await storedLog('redis', temporaryFolder())], temporaryFolder()),
    program: readProgram('tracex5'),
    speed: 0,
    openPort: openWorkerPort,
    access: { host: '127.0.0.1', allowOrigins: [] },
    pageFolder: temporaryFolder(),
    log: pino({ level: 'silent' }),
    wallMs: () => performance.now(),
    everyMs: (ms, step) => {
      const timer = setInterval(step, ms);
      return () => clearInterval(timer);
    },
  });
  url = await listen(app.server, '127.0.0.1', 0);
});
afterAll(() => app.close());

/** Replays all of it as the worker does, and takes a frame ten times a second; gives the calls. */
function replayInSession(): number {
  const session = createSession({
    recording: openBytes(bytes, 'redis'),
    program: openProgram(readProgram('tracex5')),
    wallMs: () => performance.now(),
    speed: 0,
  });
  session.play();
  let base: FrameBase = FRESH_BASE;
  let frameMs = performance.now();
  while (session.clock.state === 'playing') {
    session.work();
    if (performance.now() - frameMs < FRAME_MS) continue;
    frameMs = performance.now();
    base = session.frame(base)?.base ?? base;
  }
  return session.frame(FRESH_BASE)!.frame.calls;
}

/** Has a server replay all of it to one viewer, in a session and a worker of its own; gives calls, frames, and the longest wait for an answer meanwhile in ms. */
async function replayToViewer(): Promise<{ calls: number; frames: number; longestMs: number }> {
  const socket = io(url, { transports: ['websocket'], forceNew: true });
  let frames = 0;
  let longestMs = 0;
  const ended = new Promise<number>((resolve) => {
    socket.on('session:frame', (frame: Frame, ack: () => void) => {
      frames++;
      ack();
      if (frame.clock.state === 'ended') resolve(frame.calls);
    });
  });
  await socket.emitWithAck('session:join', { session: `round-${++rounds}` });
  const state = { isOver: false };
  const asking = (async () => {
    while (!state.isOver) {
      const askedMs = performance.now();
      await socket.emitWithAck('map:read', { map: 'progs', offset: 0, limit: 10 });
      longestMs = Math.max(longestMs, performance.now() - askedMs);
    }
  })();
  const calls = await ended;
  state.isOver = true;
  await asking;
  socket.close();
  return { calls, frames, longestMs };
}

test('redis through a session', async ({ bench }) => {
  let calls = 0;
  const run = bench('session: cursor, totals, tracex5, frames', () => {
    calls = replayInSession();
  });
  const { latency } = await run.run(ROUNDS);
  say('session', calls, latency.mean);
});

test('redis through a server to a viewer', async ({ bench }) => {
  let last = { calls: 0, frames: 0, longestMs: 0 };
  const run = bench('server, worker, socket, viewer', async () => {
    last = await replayToViewer();
  });
  const { latency } = await run.run(ROUNDS);
  say('server to viewer', last.calls, latency.mean);
  process.stdout.write(
    `  ${last.frames} frames; the longest answer to map:read meanwhile took ${last.longestMs.toFixed(1)} ms\n`,
  );
});

function say(name: string, calls: number, meanMs: number): void {
  const rate = Math.round((calls / meanMs) * 1000).toLocaleString('en-US');
  process.stdout.write(`${name}: ${calls} calls in ${meanMs.toFixed(0)} ms, ${rate} calls/s\n`);
}
