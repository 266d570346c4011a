import { describe, expect, test } from 'vitest';
import {
  makeReg,
  NOT_INIT,
  scalarReg,
  withReg,
  type Reg,
  type SlotObject,
} from '../../../../vm/verifier/reg.ts';
import { signedRange } from '../../../../vm/verifier/scalar-narrow.ts';
import { constScalar } from '../../../../vm/verifier/scalar.ts';
import { allOf, BYTES, EMPTY_SLOT, Frame, type ByteKind, type Slot } from '../../../../vm/verifier/state.ts';
import type { Likeness } from '../../../../vm/verifier/walk/equal-regs.ts';
import { isStackSafe } from '../../../../vm/verifier/walk/equal-stack.ts';
import { IdMap } from '../../../../vm/verifier/walk/id-map.ts';

const five = withReg(scalarReg(constScalar(5n)), { precise: true });
const upToNine = withReg(scalarReg(signedRange(0n, 9n)), { precise: true });

function filled(kind: ByteKind, reg: Reg = NOT_INIT): Slot {
  return { kinds: allOf(kind), reg };
}

/** The low half of a slot was spilled to, the high half holds something else. */
function half(kind: ByteKind, reg: Reg): Slot {
  return { kinds: (0x1111 * BYTES.spill.code) | ((0x1111 * BYTES[kind].code) << 16), reg };
}

function object(kind: ByteKind, slot: SlotObject, refId = 0): Slot {
  return filled(kind, withReg(makeReg('stack'), { slot, refId }));
}

const iter = { kind: 'iter', iter: 'num', state: 'active', depth: 1, isFirst: true } as const;

function isSafe(old: readonly Slot[], cur: readonly Slot[], likeness: Likeness): boolean {
  const [a, b] = [old, cur].map((stack) => Object.assign(new Frame(-1, 0, 0), { stack: [...stack] }));
  return isStackSafe(a!, b!, new IdMap(), likeness);
}

describe('a stack stands for another', () => {
  const spill = filled('spill', five);
  const rows: readonly (readonly [string, readonly Slot[], readonly Slot[], Likeness, boolean])[] = [
    ['one that was deeper, where what lies deeper was not used', [spill, EMPTY_SLOT], [spill], 'loose', true],
    ['and not where it was used', [spill, spill], [spill], 'loose', false],
    ['one that is deeper now', [spill], [spill, spill], 'loose', true],
    ['in a loop that is not done it may not have been deeper', [EMPTY_SLOT], [], 'within', false],
    ['nor hold bytes of other kinds', [filled('misc')], [filled('zero')], 'within', false],
    ['for a loop without end it may not have been deeper', [EMPTY_SLOT], [], 'exact', false],
    ['bytes of which nothing was known, now not even written', [filled('misc')], [EMPTY_SLOT], 'loose', true],
    [
      'bytes of which nothing was known, now a pointer',
      [filled('misc')],
      [filled('spill', makeReg('ctx'))],
      'loose',
      true,
    ],
    ['zeros, now some bytes', [filled('zero')], [filled('misc')], 'loose', false],
    ['some bytes, now zeros', [half('misc', five)], [half('zero', five)], 'loose', true],
    ['a number in its range', [filled('spill', upToNine)], [spill], 'loose', true],
    ['a number out of its range', [spill], [filled('spill', upToNine)], 'loose', false],
    [
      'a number that could be any, now some bytes',
      [filled('spill', scalarReg(constScalar(1n)))],
      [filled('misc')],
      'loose',
      true,
    ],
    ['a number that mattered, now some bytes', [spill], [filled('misc')], 'loose', false],
    ['a pointer, now some bytes', [filled('spill', makeReg('ctx'))], [filled('misc')], 'loose', false],
    ['half a number beside other bytes', [half('misc', five)], [half('misc', five)], 'loose', true],
    ['half a number, now a whole one', [half('misc', five)], [spill], 'loose', true],
    ['a whole number, now half a one', [spill], [half('misc', five)], 'loose', false],
    [
      'an iterator in another round',
      [object('iter', iter)],
      [object('iter', { ...iter, depth: 7 })],
      'loose',
      true,
    ],
    [
      'an iterator that is drained now',
      [object('iter', iter)],
      [object('iter', { ...iter, state: 'drained' })],
      'loose',
      false,
    ],
    [
      'a dynptr of another kind',
      [object('dynptr', { kind: 'dynptr', dynptr: 'local', isFirst: true })],
      [object('dynptr', { kind: 'dynptr', dynptr: 'skb', isFirst: true })],
      'loose',
      false,
    ],
    ['an iterator, now some bytes', [object('iter', iter)], [filled('misc')], 'loose', false],
  ];
  test.each(rows)('%s', (_, old, cur, likeness, expected) => {
    expect(isSafe(old, cur, likeness)).toBe(expected);
  });
});
