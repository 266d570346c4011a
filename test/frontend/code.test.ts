// A program in three columns: rows, partners, hits, search.
import { describe, expect, test } from 'vitest';
import type { CodeView, WasmLineView } from '../../backend/protocol/index.ts';
import { f64Column } from '../../backend/protocol/index.ts';
import { heatOf, hitsOfRow, viewHits } from '../../frontend/src/state/code-hits.ts';
import {
  CODE_COLUMN_NAMES,
  codeModel,
  columnText,
  findRows,
  firstFor,
  isFor,
  pcsOf,
  rowAfterKey,
} from '../../frontend/src/state/code-model.ts';
import { describeCode, describePlace } from '../../frontend/src/state/describe-code.ts';

const CALL = { pc: 4, depth: 1, inlined: 'array lookup' } as const;

/** r1 = a map (wide), a call, and a test that leads past an insn that nothing comes to; lines 7 and 9 of one file, 3 of another. */
const CODE: CodeView = {
  prog: 'count',
  section: 'kprobe/sys_read',
  engine: 'jit',
  source: [
    { file: '/src/a.c', line: 7, text: '  if (look())' },
    { file: '/src/a.c', line: 9, text: '    return 1;' },
    { file: '/include/b.h', line: 3, text: '  return lookup();' },
  ],
  isAssembly: false,
  insns: [
    { pc: 0, text: 'r6 = r1', source: 0, func: 'count' },
    { pc: 1, text: 'r1 = map[seen] ll', source: 2 },
    { pc: 3, text: 'r2 = r10', source: 2 },
    { pc: 4, text: 'call bpf_map_lookup_elem#1', source: 2 },
    { pc: 5, text: 'if r0 == 0 goto +1', source: 0 },
    { pc: 6, text: 'r0 = 1', source: 1, isDead: true },
    { pc: 7, text: 'exit', source: -1 },
  ],
  wasm: [
    { text: '(func $prog:1 (result i64)', depth: 0, pc: -1, isHead: true },
    { text: 'block $out1', depth: 1, pc: -1 },
    { text: 'local.get $ctx', depth: 2, pc: 0 },
    { ...CALL, text: 'i32.const 0' },
    { ...CALL, text: 'i32.load offset=64' },
    { text: 'br_if $out1', depth: 2, pc: 5 },
  ] satisfies readonly WasmLineView[],
  wasmBytes: 40,
  wasmLocals: 2,
  imports: [],
  hasHits: true,
};
const MODEL = codeModel(CODE);
const COUNTS = [9, 9, 9, 9, 9, 8, 0, 8];
const HITS = viewHits({ prog: 'count', hits: f64Column(COUNTS) })!;

function found(search: string): readonly string[] {
  return findRows(MODEL, search).map(({ column, row }) => `${column} ${row}`);
}

describe('rows', () => {
  test('files and functions are named above their lines', () => {
    const heads = CODE_COLUMN_NAMES.map((name) =>
      MODEL[name].flatMap(({ text, isHead }) => (isHead ? text : [])),
    );
    expect(heads).toEqual([['a.c', 'b.h'], ['count:'], ['(func $prog:1 (result i64)']]);
  });

  test('a line belongs to all insns that it became', () => {
    expect(MODEL.source.map(({ label, pcs }) => [label, pcs])).toEqual([
      ['', []],
      ['7', [0, 5]],
      ['9', [6]],
      ['', []],
      ['3', [1, 3, 4]],
    ]);
  });

  test('what was written in place stands at the call and at the first insn of WebAssembly; what is never reached says so', () => {
    const notes = CODE_COLUMN_NAMES.map((name) =>
      MODEL[name].flatMap(({ pcs, note }) => (note === undefined ? [] : `${pcs.join()} ${note}`)),
    );
    expect(notes).toEqual([[], ['4 array lookup', '6 never reached'], ['4 array lookup']]);
  });

  test('WebAssembly is indented by its blocks, also where it is copied', () => {
    expect(columnText(MODEL.wasm).split('\n').slice(1, 4)).toEqual([
      '  block $out1',
      '    local.get $ctx',
      '  i32.const 0',
    ]);
  });
});

