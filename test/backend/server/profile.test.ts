// Hits of insns, switched on and off while a recording is replayed: nothing else of what a viewer sees is changed by it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readF64, type Frame, type ProgHits, type SessionInfo } from '../../../backend/protocol/index.ts';
import { storedLog, temporaryFolder } from '../../support/logs.ts';
import { startServer, type TestServer, type TestViewer } from '../../support/server.ts';

const folder = temporaryFolder();
let server: TestServer;

beforeEach(async () => {
  server = await startServer({ recordings: [await storedLog('shell', folder)] });
});
afterEach(() => server.close());

async function join(): Promise<TestViewer> {
  const viewer = await server.connect();
  await viewer.request('session:join', { session: '' });
  return viewer;
}

async function pass(ms: number, viewer: TestViewer): Promise<Frame> {
  server.clock.pass(ms);
  await server.app.tick();
  return viewer.settle();
}

/** What programs did, without which epoch it is. */
function seen({ clock, calls, points, programs }: Frame): unknown {
  return { clock, calls, points, progs: programs.progs, arrays: programs.progArrays };
}

test('a paused session stands where it stood, and hits are those from the start', async () => {
  const viewer = await join();
  await pass(300, viewer);
  await viewer.request('clock:pause');
  const before = await pass(0, viewer);
  const info = await viewer.request<SessionInfo>('program:profile', { isOn: true });
  const after = await pass(100, viewer);
  expect(info.epoch).toBeGreaterThan(before.epoch);
  expect(seen(after)).toEqual(seen(before));
  const ran = after.programs.progs.filter(({ runs }) => runs > 0);
  expect(ran.length).toBeGreaterThan(0);
  for (const { name, runs, insnsRun } of ran) {
    const { hits } = await viewer.request<ProgHits>('program:hits', { prog: name });
    const counts = [...readF64(hits!)];
    expect([name, counts[0]]).toEqual([name, runs]);
    expect([name, Math.max(...counts)]).toEqual([name, runs]); // none of them has a loop
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(insnsRun);
  }
});

test('a playing session plays on, for all of its viewers, and so it does when hits are switched off', async () => {
  const [first, second] = [await join(), await join()];
  await pass(200, first);
  for (const isOn of [true, false]) {
    const changes = second.changes.length;
    const { epoch } = await first.request<SessionInfo>('program:profile', { isOn });
    await pass(0, second); // time stands while the new machine catches up
    const frame = await pass(100, second);
    expect(frame).toMatchObject({ epoch, clock: { state: 'playing', atNs: isOn ? 300e6 : 400e6 } });
    expect(second.changes.slice(changes).map((info) => info.epoch)).toEqual([epoch]);
    const { hits } = await first.request<ProgHits>('program:hits', { prog: frame.programs.progs[0]!.name });
    expect(hits !== undefined).toBe(isOn);
  }
});

test('a session that has ended stays at its end', async () => {
  const viewer = await join();
  await viewer.request('clock:speed', { speed: 0 });
  let before = await pass(100, viewer);
  while (before.clock.state !== 'ended') before = await pass(100, viewer);
  await viewer.request('program:profile', { isOn: true });
  let after = await pass(100, viewer);
  while (after.clock.state !== 'ended') after = await pass(100, viewer);
  expect(seen(after)).toEqual(seen(before));
});
