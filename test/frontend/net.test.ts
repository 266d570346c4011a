// Requests, seeks while dragging, idleness, and the answer to an upload.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { UploadReply } from '../../backend/protocol/index.ts';
import { sentence } from '../../frontend/src/net/connection.ts';
import { createIdle } from '../../frontend/src/net/idle.ts';
import { latestWins } from '../../frontend/src/net/latest-wins.ts';
import { createRequester, RequestError, type RequestSocket } from '../../frontend/src/net/request.ts';
import {
  isProgram,
  readProgramReply,
  readUploadReply,
  refusalText,
  uploadSummary,
} from '../../frontend/src/net/upload.ts';
import { makeFrame } from './make-frame.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Sent {
  readonly event: string;
  readonly payload: unknown;
  readonly ack: (reply: unknown) => void;
}

function makeSocket(connected = true): RequestSocket & { readonly sent: Sent[] } {
  const sent: Sent[] = [];
  return { connected, sent, emit: (event, payload, ack) => sent.push({ event, payload, ack }) };
}
const ignore = (): void => undefined;

test('a request resolves with the value of its reply', async () => {
  const socket = makeSocket();
  const answer = createRequester(socket, ignore).request('clock:seek', { atNs: 5 });
  expect(socket.sent.map(({ event, payload }) => [event, payload])).toEqual([['clock:seek', { atNs: 5 }]]);
  socket.sent[0]!.ack({ ok: true, value: null });
  await expect(answer).resolves.toBeNull();
});

test('a refused request rejects with the sentence of the server', async () => {
  const socket = makeSocket();
  const answer = createRequester(socket, ignore).request('session:open', { recording: 'x' });
  socket.sent[0]!.ack({
    ok: false,
    error: { code: 'no-recording', message: 'there is no recording named x' },
  });
  await expect(answer).rejects.toMatchObject({
    code: 'no-recording',
    message: 'there is no recording named x',
  });
});

test('a request without an answer gives up, and a late answer changes nothing', async () => {
  const socket = makeSocket();
  const answer = createRequester(socket, ignore).request('clock:play', {});
  const settled = expect(answer).rejects.toMatchObject({ code: 'no-answer' });
  await vi.advanceTimersByTimeAsync(20_000);
  await settled;
  socket.sent[0]!.ack({ ok: true, value: null });
});

test('nothing is sent while there is no connection', async () => {
  const socket = makeSocket(false);
  await expect(createRequester(socket, ignore).request('clock:play', {})).rejects.toBeInstanceOf(
    RequestError,
  );
  expect(socket.sent).toEqual([]);
});

test('a lost connection ends what is unanswered, and the count of it is told', async () => {
  const counts: number[] = [];
  const requester = createRequester(makeSocket(), (pending) => counts.push(pending));
  const answers = [requester.request('clock:play', {}), requester.request('clock:pause', {})];
  requester.abandon();
  for (const answer of answers) await expect(answer).rejects.toMatchObject({ code: 'connection-lost' });
  expect(counts).toEqual([1, 2, 1, 0]);
});

test('of many seeks one is under way and the last one follows', async () => {
  const sent: number[] = [];
  const finish: (() => void)[] = [];
  const seeks = latestWins<number>((atNs) => {
    sent.push(atNs);
    return new Promise((resolve) => finish.push(resolve));
  });
  for (const atNs of [1, 2, 3, 4]) seeks.push(atNs);
  expect(sent).toEqual([1]);
  finish.shift()!();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual([1, 4]);
  finish.shift()!();
  await vi.advanceTimersByTimeAsync(0);
  seeks.push(5);
  expect(sent).toEqual([1, 4, 5]);
});

test('the page is idle when joined, answered and drawn, and not before the frame that was asked for', async () => {
  const marks: boolean[] = [];
  const idle = createIdle((now) => marks.push(now));
  idle.set({ joined: true });
  idle.set({ quiet: true });
  expect(marks).toEqual([]);
  idle.set({ current: true });
  idle.set({ pending: 1 });
  idle.set({ pending: 0 });
  expect(marks).toEqual([true, false, true]);
  const { clock } = makeFrame();
  idle.expect(({ epoch }) => epoch > 3);
  idle.frame({ epoch: 3, clock });
  expect(marks.at(-1)).toBe(false);
  idle.frame({ epoch: 4, clock });
  expect(marks.at(-1)).toBe(true);
});

