// A session in a process of its own: the answers are those of the desk, and a process that breaks down is told.
import { afterEach, expect, test } from 'vitest';
import { readProgram } from '../../../backend/library/programs.ts';
import type { OpenSession, SessionPort } from '../../../backend/session/calls.ts';
import { FRESH_BASE, type FrameBase, type SessionFrame } from '../../../backend/session/frame.ts';
import { openWorkerPort } from '../../../backend/session/worker-port.ts';
import { summarize } from '../../../traces/index.ts';
import { recordingOf, storedLog, temporaryFolder } from '../../support/logs.ts';

const ports: SessionPort[] = [];
afterEach(async () => {
  await Promise.all(ports.splice(0).map((port) => port.close()));
});

function openPort(): SessionPort {
  const port = openWorkerPort();
  ports.push(port);
  return port;
}

async function order(name: string, speed: number): Promise<OpenSession> {
  const { path } = await storedLog(name, temporaryFolder());
  return { path, name, lookFor: 'words', program: readProgram('tracex5'), speed, epoch: 7 };
}

/** Asks for frames until one says that the recording has ended. */
async function lastFrame(port: SessionPort): Promise<SessionFrame> {
  let base: FrameBase = FRESH_BASE;
  for (;;) {
    const [answer] = await port.request('frames', { bases: [base] });
    if (answer === null || answer === undefined) continue;
    base = answer.base;
    if (answer.frame.clock.state === 'ended') return answer.frame;
  }
}

test('replays to the end by itself, and its totals are those of summarize()', async () => {
  const port = openPort();
  const { epoch, recording } = await port.request('open', await order('fail', 0));
  expect(epoch).toBe(7);
  const summary = summarize(await recordingOf('fail'));
  expect(recording).toMatchObject({
    name: 'fail',
    lookFor: 'words',
    calls: summary.calls,
    lines: summary.lines,
  });
  const frame = await lastFrame(port);
  expect(frame).toMatchObject({ epoch: 7, calls: summary.calls, errors: summary.failedCalls });
});

test('answers a seek when the state is there, with its epoch', async () => {
  const port = openPort();
  await port.request('open', await order('fail', 1));
  await port.request('pause', null);
  const durationNs = (await recordingOf('fail')).durationNs;
  expect(await port.request('seek', { atNs: durationNs / 2 })).toBe(8);
  const [answer] = await port.request('frames', { bases: [FRESH_BASE] });
  expect(answer?.frame.clock).toMatchObject({ state: 'paused', atNs: durationNs / 2 });
});

test('answers a seek that another recording cuts short, and begins that in an epoch of its own', async () => {
  const port = openPort();
  await port.request('open', await order('fail', 1));
  const seeks = [1e3, 2e3, 3e3].map((atNs) => port.request('seek', { atNs }));
  const opened = await port.request('open', await order('dd', 1));
  expect(await Promise.all(seeks)).toEqual([8, 9, 10]);
  expect(opened).toMatchObject({ epoch: 11, recording: { name: 'dd' } });
});

test('refuses a recording that it cannot open, and keeps the one it has', async () => {
  const port = openPort();
  await port.request('open', await order('fail', 0));
  const missing = { ...(await order('fail', 0)), path: '/no/such/file.sct' };
  await expect(port.request('open', missing)).rejects.toThrow(
    'cannot read /no/such/file.sct: no such file or directory',
  );
  expect((await lastFrame(port)).calls).toBe(611);
});

test('a call before open breaks the process down, which is told once and rejects what follows', async () => {
  const port = openPort();
  const reasons: string[] = [];
  const failed = new Promise<void>((resolve) => {
    port.onFailure((reason) => {
      reasons.push(reason);
      resolve();
    });
  });
  await port.request('play', null).catch(() => {});
  await failed;
  await expect(port.request('play', null)).rejects.toThrow(/the replay stopped: a session is opened before/);
  expect(reasons).toHaveLength(1);
});
