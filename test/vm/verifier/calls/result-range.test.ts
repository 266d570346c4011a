// Results within bounds, and how they are told.
import { describe, expect, test } from 'vitest';
import { invalidScalarText, isWithin } from '../../../../vm/verifier/calls/result-range.ts';
import { narrow } from '../../../../vm/verifier/scalar-narrow.ts';
import { constScalar, UNKNOWN } from '../../../../vm/verifier/scalar.ts';

describe('a result is within 0 to 1', () => {
  test.each([0n, 1n])('%d', (value) => {
    expect(isWithin([0, 1], constScalar(value), 64)).toBe(true);
  });
});

describe('a result is not within 0 to 1', () => {
  test.each([-1n, 2n, 1n << 32n])('%d', (value) => {
    expect(isWithin([0, 1], constScalar(value), 64)).toBe(false);
  });

  test('when nothing is known of it', () => {
    expect(isWithin([0, 1], UNKNOWN, 64)).toBe(false);
  });
});

test('the upper half does not count where the result is an int', () => {
  expect(isWithin([-4095, 0], constScalar((1n << 32n) - 1n), 32)).toBe(true);
});

describe('what is known of a result is told', () => {
  test('by both ends', () => {
    expect(invalidScalarText(narrow(UNKNOWN, { smin: -3n, smax: 7n }))).toBe('smin=-3 smax=7');
  });

  test('by the one that is known', () => {
    expect(invalidScalarText(narrow(UNKNOWN, { smin: 0n }))).toBe('smin=0');
  });

  test('as nothing', () => {
    expect(invalidScalarText(UNKNOWN)).toBe('unknown scalar value');
  });
});
