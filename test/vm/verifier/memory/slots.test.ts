// Slots of the stack against a plain model: an array of eight bytes, each with its kind.
import { describe, expect, test } from 'vitest';
import {
  byteAt,
  filled,
  isData,
  isPlain,
  scrubbed,
  slotAt,
  spilled,
  spilledBytes,
  spilledOver,
} from '../../../../vm/verifier/memory/stack.ts';
import { NOT_INIT, UNKNOWN_REG } from '../../../../vm/verifier/reg.ts';
import { allOf, byteKind, BYTES, EMPTY_SLOT, isSpill, type Slot } from '../../../../vm/verifier/state.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(512);
const { invalid, misc, spill, zero } = BYTES;

const kindsOf = (slot: Slot): number[] => Array.from({ length: 8 }, (_, i) => byteKind(slot, i));

describe('places on the stack', () => {
  test.each([
    [-1, 0, 7],
    [-4, 0, 4],
    [-8, 0, 0],
    [-9, 1, 7],
    [-16, 1, 0],
    [-512, 63, 0],
  ])('the byte at r10%d lies in slot %d, place %d', (off, slot, place) => {
    expect([slotAt(off), byteAt(off)]).toEqual([slot, place]);
  });
});

describe(`stores of all sizes (seed ${SEED})`, () => {
  const random = new Random(SEED);

  test('leave the bytes around them as the model has it', () => {
    for (let run = 0; run < 2000; run++) {
      let slot: Slot = EMPTY_SLOT;
      let model = Array.from({ length: 8 }, () => invalid.code as number);
      for (let step = 0; step < 6; step++) {
        const bytes = 1 << random.below(4);
        const at = bytes * random.below(8 / bytes);
        if (at === 0 && random.below(2) === 0) {
          slot = spilledOver(slot, UNKNOWN_REG, bytes);
          model = model.map((kind, i) => (i < bytes ? spill.code : isKept(kind) ? kind : misc.code));
        } else {
          const kind = random.below(2) === 0 ? 'zero' : 'misc';
          slot = filled(slot, at, bytes, kind);
          if (model[0] === spill.code) model = model.map((old) => (old === invalid.code ? old : misc.code));
          model = model.map((old, i) => (i >= at && i < at + bytes ? BYTES[kind].code : old));
        }
        expect(kindsOf(slot)).toEqual(model);
        expect(isSpill(slot)).toBe(model[0] === spill.code);
        expect(slot.reg).toBe(isSpill(slot) ? UNKNOWN_REG : NOT_INIT);
        expect(spilledBytes(slot)).toBe(leading(model));
      }
    }
  });
});

/** Bytes of the spill, from the lowest on. */
function leading(model: readonly number[]): number {
  const end = model.findIndex((kind) => kind !== spill.code);
  return end < 0 ? 8 : end;
}

function isKept(kind: number): boolean {
  return kind === zero.code || kind === invalid.code;
}

describe('what stands in a slot', () => {
  test('a whole register takes all eight bytes', () => {
    expect(spilledBytes(spilled(UNKNOWN_REG))).toBe(8);
  });
  test('an object of the kernel is no data', () => {
    const slot = { kinds: allOf('iter'), reg: NOT_INIT };
    expect([isPlain(slot), isData(slot, 3)]).toEqual([false, false]);
  });
  test('an object that was overwritten is data all over', () => {
    expect(scrubbed({ kinds: allOf('dynptr'), reg: NOT_INIT }).kinds).toBe(allOf('misc'));
  });
  test('bytes that nobody wrote are data to a program that may read all of memory', () => {
    expect(isData(EMPTY_SLOT, 0)).toBe(true);
  });
});
