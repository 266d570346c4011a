// The allocator of the linear memory: what it gives is zeroed and nobody else's, what comes back is used again, and a saved state is of its moment.
import { expect, test } from 'vitest';
import { HEAP_AT, LinearMemory } from '../../../vm/memory/linear.ts';
import { Random, seedOf } from '../../support/seed.ts';

const SEED = seedOf(5150);

interface Block {
  readonly at: number;
  readonly size: number;
}

/** Bytes that a block takes. */
const roundedUp = (size: number): number => Math.max(8, Math.ceil(size / 8) * 8);

test(`random blocks never overlap, begin zeroed, and leave nothing behind (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const memory = new LinearMemory();
  const live: Block[] = [];
  for (let step = 0; step < 5000; step++) {
    if (random.below(5) < 3 && live.length < 60) {
      const size = random.below(300);
      const at = memory.alloc(size);
      expect(at % 8).toBe(0);
      expect(at).toBeGreaterThanOrEqual(HEAP_AT);
      const end = at + roundedUp(size);
      expect(live.filter((other) => other.at < end && at < other.at + roundedUp(other.size))).toEqual([]);
      expect(memory.u8.subarray(at, end).every((byte) => byte === 0)).toBe(true);
      memory.u8.fill(0xff, at, end);
      live.push({ at, size });
    } else if (live.length > 0) {
      const [gone] = live.splice(random.below(live.length), 1);
      memory.free(gone!.at, gone!.size);
    }
  }
  for (const { at, size } of live) memory.free(at, size);
  expect(memory.save()).toEqual({ bytes: new Uint8Array(0), holes: [] });
});

test('blocks that come back in any order become one hole, and the next one fits in', () => {
  const memory = new LinearMemory();
  const blocks = [16, 24, 40].map((size) => ({ at: memory.alloc(size), size }));
  memory.alloc(8);
  for (const i of [0, 2, 1]) memory.free(blocks[i]!.at, blocks[i]!.size);
  expect(memory.alloc(16 + 24 + 40)).toBe(blocks[0]!.at);
});

test('a saved state does not change with what is allocated and freed after it', () => {
  const memory = new LinearMemory();
  const [first, second] = [memory.alloc(64), memory.alloc(64)];
  memory.alloc(64);
  memory.free(first, 64);
  const state = memory.save();
  const copy = structuredClone(state);
  memory.alloc(32);
  memory.free(second, 64);
  memory.alloc(128);
  expect(state).toEqual(copy);
  memory.restore(state);
  expect(memory.alloc(64)).toBe(first);
});

test('a memory that is full says so and stays as it was', () => {
  const memory = new LinearMemory();
  const at = memory.alloc(64);
  const before = memory.save();
  expect(memory.alloc(1 << 30)).toBe(0);
  expect(memory.save()).toEqual(before);
  memory.free(at, 64);
});