describe('partners', () => {
  test.each([
    ['source', 1, [[1], [1, 5], [2, 5]]],
    ['insns', 4, [[4], [4], [3, 4]]],
    ['wasm', 5, [[1], [5], [5]]],
    ['wasm', 1, [[], [], []]],
  ] as const)('of a row of %s, number %i', (column, row, expected) => {
    const pcs = pcsOf(MODEL, { column, row });
    const lit = CODE_COLUMN_NAMES.map((name) =>
      MODEL[name].flatMap((one, i) => (isFor(one, pcs) ? [i] : [])),
    );
    expect(lit).toEqual(expected);
    expect(CODE_COLUMN_NAMES.map((name) => firstFor(MODEL[name], pcs))).toEqual(
      expected.map(([first = -1]) => first),
    );
  });

  test('a row that is not there has none', () => {
    expect([...pcsOf(MODEL, { column: 'wasm', row: 99 }), ...pcsOf(MODEL, undefined)]).toEqual([]);
  });
});

describe('hits', () => {
  test('a line ran as often as the most frequent of its insns; a head never runs', () => {
    expect(MODEL.source.map((row) => hitsOfRow(HITS, row))).toEqual([undefined, 9, 0, undefined, 9]);
    expect(HITS.most).toBe(9);
  });

  test('are not there where they are not counted', () => {
    expect(viewHits({ prog: 'count' })).toBeUndefined();
  });

  test('heat is 0 for never, 1 for the hottest, and rises between', () => {
    expect([heatOf(0, 100), heatOf(100, 100), heatOf(0, 0)]).toEqual([0, 1, 0]);
    const steps = [1, 2, 10, 1_000, 999_999].map((count) => heatOf(count, 1_000_000));
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps[0]).toBeGreaterThan(0);
    expect(steps.at(-1)).toBeLessThan(1);
  });
});

test('a search goes through texts and notes of all columns, in their order, whatever the case', () => {
  expect(found('LOOK')).toEqual(['source 1', 'source 4', 'insns 4', 'wasm 3']);
  expect([found('  '), found('nothing like it')]).toEqual([[], []]);
});

test.each([
  ['ArrowDown', 3, 4],
  ['ArrowUp', 0, 0],
  ['PageDown', 3, 13],
  ['PageDown', 95, 99],
  ['PageUp', 5, 0],
  ['End', 0, 99],
  ['Home', 50, 0],
  ['a', 3, undefined],
] as const)('%s leads from row %i to %s', (key, from, to) => {
  expect(rowAfterKey(key, from, 100, 10)).toBe(to);
});

test('no key leads anywhere in an empty column', () => {
  expect(rowAfterKey('End', 0, 0, 10)).toBeUndefined();
});

describe('sentences', () => {
  test('of a row and its partners', () => {
    expect(describePlace(MODEL, { column: 'source', row: 4 }, HITS)).toBe(
      'Insns 1 to 4: 1 line of C, 2 lines of WebAssembly, ran 9 ×.',
    );
    expect(describePlace(MODEL, { column: 'wasm', row: 5 }, undefined)).toBe(
      'Insn 5: 1 line of C, 1 line of WebAssembly.',
    );
    expect(describePlace(MODEL, { column: 'wasm', row: 0 }, HITS)).toBe('This line belongs to no insn.');
  });

  test('of the engine', () => {
    expect(describeCode(CODE)).toBe('kprobe/sys_read, compiled to WebAssembly; in place: array lookup.');
    const { wasm: _, ...rest } = CODE;
    expect(describeCode({ ...rest, engine: 'interp', why: 'the code is too large', wasm: [] })).toBe(
      'kprobe/sys_read, run by the interpreter: the code is too large.',
    );
  });
});
