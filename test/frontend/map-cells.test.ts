// Entries of maps as cells: a column for each member, with all digits.
import { expect, test } from 'vitest';
import type { MapEntryView } from '../../backend/protocol/index.ts';
import {
  cellColumns,
  cellText,
  columnTitle,
  isNumberText,
  membersOf,
} from '../../frontend/src/state/map-cells.ts';

function entry(key: string, ...value: readonly string[]): MapEntryView {
  return { keyHex: '', key: '', valueHex: [], value: [], json: { key, value } };
}

test.each([
  [
    '{"a": 1, "b": [1, {"c": 2}], "d": {"e": 3}}',
    [
      ['a', '1'],
      ['b', '[1, {"c": 2}]'],
      ['d', '{"e": 3}'],
    ],
  ],
  [
    '{"a, b": "x}, {", "q": "\\"", "n": 18446744073709551615}',
    [
      ['a, b', '"x}, {"'],
      ['q', '"\\""'],
      ['n', '18446744073709551615'],
    ],
  ],
  ['{}', []],
])('members of %s', (json, members) => {
  expect([...membersOf(json)!]).toEqual(members);
});

test.each(['7', '"{}"', '[1]', '{"a": 1, "b…'])('%s has no members', (json) => {
  expect(membersOf(json)).toBeUndefined();
});

test('a struct has a column for each member, of keys and of values', () => {
  const rows = [entry('{"pid": 7, "comm": "sh"}', '{"count": 18446744073709551615, "text": "a \\"b\\""}')];
  const columns = cellColumns(rows)!;
  expect(columns.map((column) => columnTitle(column, 1))).toEqual(['key.pid', 'key.comm', 'count', 'text']);
  expect(columns.map((column) => cellText(rows[0]!, column))).toEqual([
    '7',
    'sh',
    '18446744073709551615',
    'a "b"',
  ]);
});

test('plain values and per-CPU ones', () => {
  const rows = [entry('5', '-3', '9')];
  const columns = cellColumns(rows)!;
  expect(columns.map((column) => columnTitle(column, 2))).toEqual(['Key', 'CPU 0 Value', 'CPU 1 Value']);
  expect(columns.map((column) => cellText(rows[0]!, column))).toEqual(['5', '-3', '9']);
});

test('a struct of many members stays in one cell, and rows without types have no columns', () => {
  const many = `{${Array.from({ length: 30 }, (_, i) => `"m${i}": ${i}`).join(', ')}}`;
  expect(cellColumns([entry('1', many)])!.map(({ member }) => member)).toEqual(['', '']);
  expect(cellColumns([{ keyHex: '', key: '', valueHex: [], value: [] }])).toBeUndefined();
});

test.each([
  ['-12', true],
  ['3.5', true],
  ['0x10', false],
  ['', false],
  ['sh', false],
])('%s is a number: %s', (text, wanted) => {
  expect(isNumberText(text)).toBe(wanted);
});
