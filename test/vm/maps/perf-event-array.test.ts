// perf_event_array: records of each CPU in a buffer of its own, and how many were lost.
import { describe, expect, test } from 'vitest';
import { loadText, pointOf, rig, u32 } from '../../support/machine.ts';
import type { BpfMap, MapRecord } from '../../../vm/index.ts';

/** A program at sys_enter that writes `size` bytes of its stack, the number of the call first, with flags that mean its CPU. */
const output = (size: number): string => `.map p perf_event_array key=4 value=4 entries=0
.section "raw_tp/sys_enter"
main:
  r6 = *(u64 *)(r1 + 8)
  *(u64 *)(r10 - ${8 * Math.ceil(size / 8)}) = r6
  r2 = map[p] ll
  r3 = 0xffffffff ll
  r4 = r10
  r4 += -${8 * Math.ceil(size / 8)}
  r5 = ${size}
  call perf_event_output
  r0 = 0
  exit`;

/** Records as 'cpu: number (bytes)' and 'cpu: lost count'. */
function taken(map: BpfMap): string[] {
  const records: string[] = [];
  map.consume((record: MapRecord) => {
    records.push(
      record.kind === 'lost'
        ? `${record.cpu}: lost ${record.count}`
        : `${record.cpu}: ${record.data[0]} (${record.data.length})`,
    );
  });
  return records;
}

function perfRig(size: number) {
  const { machine } = rig({ cpus: 3 });
  const object = loadText(machine, output(size));
  machine.attachAll(object);
  return {
    machine,
    map: object.maps[0]!,
    enter: (nr: number, cpu = 0) => machine.enter(pointOf({ nr, cpu })),
  };
}

test('a loader opens a buffer for each CPU, and each gets the records of its own', () => {
  const { map, enter } = perfRig(8);
  expect(map.spec.maxEntries).toBe(3);
  enter(1, 2);
  enter(2, 0);
  enter(3, 2);
  expect(taken(map)).toEqual(['0: 2 (12)', '2: 1 (12)', '2: 3 (12)']);
  expect(taken(map)).toEqual([]);
});

test.each([
  [4, 4],
  [5, 12],
  [12, 12],
  [13, 20],
])(
  '%i bytes are %i bytes to the reader: padded with zeroes to where the next record begins',
  (size, padded) => {
    const { map, enter } = perfRig(size);
    enter(0x7f);
    map.consume((record) => {
      const data = record.kind === 'sample' ? [...record.data] : [];
      expect(data).toEqual([0x7f, ...Array.from({ length: padded - 1 }, () => 0)]);
    });
  },
);

describe('a full buffer', () => {
  // 16 pages; a record of 500 bytes takes 512.
  const fits = Math.floor((65_536 - 1) / 512);

  test('loses records, counts them, and tells so with the next that finds room', () => {
    const { map, enter } = perfRig(500);
    for (let i = 0; i < fits + 5; i++) enter(i & 255);
    expect(map.dropped).toBe(5);
    expect(taken(map)).toHaveLength(fits);
    enter(9);
    enter(10);
    expect(taken(map)).toEqual(['0: lost 5', '0: 9 (500)', '0: 10 (500)']);
    expect(map.dropped).toBe(5);
  });

  test('is the same after a snapshot was restored', () => {
    const { machine, map, enter } = perfRig(500);
    for (let i = 0; i < fits + 2; i++) enter(i & 255);
    const snapshot = machine.snapshot();
    const before = taken(map);
    enter(1);
    const after = taken(map);
    machine.restore(snapshot);
    expect([map.dropped, taken(map)]).toEqual([2, before]);
    enter(1);
    expect(taken(map)).toEqual(after);
    expect(after).toEqual(['0: lost 2', '0: 1 (500)']);
  });

  test('goes round without mixing records up', () => {
    const { map, enter } = perfRig(500);
    for (let i = 0; i < 1000; i++) {
      enter(i & 255);
      if (i % 7 === 6)
        expect(taken(map)).toEqual(Array.from({ length: 7 }, (_, k) => `0: ${(i - 6 + k) & 255} (500)`));
    }
  });
});

describe('events', () => {
  test('go into a slot by fd, live while one holds them, and go with the last fd of the map', () => {
    const { machine } = rig();
    const { bpf } = machine;
    const make = (flags: number): number =>
      bpf.mapCreate({ name: 'p', type: 'perf_event_array', keySize: 4, valueSize: 4, maxEntries: 2, flags });
    const size = machine.snapshot().byteSize;
    const map = make(0);
    const event = bpf.perfEventOpen(0, 8);
    expect(bpf.mapUpdate(map, u32(0), u32(event), 0)).toBe(0);
    expect([bpf.mapUpdate(map, u32(2), u32(event), 0), bpf.mapUpdate(map, u32(0), u32(99), 0)]).toEqual([
      -7, -9,
    ]);
    expect([bpf.mapUpdate(map, u32(0), u32(map), 0), bpf.mapUpdate(map, u32(0), u32(event), 1)]).toEqual([
      -22, -22,
    ]);
    bpf.close(event);
    expect(machine.snapshot().byteSize).toBeGreaterThan(size + 32_768);
    bpf.close(map);
    expect(machine.snapshot().byteSize).toBe(size);
  });

  test('are opened on CPUs that there are, with a power of two of pages', () => {
    const { bpf } = rig().machine;
    expect([
      bpf.perfEventOpen(2, 1),
      bpf.perfEventOpen(-1, 1),
      bpf.perfEventOpen(0, 3),
      bpf.perfEventOpen(0, -1),
    ]).toEqual([-22, -22, -22, -22]);
    expect(bpf.perfEventOpen(1, 0)).toBeGreaterThan(0);
  });
});

test('bytes of the packet come behind those of the program', () => {
  const { machine } = rig();
  const text = `.map p perf_event_array key=4 value=4 entries=2
    .section "tc"
    main:
      r2 = map[p] ll
      r3 = 0x6ffffffff ll
      r4 = r10
      r4 += -8
      *(u64 *)(r10 - 8) = 0x11
      r5 = 2
      call perf_event_output
      exit`;
  const object = loadText(machine, text);
  const data = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
  expect(machine.testRun(object.progs[0]!, { data }).retval).toBe(0);
  object.maps[0]!.consume((record) => {
    expect(record.kind === 'sample' && [...record.data]).toEqual([0x11, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0]);
  });
});
