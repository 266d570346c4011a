// Frames to viewers: credit, merging, several viewers, coming back, and a session that breaks down.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoredRecording } from '../../../backend/library/manifest.ts';
import { readU32, type SessionInfo } from '../../../backend/protocol/index.ts';
import { summarize } from '../../../traces/index.ts';
import { recordingOf, storedLog, temporaryFolder } from '../../support/logs.ts';
import { startServer, type TestServer, type TestViewer } from '../../support/server.ts';

const folder = temporaryFolder();
let server: TestServer;

beforeEach(async () => {
  const stored = await Promise.all(['shell', 'dd', 'fail'].map((name) => storedLog(name, folder)));
  server = await startServer({
    recordings: stored.map((one) => (one.entry.name === 'fail' ? broken(one) : one)),
  });
});
afterEach(() => server.close());

/** A recording of which the file is no .sct any more. */
function broken({ path, entry }: StoredRecording): StoredRecording {
  writeFileSync(path, readFileSync(path).subarray(0, 20));
  return { path, entry: { ...entry, name: 'broken' } };
}

async function join(session = ''): Promise<{ viewer: TestViewer; info: SessionInfo }> {
  const viewer = await server.connect();
  return { viewer, info: await viewer.request<SessionInfo>('session:join', { session }) };
}

/** Lets `ms` of wall time pass and sends what is due. */
async function pass(ms: number, viewer: TestViewer): Promise<void> {
  server.clock.pass(ms);
  await server.app.tick();
  await viewer.request('recording:list');
}

describe('joining', () => {
  test('tells what is open, and starts playing from the start', async () => {
    const { viewer, info } = await join();
    expect(info).toMatchObject({ program: 'tracex5', recording: { name: 'shell', badLines: 0 } });
    expect(info.recording.overview.length).toBeGreaterThan(3);
    expect(info.recording.syscalls.map((row) => row.name)).toContain('execve');
    await pass(100, viewer);
    expect(viewer.frames.at(-1)).toMatchObject({
      clock: { state: 'playing', atNs: 100e6 },
      epoch: info.epoch,
    });
  });

  test('the first frame is whole and the next carry on from it', async () => {
    const { viewer } = await join();
    for (let i = 0; i < 3; i++) await pass(100, viewer);
    expect(viewer.frames.map((frame) => frame.heat.whole)).toEqual([true, false, false]);
    expect(viewer.frames.map((frame) => frame.pipe.whole)).toEqual([true, false, false]);
    expect(viewer.frames.map((frame) => frame.seq)).toEqual([1, 2, 3]);
  });
});

describe('a viewer that does not ack', () => {
  test('gets two frames, then none, and after its ack one that covers what it missed', async () => {
    const { viewer } = await join();
    viewer.isAcking = false;
    for (let i = 0; i < 6; i++) await pass(100, viewer);
    expect(viewer.frames).toHaveLength(2);
    viewer.ackAll();
    await viewer.request('recording:list');
    await pass(100, viewer);
    expect(viewer.frames).toHaveLength(3);
    expect(viewer.frames.at(-1)).toMatchObject({ seq: 3, merged: 4, clock: { atNs: 700e6 } });
  });

  test('does not hold up another one', async () => {
    const slow = await join();
    const quick = await join();
    slow.viewer.isAcking = false;
    for (let i = 0; i < 5; i++) await pass(100, quick.viewer);
    expect(slow.viewer.frames).toHaveLength(2);
    expect(quick.viewer.frames).toHaveLength(5);
  });
});