test('idleness does not wait for ever for a frame that never comes', async () => {
  const marks: boolean[] = [];
  const idle = createIdle((now) => marks.push(now));
  idle.set({ joined: true, current: true, quiet: true });
  idle.expect(() => false);
  expect(marks).toEqual([true, false]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(marks).toEqual([true, false, true]);
});

test('a refused request ends the wait for its frame', () => {
  const marks: boolean[] = [];
  const idle = createIdle((now) => marks.push(now));
  idle.set({ joined: true, current: true, quiet: true });
  const end = idle.expect(() => false);
  end();
  expect(marks).toEqual([true, false, true]);
});

test('an upload that was taken is read as such', () => {
  const reply = {
    recording: { name: 'own' },
    lines: 5,
    badLines: 1,
    warnings: ['own:3: no closing bracket'],
  };
  expect(readUploadReply(201, JSON.stringify(reply))).toEqual(reply);
});

test.each([
  [422, '{"error":{"code":"not-a-log","message":"no line looks like strace"}}', 'no line looks like strace'],
  [413, '{"code":"too-large","message":"the file is larger than 2 GiB"}', 'the file is larger than 2 GiB'],
  [502, '<html>', 'the server refused the file (HTTP 502)'],
  [200, '{}', 'the server refused the file (HTTP 200)'],
])('a refused upload (%s) tells why', (status, text, message) => {
  expect(() => readUploadReply(status, text)).toThrow(message);
});

test.each([
  ['a.bpf.o', [0x7f, 0x45, 0x4c, 0x46, 2], true],
  ['build.strace', [0x7f, 0x45, 0x4c, 0x46, 2], true],
  ['mine.bpf.asm', [0x2e], true],
  ['mine.S', [], true],
  ['build.log', [0x31, 0x32], false],
  ['a.o', [], false],
])('%s with the bytes %j is a program: %s', async (name, bytes, wanted) => {
  expect(await isProgram(new File([Uint8Array.from(bytes)], name))).toBe(wanted);
});

test('a program that is refused tells why, in the words of the server', () => {
  const text = '{"error":{"code":"bad-program","message":"x.o cannot be used as a program:\\n  byte 40"}}';
  expect(() => readProgramReply(422, text)).toThrow('x.o cannot be used as a program:\n  byte 40');
  const said = new RequestError('bad-program', 'x.o cannot be used as a program');
  expect(refusalText('x.o', said)).toBe('“x.o” cannot be used as a program.');
});

test('texts of the machine become sentences', () => {
  expect([sentence('no such recording'), sentence('Is it there?'), sentence(' ')]).toEqual([
    'No such recording.',
    'Is it there?',
    '',
  ]);
});

test('a refusal says once what would be taken, and leaves the file its name', () => {
  const said = new RequestError('not-a-log', 'pic.png is no strace log: no line; expected: text of strace');
  expect(refusalText('pic.png', said)).toBe('“pic.png” is no strace log: no line; expected: text of strace.');
  const bare = new RequestError('bad-sct', 'half.sct cannot be opened');
  expect(refusalText('half.sct', bare)).toMatch(/^“half.sct” cannot be opened\. Taken are strace text/);
  expect(refusalText('a.log', new RequestError('rate-limited', 'too many files'))).toMatch(
    /^“a.log”: too many files\. Taken are/,
  );
});

test('an upload with damage is not said to be read in full', () => {
  const reply = { lines: 23_237, badLines: 0, warnings: [] as string[] } as unknown as UploadReply;
  expect(uploadSummary('a.log', reply)).toBe('a.log: 23,237 lines, all could be read.');
  expect(uploadSummary('a.sct', { ...reply, warnings: ['it ends too soon'] })).toBe(
    'a.sct: taken, with damage.',
  );
  expect(uploadSummary('a.log', { ...reply, badLines: 1, warnings: ['a.log:3: ?'] })).toBe(
    'a.log: 23,237 lines, 1 line could not be read.',
  );
});
