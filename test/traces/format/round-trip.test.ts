// What goes into a .sct file comes out of it, whatever it is.
import { expect, test } from 'vitest';
import { openSct } from '../../../traces/index.ts';
import { FOOTER, HEADER, randomFrom, StringPool } from '../../support/blocks.ts';
import { randomBlock, SYSCALL_REFS } from '../../support/random-blocks.ts';
import { sctOf } from '../../support/sct.ts';

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('random blocks come back exactly (seed %i)', (seed) => {
  const random = randomFrom(seed);
  const strings = new StringPool();
  const blocks = Array.from({ length: 1 + random(4) }, () => randomBlock(random, strings, 1 + random(300)));
  const recording = openSct(sctOf(strings, SYSCALL_REFS, blocks));
  expect(recording.damage).toBeUndefined();
  expect(recording.index.length).toBe(blocks.length);
  for (const [i, block] of blocks.entries()) expect({ ...recording.block(i) }).toEqual(block);
  expect(recording.strings.size).toBe(strings.size);
  for (let id = 0; id < strings.size; id++) expect(recording.strings.bytes(id)).toEqual(strings.bytes(id));
  expect(recording.syscalls).toEqual(SYSCALL_REFS);
  expect(recording.header).toEqual(HEADER);
  expect(recording.footer).toEqual(FOOTER);
});
