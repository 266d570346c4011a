// Calls a second of a whole replay: redis (292,512 calls) through cursor, totals and tracex5, with frames at ten a second; first the
// session alone, then a server with its worker and a viewer on a socket, from the request to the frame that says 'ended'. Each on both engines, in one
// run. Then what it costs a viewer that another program is opened while one plays.
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
import type { EngineName } from '../../vm/index.ts';
import { sctOf, storedLog, temporaryFolder } from '../support/logs.ts';

const FRAME_MS = 100;
const ROUNDS = { iterations: 3, warmupIterations: 1, time: 0, warmupTime: 0 } as const;
const ENGINES = ['jit', 'interp'] as const satisfies readonly EngineName[];
let bytes: Uint8Array;
let rounds = 0;
/** Opened one after the other while a replay goes on. */
const SWAPPED = ['syscount', 'latency', 'tracex5', 'opensnoop', 'filetop'] as const;
/** By engine. */
const servers = new Map<EngineName, { readonly app: App; readonly url: string }>();

beforeAll(async () => {
  bytes = await sctOf('redis');
  const stored = await storedLog('redis', temporaryFolder());
  for (const engine of ENGINES) {
    const app = createApp({
      recordings: createRecordings([stored], temporaryFolder()),
      program: readProgram('tracex5', { engine }),
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
    servers.set(engine, { app, url: await listen(app.server, '127.0.0.1', 0) });
  }
});
afterAll(async () => {
  await Promise.all([...servers.values()].map(({ app }) => app.close()));
});

/** Replays all of it as the worker does, and takes a frame ten times a second; gives the calls. */
function replayInSession(engine: EngineName): number {
  const session = createSession({
    recording: openBytes(bytes, 'redis'),
    program: openProgram(readProgram('tracex5', { engine })),
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
async function replayToViewer(
  engine: EngineName,
): Promise<{ calls: number; frames: number; longestMs: number }> {
  const socket = io(servers.get(engine)!.url, { transports: ['websocket'], forceNew: true });
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

test.for(ENGINES)('redis through a session: %s', async (engine, { bench }) => {
  let calls = 0;
  const run = bench(`session on ${engine}: cursor, totals, tracex5, frames`, () => {
    calls = replayInSession(engine);
  });
  const { latency } = await run.run(ROUNDS);
  say(`session on ${engine}`, calls, latency.mean);
});

test.for(ENGINES)('redis through a server to a viewer: %s', async (engine, { bench }) => {
  let last = { calls: 0, frames: 0, longestMs: 0 };
  const run = bench(`server, worker on ${engine}, socket, viewer`, async () => {
    last = await replayToViewer(engine);
  });
  const { latency } = await run.run(ROUNDS);
  say(`server to viewer on ${engine}`, last.calls, latency.mean);
  process.stdout.write(
    `  ${last.frames} frames; the longest answer to map:read meanwhile took ${last.longestMs.toFixed(1)} ms\n`,
  );
});

/** Opens program after program while one plays; gives the longest that one took from the request to its first frame, in ms, and the longest between two frames. */
async function swapPrograms(engine: EngineName): Promise<{ openMs: number; gapMs: number }> {
  const socket = io(servers.get(engine)!.url, { transports: ['websocket'], forceNew: true });
  let lastMs = Infinity;
  let gapMs = 0;
  let onFrame: ((frame: Frame) => void) | undefined;
  socket.on('session:frame', (frame: Frame, ack: () => void) => {
    gapMs = Math.max(gapMs, performance.now() - lastMs);
    lastMs = performance.now();
    ack();
    onFrame?.(frame);
  });
  await socket.emitWithAck('session:join', { session: `round-${++rounds}` });
  let openMs = 0;
  for (const program of SWAPPED) {
    const askedMs = performance.now();
    await new Promise<void>((resolve) => {
      onFrame = ({ programs }) => {
        if (programs.object === program) resolve();
      };
      void socket.emitWithAck('program:open', { program });
    });
    openMs = Math.max(openMs, performance.now() - askedMs);
  }
  socket.close();
  return { openMs, gapMs };
}

test.for(ENGINES)('another program while one plays: %s', async (engine, { bench }) => {
  let last = { openMs: 0, gapMs: 0 };
  await bench(`programs opened on ${engine}`, async () => {
    last = await swapPrograms(engine);
  }).run(ROUNDS);
  process.stdout.write(
    `another program on ${engine}: first frame after ${last.openMs.toFixed(0)} ms at most; ${last.gapMs.toFixed(0)} ms between frames at most\n`,
  );
});

function say(name: string, calls: number, meanMs: number): void {
  const rate = Math.round((calls / meanMs) * 1000).toLocaleString('en-US');
  process.stdout.write(`${name}: ${calls} calls in ${meanMs.toFixed(0)} ms, ${rate} calls/s\n`);
}
