// POST /api/recordings: logs and recordings are taken, listed and played; anything else is refused with the reason.
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { basename } from 'node:path';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReplyError, SessionInfo, UploadReply } from '../../../backend/protocol/index.ts';
import { storeRecording } from '../../../backend/server/given-recording.ts';
import { createRecordings } from '../../../backend/server/recordings.ts';
import { summarize } from '../../../traces/index.ts';
import { logPath, recordingOf, sctOf, storedLog, temporaryFolder } from '../../support/logs.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const LIMIT_BYTES = 1_000_000;
let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    recordings: [await storedLog('dd', temporaryFolder())],
    limits: { bodyBytes: LIMIT_BYTES, unpackedBytes: 20_000_000, stallMs: 300 },
  });
});
afterAll(() => server.close());

async function upload(name: string, body: Uint8Array): Promise<{ status: number; reply: UploadReply }> {
  const url = new URL(`/api/recordings?name=${encodeURIComponent(name)}`, server.url);
  const answer = await fetch(url, { method: 'POST', body: new Blob([body.slice()]) });
  return { status: answer.status, reply: (await answer.json()) as UploadReply }; // or an error, which the tests look at
}

async function refused(name: string, body: Uint8Array): Promise<{ status: number; error: ReplyError }> {
  const { status, reply } = await upload(name, body);
  return { status, error: (reply as unknown as { error: ReplyError }).error };
}

const packed = (): Uint8Array => readFileSync(logPath('dd'));

describe('an upload is taken', () => {
  test.each([
    ['as gzip', packed],
    ['as plain text', () => gunzipSync(packed())],
    ['as zstd', () => zstdCompressSync(gunzipSync(packed()))],
  ])('%s, with the same calls as the log has', async (_, bytes) => {
    const { status, reply } = await upload('my dd.strace.gz', bytes());
    const { calls, lines } = summarize(await recordingOf('dd'));
    expect(status).toBe(200);
    expect(reply).toMatchObject({ lines, badLines: 0, recording: { calls, origin: 'upload' } });
    expect(reply.recording.name).toMatch(/^my-dd(-\d)?$/);
  });

  test('as .sct', async () => {
    const { reply } = await upload('shell.sct', await sctOf('fail'));
    const { calls } = summarize(await recordingOf('fail'));
    expect(reply.recording).toMatchObject({ name: 'shell', calls });
  });

  test('is told to every viewer and can be played', async () => {
    const viewer = await server.connect();
    await viewer.request('session:join', { session: '' });
    const { reply } = await upload('played', packed());
    await viewer.request('recording:list');
    expect(viewer.lists.at(-1)?.map((entry) => entry.name)).toContain(reply.recording.name);
    const info = await viewer.request<SessionInfo>('session:open', { recording: reply.recording.name });
    await viewer.request('clock:speed', { speed: 0 });
    expect(info.recording.calls).toBe(reply.recording.calls);
    expect((await viewer.settle()).calls).toBe(reply.recording.calls);
  });

  test('with lines that cannot be read: they are counted and told', async () => {
    const log = `${gunzipSync(packed()).toString('latin1')}123<dd> 1.0 openat(oops\n`;
    const { reply } = await upload('bad', Buffer.from(log, 'latin1'));
    expect(reply.badLines).toBe(1);
    expect(reply.warnings[0]).toMatch(/bad:\d+: /);
  });
});

test('an upload that has the name of a given recording does not touch it', async () => {
  const folder = temporaryFolder();
  const given = await storeRecording(await storedLog('fail', folder), folder, () => {});
  const before = readFileSync(given.path);
  const slot = createRecordings([given], folder).reserve(basename(given.path));
  slot.drop();
  expect(slot.path).not.toBe(given.path);
  expect(readFileSync(given.path)).toEqual(before);
});

test('an upload that stands still is ended, and others are taken again', async () => {
  const stalled = [1, 2].map(
    () =>
      new Promise((resolve) => {
        const sent = request(new URL('/api/recordings?name=slow', server.url), { method: 'POST' });
        sent.on('response', ({ statusCode }) => resolve(statusCode));
        sent.write('101<dd> 1.0 read(');
      }),
  );
  expect(await Promise.all(stalled)).toEqual([408, 408]);
  expect((await upload('after', packed())).status).toBe(200);
});

describe('an upload is refused', () => {
  test.each([
    ['a C source', Buffer.from('#include <stdio.h>\nint main(void) { return 0; }\n'.repeat(50))],
    ['nothing at all', Buffer.alloc(0)],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, ...Array<number>(500).fill(0)])],
  ])('that is %s', async (_, body) => {
    const { status, error } = await refused('thing.c', body);
    expect(status).toBe(422);
    expect(error.code).toBe('not-a-log');
    expect(error.message).toMatch(/^thing\.c is no strace log: .+expected: .+gzip/);
  });

  test('that starts as a .sct and is none', async () => {
    const sct = await sctOf('dd');
    const { status, error } = await refused('broken.sct', sct.subarray(0, 12));
    expect({ status, code: error.code }).toEqual({ status: 422, code: 'bad-sct' });
  });

  test('that is too large, by its length and by its bytes', async () => {
    const { status, error } = await refused('large', new Uint8Array(LIMIT_BYTES + 1).fill(0x20));
    expect({ status, code: error.code }).toEqual({ status: 413, code: 'upload-too-large' });
  });

  test('leaving nothing behind in the list', async () => {
    const before = await listed();
    await refused('x', Buffer.from('no log\n'));
    expect(await listed()).toEqual(before);
  });
});

test('names are made safe and unique', async () => {
  const names: string[] = [];
  for (const name of ['../../etc/passwd', 'a b/ü.strace', '', 'dd', '...'])
    names.push((await upload(name, packed())).reply.recording.name);
  expect(names).toEqual(['passwd', 'upload', 'upload-2', 'dd-2', 'upload-3']);
});

test('an upload that its sender breaks off is dropped, and the server goes on', async () => {
  const before = await listed();
  await new Promise<void>((resolve) => {
    const asked = request(new URL('/api/recordings?name=cut', server.url), { method: 'POST' });
    asked.on('error', () => resolve());
    asked.on('close', () => resolve());
    asked.write(gunzipSync(packed()).subarray(0, 4000), () => asked.destroy());
  });
  let imports = 1;
  for (let turns = 0; imports > 0 && turns < 2000; turns++) {
    const health = (await (await fetch(new URL('/api/health', server.url))).json()) as { imports: number };
    imports = health.imports;
  }
  expect(imports).toBe(0);
  expect(await listed()).toEqual(before);
});

async function listed(): Promise<string[]> {
  const answer = await fetch(new URL('/api/recordings', server.url));
  return ((await answer.json()) as { name: string }[]).map((entry) => entry.name);
}
