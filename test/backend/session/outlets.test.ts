// Ring buffers and perf buffers in a replay: read after each point, counted, and put back with it.
import { expect, test } from 'vitest';
import { createReplay, type Replay } from '../../../backend/session/replay.ts';
import { viewPrograms } from '../../../backend/session/programs-view.ts';
import { openBytes } from '../../../backend/index.ts';
import { assembleObject } from '../../../vm/index.ts';
import { sctOf } from '../../support/logs.ts';

/** Each call writes a record of 1,000 bytes into a ring of a page, and two into a perf buffer. */
const SOURCE = `
.license GPL
.map ring ringbuf key=0 value=0 entries=4096
.map perf perf_event_array key=4 value=4 entries=1
.map bytes array key=4 value=1000 entries=1
.section "tracepoint/raw_syscalls/sys_enter"
enter:
  r6 = r1
  r1 = ring ll
  r2 = mapval[bytes]+0 ll
  r3 = 1000
  r4 = 0
  call bpf_ringbuf_output
  r7 = 2
again:
  r1 = r6
  r2 = perf ll
  w3 = -1
  r4 = mapval[bytes]+0 ll
  r5 = 8
  call bpf_perf_event_output
  r7 -= 1
  if r7 != 0 goto again
  r0 = 0
  exit`;

const replay = createReplay(openBytes(await sctOf('dd'), 'dd'), { spec: assembleObject(SOURCE, 'outlets') });
const run = (points: number): unknown => replay.run(Infinity, points, () => false);
const read = ({ object, outlets }: Replay): unknown[] => object.maps.map((map) => outlets.read(map));

test('every record is read, however small the buffer is against the recording', () => {
  run(100);
  const middle = replay.save();
  run(Infinity);
  const { calls } = replay.totals;
  const end = read(replay);
  expect(end).toEqual([calls, 2 * calls, undefined]);
  expect(viewPrograms(replay).maps.map(({ records }) => records)).toEqual([
    { read: calls, dropped: 0 },
    { read: 2 * calls, dropped: 0 },
    undefined,
  ]);
  replay.restore(middle);
  expect(read(replay)).not.toEqual(end);
  run(Infinity);
  expect(read(replay)).toEqual(end);
});
