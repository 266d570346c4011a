import { describe, expect, test } from 'vitest';
import type { VerifierMap } from '../../../../vm/verifier/input.ts';
import {
  FLAGS,
  makeReg,
  NOT_INIT,
  scalarReg,
  UNKNOWN_REG,
  withReg,
  type Reg,
} from '../../../../vm/verifier/reg.ts';
import { signedRange } from '../../../../vm/verifier/scalar-narrow.ts';
import { constScalar } from '../../../../vm/verifier/scalar.ts';
import {
  hasSameContents,
  isRegSafe,
  isSame,
  type Likeness,
} from '../../../../vm/verifier/walk/equal-regs.ts';
import { IdMap } from '../../../../vm/verifier/walk/id-map.ts';

const map: VerifierMap = {
  spec: { name: 'm', type: 'array', keySize: 4, valueSize: 64, maxEntries: 1, flags: 0 },
};
const twin: VerifierMap = { spec: map.spec };

const five = scalarReg(constScalar(5n));
const upToNine = scalarReg(signedRange(0n, 9n));
const value = withReg(makeReg('map_value'), { map });
const packet = withReg(makeReg('pkt'), { range: 8, id: 3 });
const stack = makeReg('stack');

function precise(reg: Reg): Reg {
  return withReg(reg, { precise: true });
}

function linked(reg: Reg, id: number, off = 0): Reg {
  return withReg(reg, { id, off, linked: off === 0 ? 'equal' : 'add64' });
}

describe('a register stands for another', () => {
  const rows: readonly (readonly [string, Reg, Reg, Likeness, boolean])[] = [
    ['one that was not read, whatever is there now', NOT_INIT, value, 'loose', true],
    ['but not the other way round', five, NOT_INIT, 'loose', false],
    ['numbers that did not matter', five, upToNine, 'loose', true],
    ['numbers that mattered, when all that may be now were admitted', precise(upToNine), five, 'loose', true],
    ['and not when more may be', precise(five), upToNine, 'loose', false],
    ['in a loop that is not done all numbers matter', five, upToNine, 'within', false],
    ['there one that was not set stands for no other', NOT_INIT, five, 'within', false],
    ['also there less may be', upToNine, five, 'within', true],
    ['nothing less than the same for a loop without end', upToNine, five, 'exact', false],
    ['the same for a loop without end', upToNine, upToNine, 'exact', true],
    ['a number and a pointer', UNKNOWN_REG, stack, 'loose', false],
    [
      'a pointer that may be null and one that is not',
      withReg(value, { flags: FLAGS.maybe_null }),
      value,
      'loose',
      false,
    ],
    ['values of one map', value, value, 'loose', true],
    ['values of two maps', value, withReg(value, { map: twin }), 'loose', false],
    ['a value at another offset', value, withReg(value, { off: 8 }), 'loose', false],
    ['a value at one of more offsets', withReg(value, { scalar: signedRange(0n, 9n) }), value, 'loose', true],
    [
      'a value at more offsets than before',
      value,
      withReg(value, { scalar: signedRange(0n, 9n) }),
      'loose',
      false,
    ],
    ['a packet of which more is known to be there', packet, withReg(packet, { range: 14 }), 'loose', true],
    ['a packet of which less is known to be there', packet, withReg(packet, { range: 4 }), 'loose', false],
    ['a packet at another offset', packet, withReg(packet, { off: 4 }), 'loose', false],
    ['stacks of two frames', stack, withReg(stack, { frame: 1 }), 'loose', false],
  ];
  test.each(rows)('%s', (_, old, cur, likeness, expected) => {
    expect(isRegSafe(old, cur, new IdMap(), likeness)).toBe(expected);
  });

  test('numbers that were linked must be linked now', () => {
    const old = linked(precise(upToNine), 4);
    const ids = new IdMap();
    expect([isRegSafe(old, five, ids, 'loose'), isRegSafe(old, five, ids, 'loose')]).toEqual([true, false]);
  });

  test('numbers that were not linked may be now', () => {
    const old = precise(upToNine);
    const ids = new IdMap();
    expect([
      isRegSafe(old, linked(five, 4), ids, 'loose'),
      isRegSafe(old, linked(five, 4), ids, 'loose'),
    ]).toEqual([true, true]);
  });

  test('numbers that are linked by a distance keep it', () => {
    const old = linked(precise(upToNine), 4, 2);
    expect(isRegSafe(old, linked(five, 6, 2), new IdMap(), 'loose')).toBe(true);
    expect(isRegSafe(old, linked(five, 6, 3), new IdMap(), 'loose')).toBe(false);
    expect(isRegSafe(old, linked(five, 6), new IdMap(), 'loose')).toBe(false);
  });

  test('a number at a distance from another is at that distance from what stands for the other', () => {
    const ids = new IdMap();
    isRegSafe(linked(precise(upToNine), 4), linked(five, 6), ids, 'loose');
    expect(isRegSafe(linked(precise(upToNine), 4, 2), linked(five, 7, 2), ids, 'loose')).toBe(false);
  });
});

describe('registers are the same', () => {
  test('when all but the mark of precision agrees', () => {
    expect(isSame(five, precise(five))).toBe(true);
    expect(isSame(linked(five, 1), linked(five, 2))).toBe(false);
    expect(hasSameContents(linked(five, 1), linked(five, 2))).toBe(true);
  });
});
