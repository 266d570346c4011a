// Programs in assembly that tests share: a real kernel accepts them, and they do what they say, call by call.
import { describe, expect, test } from 'vitest';
import { assembleObject } from '../../../vm/index.ts';
import { ASM_SAMPLES } from '../../support/asm-samples/index.ts';
import { pointOf, rig, u32, u64s, type Rig } from '../../support/machine.ts';
import { askKernel, insnsLine } from '../../support/oracle.ts';
import { hasTool } from '../../support/tools.ts';

function attached(
  name: keyof typeof ASM_SAMPLES,
): Rig & { readonly object: ReturnType<Rig['machine']['load']> } {
  const base = rig();
  const object = base.machine.load(assembleObject(ASM_SAMPLES[name].source, name));
  base.machine.attachAll(object);
  return { ...base, object };
}

test.skipIf(!hasTool('kernel')).each(Object.values(ASM_SAMPLES))(
  'the kernel accepts $name',
  ({ name, source }) => {
    const { maps, progs } = assembleObject(source, name);
    const lines = maps.map(
      (m) => `map ${m.name} ${m.type} ${m.keySize} ${m.valueSize} ${m.maxEntries} ${m.flags}`,
    );
    for (const prog of progs) {
      const insns = prog.insns.slice();
      // The spec names maps by their place in the list.
      for (const { pc, map } of prog.relocs) insns[8 * pc + 4] = maps.findIndex((m) => m.name === map);
      lines.push(`prog ${prog.name} ${prog.type} log=0`, insnsLine(insns), 'end');
    }
    const refused = askKernel(lines.join('\n')).filter(({ op, errno }) => op !== 'run' && errno !== 0);
    expect(refused).toEqual([]);
  },
);

describe('tracex5', () => {
  test('prints writes of 512 bytes, and no others', () => {
    const { machine, lines } = attached('tracex5');
    for (const size of [511n, 512n, 513n, 0n])
      machine.enter(pointOf({ nr: 1, args: [1n, 0x7ffd_1234_5678n, size] }));
    expect(lines()).toEqual(['write(fd=1, buf=00007ffd12345678, size=512)']);
  });

  test('prints reads of more than 128 bytes and at most 1024', () => {
    const { machine, lines } = attached('tracex5');
    for (const size of [128n, 129n, 832n, 1024n, 1025n, 1n << 63n]) {
      machine.enter(pointOf({ nr: 0, args: [3n, 0x1000n, size] }));
    }
    expect(lines()).toEqual([129, 832, 1024].map((size) => `read(fd=3, buf=0000000000001000, size=${size})`));
  });

  test('prints mmap, and what falls through when it is of the get/set uid family', () => {
    const { machine, lines } = attached('tracex5');
    for (const nr of [9, 101, 102, 110, 124, 125, -1, 5000]) machine.enter(pointOf({ nr }));
    const family = [102, 110, 124].map((nr) => `syscall=${nr} (one of get/set uid/pid/gid)`);
    expect(lines()).toEqual(['mmap', ...family]);
  });

  test('counts jumps by slot, and misses by reason', () => {
    const { machine, object } = attached('tracex5');
    for (const nr of [1, 1, 0, 9, 2, 1023, 1024, -1]) machine.enter(pointOf({ nr }));
    const stats = object.progArray(object.maps[0]!);
    expect(stats).toMatchObject({ hits: 4, misses: { empty: 2, outOfRange: 2, limit: 0 } });
    expect(stats.slots).toEqual([
      { index: 0, prog: 'bpf_prog3', hits: 1, empty: 0 },
      { index: 1, prog: 'bpf_prog2', hits: 2, empty: 0 },
      { index: 2, prog: undefined, hits: 0, empty: 1 },
      { index: 9, prog: 'bpf_prog4', hits: 1, empty: 0 },
      { index: 1023, prog: undefined, hits: 0, empty: 1 },
    ]);
    expect(stats.depth.slice(0, 3)).toEqual([4, 4, 0]);
  });
});

test('syscount counts by number on each CPU, and by thread', () => {
  const { machine, object } = attached('syscount');
  for (const [nr, tid, cpu] of [
    [1, 7, 0],
    [1, 7, 1],
    [1, 8, 1],
    [511, 8, 0],
    [512, 8, 0],
  ] as const) {
    machine.enter(pointOf({ nr, tid, cpu }));
  }
  const [calls, threads] = object.maps;
  expect(u64s(calls!.lookup(u32(1)))).toEqual([1n, 2n]);
  expect(u64s(calls!.lookup(u32(511)))).toEqual([1n, 0n]);
  expect(u64s(threads!.lookup(u32(7)))).toEqual([2n]);
  expect(u64s(threads!.lookup(u32(8)))).toEqual([3n]);
  expect(threads!.entries).toBe(2);
});

test('latency puts each duration at its power of two', () => {
  const { machine, object } = attached('latency');
  const durations = [0, 1, 2, 3, 4, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 5];
  const expected = Array.from({ length: 64 }, () => 0n);
  for (const [i, durationNs] of durations.entries()) {
    const enterNs = 1e6 * i;
    machine.enter(pointOf({ tid: i, atNs: enterNs }));
    machine.exit(pointOf({ tid: i, atNs: enterNs + durationNs }));
    expected[Math.floor(Math.log2(Math.max(1, durationNs)))]! += 1n;
  }
  machine.exit(pointOf({ tid: 999 })); // its enter was not recorded
  const [started, histogram] = object.maps;
  const counts = expected.map((_, i) => u64s(histogram!.lookup(u32(i)))[0]);
  expect(counts).toEqual(expected);
  expect(started!.entries).toBe(0);
});

test('opens prints the paths that the recording holds', () => {
  const { machine, lines } = attached('opens');
  const memory = [{ address: 0x5000n, bytes: Buffer.from('/etc/hosts'), trueLength: 10, cString: true }];
  machine.enter(pointOf({ nr: 257, args: [0n, 0x5000n], memory }));
  machine.enter(pointOf({ nr: 2, args: [0x5000n], memory }));
  machine.enter(pointOf({ nr: 2, args: [0x6000n], memory }));
  machine.enter(pointOf({ nr: 3, args: [0x5000n], memory }));
  expect(lines()).toEqual(['open /etc/hosts', 'open /etc/hosts']);
  expect(machine.unknownReads).toBe(1);
});
