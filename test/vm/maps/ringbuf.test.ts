// ringbuf: records from programs to user space, in order, round and round, and what happens when there is no room.
import { describe, expect, test } from 'vitest';
import { loadText, rig, runOnce } from '../../support/machine.ts';
import type { BpfMap } from '../../../vm/index.ts';

const SIZE = 4096;

/** A program that reserves a record of `size`, fills its first byte and `ends` it: submit, discard, or nothing. */
function writer(size: number, end: string): string {
  const settle = end === 'keep' ? '' : `r1 = r6\nr2 = 0\ncall ringbuf_${end}\n`;
  return `r1 = map[ring] ll\nr2 = ${size}\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto full\nr6 = r0\nr1 = map[n] ll\nr2 = r10
    r2 += -4\n*(u32 *)(r10 - 4) = 0\ncall map_lookup_elem\nr1 = 0\nif r0 == 0 goto fill\nr1 = *(u64 *)(r0 + 0)\nr1 += 1\n*(u64 *)(r0 + 0) = r1
    fill:\n*(u8 *)(r6 + 0) = r1\n*(u8 *)(r6 + ${size - 1}) = r1\n${settle}r0 = 1\nexit\nfull:\nr0 = 0\nexit`;
}

/** A ring of one page and programs by name; each record begins and ends with the number of the run that made it. */
function ringRig(progs: Readonly<Record<string, string>>, maps = '', verifier: 'on' | 'off' = 'on') {
  const { machine, faults } = rig({ verifier });
  const sections = Object.entries(progs).map(([name, text]) => `.section "socket"\n${name}:\n${text}\n`);
  const object = loadText(
    machine,
    `.map ring ringbuf key=0 value=0 entries=${SIZE}\n.map n array key=4 value=8 entries=1\n${maps}\n${sections.join('')}`,
  );
  const run = (name: string): number =>
    runOnce(
      machine,
      object.progs.find(({ spec }) => spec.name === name)!,
    ).retval | 0;
  return { machine, faults, object, ring: object.maps[0]!, run };
}

/** First byte and length of each sample that comes out. */
function taken(ring: BpfMap): [number, number][] {
  const samples: [number, number][] = [];
  const count = ring.consume((record) => {
    if (record.kind === 'sample') samples.push([record.data[0]!, record.data.length]);
  });
  expect(count).toBe(samples.length);
  return samples;
}

test('a record that goes over the end of the ring is in one piece', () => {
  const { ring, run } = ringRig({ long: writer(3000, 'submit') });
  for (let i = 1; i <= 20; i++) {
    expect(run('long')).toBe(1);
    ring.consume((record) => {
      expect(record.kind === 'sample' && [record.data[0], record.data[2999]]).toEqual([i, i]);
    });
  }
});

describe('a record that is neither submitted nor discarded', () => {
  test('is discarded when the program ends, which is a fault', () => {
    const progs = { keep: writer(8, 'keep'), next: writer(8, 'submit') };
    const { ring, run, faults } = ringRig(progs, '', 'off');
    run('keep');
    run('next');
    expect(faults.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'owed: the program ended and did not give back a reserved record of ring buffer ring',
    ]);
    expect(taken(ring)).toEqual([[2, 8]]);
  });

  test('is discarded when another fault ends the program', () => {
    const crash = writer(8, 'keep').replace('r0 = 1\nexit', 'r1 = 0\nr0 = *(u64 *)(r1 + 0)\nexit');
    const { ring, run, faults } = ringRig({ crash, next: writer(8, 'submit') }, '', 'off');
    run('crash');
    run('next');
    expect(faults.map(({ code }) => code)).toEqual(['access']);
    expect(taken(ring)).toEqual([[2, 8]]);
  });

  test('holds back what comes after it while the program runs', () => {
    // The first is kept busy until the second is in: nothing is ready in between, both are afterwards.
    const two = `r1 = map[ring] ll\nr2 = 8\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto none\nr6 = r0\nr1 = map[ring] ll\nr2 = 8\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto one
      *(u64 *)(r0 + 0) = 2\nr1 = r0\nr2 = 0\ncall ringbuf_submit\none:\n*(u64 *)(r6 + 0) = 1\nr1 = r6\nr2 = 0\ncall ringbuf_submit\nnone:\nr0 = 0\nexit`;
    const { ring, run } = ringRig({ two });
    run('two');
    expect(taken(ring)).toEqual([
      [1, 8],
      [2, 8],
    ]);
  });
});

test('a program cannot hold more records than can be looked through', () => {
  const hoard = `r8 = 300\nagain: r1 = map[ring] ll\nr2 = 0\nr3 = 0\ncall ringbuf_reserve\nr8 += -1\nif r8 != 0 goto again\nr0 = 0\nexit`;
  const { ring, run, faults } = ringRig({ hoard, write: writer(8, 'submit') }, '', 'off');
  run('hoard');
  run('write');
  expect(faults.map(({ message }) => message)).toEqual([
    'the program holds 256 records and the like, and wants one more: a reserved record of ring buffer ring',
  ]);
  expect(taken(ring)).toEqual([[1, 8]]);
});

test('two rings in one program keep their records apart', () => {
  const both = `r1 = map[ring] ll\nr2 = 8\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto none\nr6 = r0\n*(u64 *)(r6 + 0) = 1\nr1 = map[other] ll\nr2 = 16\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto one
    r7 = r0\n*(u64 *)(r7 + 0) = 2\nr1 = r7\nr2 = 0\ncall ringbuf_submit\none:\nr1 = r6\nr2 = 0\ncall ringbuf_submit\nnone:\nr0 = 0\nexit`;
  const { object, run } = ringRig({ both }, '.map other ringbuf key=0 value=0 entries=8192');
  run('both');
  expect(taken(object.maps[0]!)).toEqual([[1, 8]]);
  expect(taken(object.maps[2]!)).toEqual([[2, 16]]);
});

test('a reader may run programs and read again while it reads', () => {
  const { ring, run } = ringRig({ write: writer(8, 'submit') });
  run('write');
  const seen: number[] = [];
  ring.consume((record) => {
    if (record.kind === 'sample') seen.push(record.data[0]!);
    if (seen.length < 4) run('write');
  });
  expect(seen).toEqual([1, 2, 3, 4]);
});

test('sizes grow to what the kernel takes', () => {
  const { machine } = rig();
  const sizes = [1, 4096, 4097, 12_288, 100_000].map((size) => {
    const text = `.map r ringbuf key=0 value=0 entries=${size}\n.section "socket"\nmain:\nr0 = 0\nexit`;
    const object = loadText(machine, text);
    return object.maps[0]!.spec.maxEntries;
  });
  expect(sizes).toEqual([4096, 4096, 8192, 16_384, 131_072]);
});

test('only maps of records are consumed', () => {
  const { object } = ringRig({ write: writer(8, 'submit') });
  expect([object.maps[1]!.consume(() => {}), object.maps[1]!.dropped]).toEqual([-22, 0]);
});
