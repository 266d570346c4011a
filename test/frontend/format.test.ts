// How numbers read.
import { expect, test } from 'vitest';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatNs,
  formatPlural,
  formatRate,
  formatShare,
  formatShort,
  formatSpeed,
} from '../../frontend/src/state/format.ts';
import { spacedHex, sumOfCpus } from '../../frontend/src/state/map-text.ts';

test.each([
  [0, '0'],
  [1234, '1,234'],
  [292_512, '292,512'],
  [Number.NaN, '–'],
])('counts are exact: %s is %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test.each([
  [0, '0'],
  [0.25, '0.25'],
  [999, '999'],
  [999.9, '1 k'],
  [12_345, '12.3 k'],
  [999_950, '1 M'],
  [1_250_000, '1.25 M'],
])('short figures have three digits: %s is %s', (value, text) => {
  expect(formatShort(value)).toBe(text);
});

test.each([
  [0, '0 ns'],
  [999, '999 ns'],
  [18_400, '18.4 µs'],
  [999_999, '1 ms'],
  [2_500_000, '2.5 ms'],
  [1.25e9, '1.25 s'],
  [75e9, '1 min 15 s'],
  [120e9, '2 min'],
  [Number.NaN, '–'],
])('lengths of time carry their unit: %s ns is %s', (ns, text) => {
  expect(formatNs(ns)).toBe(text);
});

test.each([
  [3.25e9, 60e9, '00:03.250'],
  [6_730_999, 6_731_000, '6.730 ms'],
  [999_999_999, 999_999_999, '999.999 ms'],
  [2_345_678_901, 9e9, '00:02.345678'],
  [3_723_250_000_000, 4e12, '1:02:03.250'],
  [59_999_999_999, 60e9, '00:59.999'],
  [0, 0, '0.000 ms'],
])('position %s of %s is %s', (atNs, durationNs, text) => {
  expect(formatClock(atNs, durationNs)).toBe(text);
});

test.each([
  [0, '0 %'],
  [0.1234, '12.3 %'],
  [0.0441, '4.4 %'],
  [0.00198, '0.2 %'],
  [0.0004, '< 0.1 %'],
  [0.9999, '> 99.9 %'],
  [1, '100 %'],
])('shares: %s is %s', (share, text) => {
  expect(formatShare(share)).toBe(text);
});

test('rates, speeds, bytes and plurals', () => {
  expect(formatRate(12_345)).toBe('12.3 k/s');
  expect([formatSpeed(0), formatSpeed(0.25), formatSpeed(1000)]).toEqual(['max', '0.25×', '1000×']);
  expect([formatBytes(8), formatBytes(1536)]).toEqual(['8 B', '1.54 kB']);
  expect([formatPlural(1, 'entry', 'entries'), formatPlural(2048, 'call')]).toEqual([
    '1 entry',
    '2,048 calls',
  ]);
});

test('bytes of a map stand in pairs, per-CPU values add up exactly', () => {
  expect(spacedHex('deadbeef')).toBe('de ad be ef');
  expect(sumOfCpus(['18446744073709551615', '1'])).toBe('18446744073709551616');
  expect(sumOfCpus(['1', ''])).toBe('');
});
