// Records of ring buffers and perf buffers as the page shows them: decoded, bounded, and put back with a saved state.
import { expect, test } from 'vitest';
import { openBytes, openProgram, readProgram } from '../../../backend/index.ts';
import { bytesText } from '../../../backend/session/bytes-text.ts';
import { createRecordLog } from '../../../backend/session/record-log.ts';
import { createReplay } from '../../../backend/session/replay.ts';
import { loadText, rig } from '../../support/machine.ts';
import { sctOf } from '../../support/logs.ts';

const recording = openBytes(await sctOf('shell'), 'shell');

test('records are decoded by their type, and a restored state shows the same ones', () => {
  const replay = createReplay(recording, openProgram(readProgram('exitsnoop')));
  const run = (points: number): unknown => replay.run(Infinity, points, () => false);
  run(20_000);
  const middle = replay.save();
  const before = replay.records.view(0, true);
  run(Infinity);
  const end = replay.records.view(0, true);
  expect(end.total).toBeGreaterThan(before.total);
  expect(before.records.length).toBeGreaterThan(0);
  for (const { text } of end.records) expect(JSON.parse(text)).toMatchObject({ comm: expect.any(String) });
  replay.restore(middle);
  expect(replay.records.view(0, true)).toEqual(before);
  const since = before.total;
  run(Infinity);
  expect(replay.records.view(0, true)).toEqual(end);
  const { records, whole } = replay.records.view(since, false);
  expect(whole).toBe(false);
  expect(records).toEqual(end.records.slice(-Math.min(end.total - since, end.records.length)));
});

test('the last records are kept, of long ones the beginning', () => {
  const object = loadText(rig().machine, '.section "socket"\nmain:\nr0 = 0\nexit');
  const log = createRecordLog(object);
  for (let i = 0; i < 1000; i++)
    log.push({ map: 'ring', cpu: undefined, atNs: i, bytes: new Uint8Array(60_000).fill(0x41) });
  const { total, records } = log.view(0, true);
  expect([total, records.length, records[0]!.atNs]).toEqual([1000, 200, 800]);
  expect(records[0]!.text.length).toBeLessThanOrEqual(300);
  expect(log.save().byteSize).toBeLessThan(1_000_000);
});

test.each([
  ['', 0, ''],
  ['2a000000', 4, '2a000000'],
  ['00'.repeat(100), 100, '100 bytes of zeros'],
  [`0a${Buffer.from('bash').toString('hex')}${'00'.repeat(95)}`, 100, '0a62617368… (100 bytes; "bash")'],
])('bytes %s are %i in words', (hex, length, words) => {
  expect(bytesText(Buffer.from(hex, 'hex'), length)).toBe(words);
});