describe('two viewers of a session', () => {
  test('see one clock: what one does, the other sees', async () => {
    const first = await join();
    const second = await join();
    await first.viewer.request('clock:speed', { speed: 10 });
    await pass(50, second.viewer);
    await second.viewer.request('clock:pause');
    await pass(1000, first.viewer);
    const frames = [first.viewer.frames.at(-1), second.viewer.frames.at(-1)];
    for (const frame of frames)
      expect(frame?.clock).toMatchObject({ state: 'paused', speed: 10, atNs: 500e6 });
    expect(server.ports).toHaveLength(1);
  });

  test('are both told when another recording is opened, which plays from its start in a new epoch', async () => {
    const first = await join();
    const second = await join();
    await pass(100, first.viewer);
    const info = await second.viewer.request<SessionInfo>('session:open', { recording: 'dd' });
    await pass(0, first.viewer);
    expect(info.epoch).toBeGreaterThan(first.info.epoch);
    expect(first.viewer.changes.at(-1)?.recording.name).toBe('dd');
    const last = first.viewer.frames.at(-1)!;
    expect(last.epoch).toBe(info.epoch);
    expect(last.heat.whole).toBe(true);
  });

  test('of different sessions have clocks of their own', async () => {
    const first = await join('one');
    const second = await join('two');
    await first.viewer.request('clock:pause');
    await pass(200, second.viewer);
    expect(first.viewer.frames.at(-1)?.clock.state).toBe('paused');
    expect(second.viewer.frames.at(-1)?.clock).toMatchObject({ state: 'playing', atNs: 200e6 });
  });
});

test('opening a recording before joining joins the default session with it', async () => {
  const { viewer } = await join();
  const early = await server.connect();
  const info = await early.request<SessionInfo>('session:open', { recording: 'dd' });
  expect(info).toMatchObject({ session: 'main', recording: { name: 'dd' } });
  expect(viewer.changes.at(-1)?.recording.name).toBe('dd');
  await pass(10, early);
  expect(early.frames.at(-1)?.epoch).toBe(info.epoch);
});

test('joining another session leaves the first, and begins with a whole frame', async () => {
  const { viewer } = await join('one');
  await pass(100, viewer);
  await viewer.request('session:join', { session: 'two' });
  await pass(100, viewer);
  expect(viewer.frames.map(({ seq, heat, clock }) => [seq, heat.whole, clock.atNs])).toEqual([
    [1, true, 100e6],
    [1, true, 100e6],
  ]);
  expect(server.app.sessions.viewers).toBe(1);
});

describe('the clock requests', () => {
  test('seek is answered when the state is there, in a new epoch with a whole frame', async () => {
    const { viewer, info } = await join();
    await viewer.request('clock:pause');
    await viewer.request('clock:seek', { atNs: 2e9 });
    const frame = await viewer.settle();
    expect(frame.clock).toMatchObject({ state: 'paused', atNs: 2e9 });
    expect(frame.epoch).toBeGreaterThan(info.epoch);
    const firstOfEpoch = viewer.frames.find((one) => one.epoch === frame.epoch);
    expect(firstOfEpoch?.heat.whole).toBe(true);
  });

  test('totals at the end are those of summarize(), as fast as it can', async () => {
    const { viewer } = await join();
    await viewer.request('clock:speed', { speed: 0 });
    const frame = await viewer.settle();
    const summary = summarize(await recordingOf('shell'));
    expect(frame.clock.state).toBe('ended');
    expect(frame).toMatchObject({ calls: summary.calls, threads: summary.threads });
    expect(readU32(frame.syscalls.sys)).toHaveLength(summary.distinctSyscalls);
  });

  test('play after the end begins again, and restart does at any time', async () => {
    const { viewer } = await join();
    await viewer.request('clock:seek', { atNs: 1e15 });
    expect((await viewer.settle()).clock.state).toBe('ended');
    await viewer.request('clock:play');
    await server.app.tick();
    await pass(100, viewer);
    expect(viewer.frames.at(-1)?.clock).toMatchObject({ state: 'playing', atNs: 100e6 });
    await viewer.request('clock:restart');
    await pass(50, viewer);
    expect(viewer.frames.at(-1)?.clock).toMatchObject({ state: 'playing', atNs: 50e6 });
  });
});

