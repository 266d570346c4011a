// Programs of a server: listed, opened in a session, uploaded, refused.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLES_FOLDER } from '../../../backend/library/package-root.ts';
import type {
  ProgramEntry,
  ProgramUploadReply,
  ReplyError,
  SessionInfo,
} from '../../../backend/protocol/index.ts';
import { SAMPLES } from '../../../vm/index.ts';
import { storedLog, temporaryFolder } from '../../support/logs.ts';
import { startServer, type TestServer, type TestViewer } from '../../support/server.ts';

let server: TestServer;
let viewer: TestViewer;

beforeAll(async () => {
  const folder = temporaryFolder();
  server = await startServer({
    recordings: [await storedLog('dd', folder), await storedLog('fail', folder)],
    programLimits: { bytes: 200_000, checkMs: 20_000 },
  });
  viewer = await server.connect();
  await viewer.request('session:join', { session: '' });
});
afterAll(() => server.close());

async function send(
  name: string,
  body: Uint8Array<ArrayBuffer> | string,
): Promise<{ status: number; body: ProgramUploadReply & { error: ReplyError } }> {
  const response = await fetch(`${server.url}api/programs?name=${name}`, { method: 'POST', body });
  return {
    status: response.status,
    body: (await response.json()) as ProgramUploadReply & { error: ReplyError },
  };
}

const objectOf = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(join(SAMPLES_FOLDER, SAMPLES[name]!.object)));

test('the list begins with the program of the start, and has all samples', async () => {
  const list = await viewer.request<ProgramEntry[]>('program:list');
  expect(list[0]).toMatchObject({ name: 'tracex5', origin: 'sample' });
  expect(list.map(({ name }) => name).toSorted()).toEqual(Object.keys(SAMPLES).toSorted());
});

describe('another program', () => {
  test('is opened for all viewers, over the same recording, from its start', async () => {
    const other = await server.connect();
    const before = await other.request<SessionInfo>('session:join', { session: '' });
    const info = await viewer.request<SessionInfo>('program:open', { program: 'exitsnoop' });
    expect(info).toMatchObject({ program: 'exitsnoop', recording: { name: 'dd' } });
    expect(info.epoch).toBeGreaterThan(before.epoch);
    await viewer.request('clock:seek', { atNs: info.recording.durationNs });
    const { programs, records } = await viewer.settle();
    expect(programs).toMatchObject({ object: 'exitsnoop', kernel: 'linux-6.12' });
    expect(records.records.map(({ text }) => JSON.parse(text) as unknown)).toMatchObject([{ comm: 'dd' }]);
    expect(other.changes.at(-1)).toMatchObject({ program: 'exitsnoop' });
    other.close();
  });

  test('stays when another recording is opened', async () => {
    const info = await viewer.request<SessionInfo>('session:open', { recording: 'fail' });
    expect(info).toMatchObject({ program: 'exitsnoop', recording: { name: 'fail' } });
  });

  test('that is not there is refused, with those that are, and the session goes on', async () => {
    await expect(viewer.request('program:open', { program: 'nope' })).rejects.toThrow(
      /^no-program: .*nope.*tracex5/,
    );
    expect((await viewer.settle()).programs.object).toBe('exitsnoop');
  });

  test('tells at the end of the recording why it has not run', async () => {
    const info = await viewer.request<SessionInfo>('program:open', { program: 'futexwait' });
    await viewer.request('clock:seek', { atNs: info.recording.durationNs });
    const { progs } = (await viewer.settle()).programs;
    expect(progs.every(({ silence }) => silence?.state === 'absent')).toBe(true);
    expect(progs[0]?.silence?.why).toMatch(/^no sys_\w+_futex in this recording/);
  });
});

describe('an upload', () => {
  test('of an object is verified, listed under a name of its own, and can be opened', async () => {
    const { status, body } = await send('execsnoop.bpf.o', objectOf('execsnoop'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ program: { name: 'execsnoop-2', origin: 'upload' }, notes: [] });
    expect(body.progs).toBeGreaterThan(0);
    const list = await viewer.request<ProgramEntry[]>('program:list');
    expect(list.at(-1)).toEqual(body.program);
    const info = await viewer.request<SessionInfo>('program:open', { program: 'execsnoop-2' });
    expect(info.program).toBe('execsnoop-2');
  });

  test('of assembly text is taken too, and what will not run is told', async () => {
    const { status, body } = await send(
      'mine.s',
      '.section "uprobe//bin/sh:main"\nmain:\n  r0 = 0\n  exit\n',
    );
    expect(status).toBe(200);
    expect(body.notes).toEqual([expect.stringMatching(/^main \(uprobe.*never runs: /)]);
  });

  test.each([
    [
      'cut.o',
      () => objectOf('execsnoop').slice(0, 3000),
      422,
      'bad-program',
      /^cut\.o cannot be used as a program:\n.*byte/,
    ],
    ['ls', () => new Uint8Array(Buffer.from('\x7fELFnothing')), 422, 'bad-program', /cannot be used/],
    [
      'bad.s',
      () => new Uint8Array(Buffer.from('.section "socket"\nmain:\n  exit\n')),
      422,
      'bad-program',
      /R0 !read_ok/,
    ],
    ['big.o', () => new Uint8Array(200_001), 413, 'program-too-large', /larger than 200000 bytes/],
  ])('%s is refused in the words of the command line', async (name, bytes, wanted, code, words) => {
    const { status, body } = await send(name, bytes());
    expect([status, body.error.code]).toEqual([wanted, code]);
    expect(body.error.message).toMatch(words);
  });
});

test('a program that takes too long to verify is given up', async () => {
  const impatient = await startServer({
    recordings: [await storedLog('dd', temporaryFolder())],
    programLimits: { bytes: 200_000, checkMs: 1 },
  });
  const response = await fetch(`${impatient.url}api/programs?name=a.o`, {
    method: 'POST',
    body: objectOf('execsnoop'),
  });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ error: { code: 'program-too-long' } });
  await impatient.close();
});
