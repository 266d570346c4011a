// What one client may ask for at a time.
import { expect, test } from 'vitest';
import { createTurns } from '../../../backend/server/turns.ts';

test('requests beyond the limit wait their turn, in order, and those beyond the waiting room are refused', async () => {
  const turns = createTurns(2, 3);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const ask = (i: number): Promise<number> =>
    turns(async () => {
      begun.push(i);
      await new Promise<void>((resolve) => ends.push(resolve));
      return i;
    });
  const asked = [0, 1, 2, 3, 4].map((i) => ask(i));
  await expect(ask(5)).rejects.toThrow('3 requests of this page wait for an answer already');
  expect(begun).toEqual([0, 1]);
  for (let i = 0; i < 5; i++) {
    ends[i]!();
    await asked[i];
  }
  expect(await Promise.all(asked)).toEqual([0, 1, 2, 3, 4]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

test('a request that fails hands its place on', async () => {
  const turns = createTurns(1, 1);
  const failing = turns(() => Promise.reject(new Error('no')));
  const next = turns(async () => 'done');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('done');
});