describe('a viewer that goes', () => {
  test('and comes back finds the session where it was left, on hold meanwhile', async () => {
    const { viewer } = await join();
    await pass(300, viewer);
    const port = server.ports[0]!;
    viewer.close();
    await until(() => port.asked.at(-1) === 'hold');
    server.clock.pass(30_000);
    const again = await join();
    await pass(100, again.viewer);
    const frame = again.viewer.frames.at(-1)!;
    expect(frame.clock).toMatchObject({ state: 'playing', atNs: 400e6 });
    expect(frame).toMatchObject({ seq: 1, heat: { whole: true } });
  });

  test('for a minute ends the session; the next one begins anew', async () => {
    const { viewer } = await join();
    await pass(300, viewer);
    viewer.close();
    await until(() => server.app.sessions.viewers === 0);
    server.clock.pass(61_000);
    await server.app.tick();
    expect(server.app.sessions.count).toBe(0);
    const again = await join();
    await pass(100, again.viewer);
    expect(again.viewer.frames.at(-1)?.clock.atNs).toBe(100e6);
    expect(server.ports).toHaveLength(2);
  });
});

test('a session that breaks down is told to its viewers and started again by the next request', async () => {
  const { viewer, info } = await join();
  await pass(300, viewer);
  server.ports[0]!.breakDown('out of memory');
  await pass(100, viewer);
  expect(viewer.failures).toMatchObject([{ code: 'session-failed' }]);
  await viewer.request('clock:speed', { speed: 2 });
  await server.app.tick();
  await pass(100, viewer);
  expect(server.ports).toHaveLength(2);
  const frame = viewer.frames.at(-1)!;
  expect(frame.clock).toMatchObject({ state: 'playing', atNs: 200e6, speed: 2 });
  expect(frame.epoch).toBeGreaterThan(info.epoch);
  expect(viewer.changes.at(-1)?.epoch).toBe(frame.epoch);
});

test('the seventeenth session is refused, and the sixteen go on', async () => {
  const { viewer } = await join('s0');
  for (let i = 1; i < 16; i++) await join(`s${i}`);
  await expect(join('s16')).rejects.toThrow(/^too-many-sessions: there are 16/);
  await pass(100, viewer);
  expect(viewer.frames).not.toHaveLength(0);
});

/** Lets the event loop turn until `isTrue`. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let turns = 0; !isTrue(); turns++) {
    if (turns > 100_000) throw new Error('it never came true');
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

describe('a session survives', () => {
  test('recordings that cannot be opened, asked for one upon the other', async () => {
    const { viewer } = await join();
    await pass(300, viewer);
    const opens = [1, 2, 3].map(() => viewer.request('session:open', { recording: 'broken' }));
    for (const result of await Promise.allSettled(opens))
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { message: expect.stringMatching(/^bad-sct/) },
      });
    await server.app.tick();
    await pass(100, viewer);
    expect(viewer.frames.at(-1)).toMatchObject({ epoch: 1, clock: { state: 'playing', atNs: 400e6 } });
    expect(server.ports).toHaveLength(1);
  });

  test('a viewer that leaves at once: its time stands', async () => {
    const early = await server.connect();
    early.socket.emit('session:join', { session: '' }, () => {});
    early.socket.emit('recording:list', {}, () => early.close());
    await until(() => server.ports[0]?.asked.includes('hold') === true && server.app.sessions.viewers === 0);
    await until(() => server.ports[0]?.asked.filter((name) => name === 'hold').length === 2);
    server.clock.pass(5000);
    const { viewer } = await join();
    await pass(100, viewer);
    expect(viewer.frames.at(-1)?.clock.atNs).toBe(100e6);
  });
});

test('who breaks down is started again by whoever joins, and the others are told', async () => {
  const first = await join();
  server.ports[0]!.breakDown('out of memory');
  await join();
  await first.viewer.request('recording:list');
  expect(first.viewer.changes).toMatchObject([{ epoch: 2, recording: { name: 'shell' } }]);
});
