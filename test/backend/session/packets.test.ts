// Packets of a recording through programs of the section socket: each is handed over once, with its length, in order.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createReplay } from '../../../backend/session/replay.ts';
import { openSct } from '../../../traces/index.ts';
import { assembleObject } from '../../../vm/index.ts';
import { packetSet } from '../../support/packets/packet-set.ts';

const RECORDED = join(import.meta.dirname, '..', '..', '..', 'traces', 'recorded', 'packets.sct');

/** Counts packets and their bytes by Ethernet type. */
const COUNTER = `
.map packets hash key=4 value=8 entries=64
.map bytes hash key=4 value=8 entries=64

.section "socket"
count:
r6 = r1
r0 = *(u16 *)skb[12]
*(u32 *)(r10 - 4) = r0
r1 = 1
*(u64 *)(r10 - 16) = r1
r1 = map[packets] ll
r2 = r10
r2 += -4
call map_lookup_elem
if r0 == 0 goto first
r1 = 1
lock *(u64 *)(r0 + 0) += r1
r1 = map[bytes] ll
r2 = r10
r2 += -4
call map_lookup_elem
if r0 == 0 goto out
r1 = *(u32 *)(r6 + 0)
lock *(u64 *)(r0 + 0) += r1
goto out
first:
r1 = map[packets] ll
r2 = r10
r2 += -4
r3 = r10
r3 += -16
r4 = 0
call map_update_elem
r1 = *(u32 *)(r6 + 0)
*(u64 *)(r10 - 16) = r1
r1 = map[bytes] ll
r2 = r10
r2 += -4
r3 = r10
r3 += -16
r4 = 0
call map_update_elem
out:
r0 = 0
exit
`;

function replayAll() {
  const replay = createReplay(openSct(readFileSync(RECORDED)), { spec: assembleObject(COUNTER, 'counter') });
  replay.run(Infinity, Infinity, () => false);
  return replay;
}

/** What a map of the program holds: by Ethernet type. */
function table({ object }: ReturnType<typeof replayAll>, name: string): Map<number, number> {
  const map = object.maps.find(({ spec }) => spec.name === name)!;
  const rows = new Map<number, number>();
  for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) {
    const value = map.lookup(key) as Uint8Array; // the key was there a moment ago
    rows.set(
      new DataView(key.buffer, key.byteOffset).getUint32(0, true),
      Number(new DataView(value.buffer, value.byteOffset).getBigUint64(0, true)),
    );
  }
  return rows;
}

test('the bundled recording is the packet set', () => {
  const recording = openSct(readFileSync(RECORDED));
  expect(recording.index.reduce((sum, { packets }) => sum + packets, 0)).toBe(packetSet().length);
});

test('a program counts every packet and its length on the wire', () => {
  const packets = new Map<number, number>();
  const bytes = new Map<number, number>();
  for (const packet of packetSet()) {
    if (packet.bytes.length < 14) continue; // the load of the type ends the program
    const type = (packet.bytes[12]! << 8) | packet.bytes[13]!;
    packets.set(type, (packets.get(type) ?? 0) + 1);
    bytes.set(type, (bytes.get(type) ?? 0) + packet.trueLength);
  }
  const replay = replayAll();
  expect(table(replay, 'packets')).toEqual(packets);
  expect(table(replay, 'bytes')).toEqual(bytes);
  expect(replay.totals).toMatchObject({ calls: 0, packets: packetSet().length, threads: 0, errors: 0 });
});

test('a state in the middle, put back, ends as the whole run does', () => {
  const replay = createReplay(openSct(readFileSync(RECORDED)), { spec: assembleObject(COUNTER, 'counter') });
  replay.run(Infinity, 200, () => false);
  const state = replay.save();
  replay.run(Infinity, Infinity, () => false);
  const whole = table(replay, 'bytes');
  replay.restore(state);
  expect(replay.totals.packets).toBe(200);
  replay.run(Infinity, Infinity, () => false);
  expect(table(replay, 'bytes')).toEqual(whole);
  expect(replay.totals.timeline.packets.reduce((sum, count) => sum + count, 0)).toBe(packetSet().length);
});
