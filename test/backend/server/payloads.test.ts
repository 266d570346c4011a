// Whatever a client sends, the server answers with an error or not at all, and goes on.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storedLog, temporaryFolder } from '../../support/logs.ts';
import { startServer, type TestServer, type TestViewer } from '../../support/server.ts';

let server: TestServer;
let viewer: TestViewer;

beforeAll(async () => {
  server = await startServer({ recordings: [await storedLog('dd', temporaryFolder())] });
  viewer = await server.connect();
});
afterAll(() => server.close());

describe('a payload is refused', () => {
  test.each([
    ['session:join', null],
    ['session:join', { session: '../etc' }],
    ['session:join', { session: 'a'.repeat(65) }],
    ['session:join', { session: '', more: 1 }],
    ['session:open', { recording: '' }],
    ['session:open', { recording: 5 }],
    ['clock:play', { now: true }],
    ['clock:seek', { atNs: -1 }],
    ['clock:seek', { atNs: '5' }],
    ['clock:seek', { atNs: null }],
    ['clock:speed', { speed: 0.05 }],
    ['clock:speed', { speed: 1001 }],
    ['clock:speed', {}],
    ['map:read', { map: 'progs', offset: 0, limit: 501 }],
    ['map:read', { map: 'progs', offset: 0.5, limit: 1 }],
    ['map:read', { map: 'progs', offset: -1, limit: 1 }],
    ['map:read', { map: '', offset: 0, limit: 1 }],
  ])('%s %j', async (event, payload) => {
    await expect(viewer.request(event, payload)).rejects.toThrow(/^bad-payload: the payload of/);
  });

  test('and the message says which field is wrong and why', async () => {
    await expect(viewer.request('clock:speed', { speed: 5000 })).rejects.toThrow(
      'the payload of clock:speed is not valid: speed: expected 0 (as fast as it can) or a number from 0.1 to 1000',
    );
  });
});

describe('a request is refused in words', () => {
  test('that needs a session before one is joined', async () => {
    await expect(viewer.request('clock:play')).rejects.toThrow(/^not-joined/);
  });

  test('for a recording that is not there, with those that are', async () => {
    await expect(viewer.request('session:open', { recording: 'nope' })).rejects.toThrow(
      /^no-recording: .*nope.*dd/,
    );
  });

  test('for a map that is not there', async () => {
    const other = await server.connect();
    await other.request('session:join', { session: 'maps' });
    await expect(other.request('map:read', { map: 'nope', offset: 0, limit: 1 })).rejects.toThrow(
      /^no-map: .*nope/,
    );
  });
});

test('a missing ack, an ack that is none, and unknown events are taken calmly', async () => {
  viewer.socket.emit('clock:play');
  viewer.socket.emit('clock:seek', { atNs: 1 }, 'not a function');
  viewer.socket.emit('session:join', { session: '' }, { call: 5 });
  viewer.socket.emit('no:event', 1, 2, 3);
  await expect(viewer.request('recording:list')).resolves.toHaveLength(1);
});

test('an oversized request ends that connection and nothing else', async () => {
  const loud = await server.connect();
  const ended = new Promise((resolve) => {
    loud.socket.once('disconnect', resolve);
  });
  loud.socket.emit('session:open', { recording: 'x'.repeat(100_000) });
  await ended;
  await expect(viewer.request('recording:list')).resolves.toHaveLength(1);
});

test('a thousand random requests leave the server working', async () => {
  const seed = 20_261_122;
  const random = createRandom(seed);
  const chaos = await server.connect();
  await chaos.request('session:join', { session: 'chaos' });
  const events = [
    'session:join',
    'clock:play',
    'clock:pause',
    'clock:restart',
    'clock:seek',
    'clock:speed',
    'map:read',
    'recording:list',
    'session:open',
  ];
  for (let i = 0; i < 1000; i++) {
    const event = events[Math.floor(random() * events.length)]!;
    try {
      await chaos.request(event, randomPayload(random));
    } catch (error) {
      expect(String(error), `seed ${seed}, request ${i}`).toMatch(
        /Error: (bad-payload|no-recording|no-map|too-many-sessions): /,
      );
    }
  }
  await server.app.tick();
  await expect(chaos.request('session:join', { session: 'chaos' })).resolves.toMatchObject({
    program: 'tracex5',
  });
});

/** A small linear congruential generator: the same numbers for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomPayload(random: () => number): unknown {
  const values = [null, 0, -1, 1e300, 0.5, '', 'dd', 'progs', [], {}, true, 'x'.repeat(300)];
  const keys = [
    'session',
    'recording',
    'atNs',
    'speed',
    'map',
    'offset',
    'limit',
    '__proto__',
    'constructor',
  ];
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  if (random() < 0.2) return pick(values);
  const count = Math.floor(random() * 4);
  return Object.fromEntries(Array.from({ length: count }, () => [pick(keys), pick(values)]));
}
