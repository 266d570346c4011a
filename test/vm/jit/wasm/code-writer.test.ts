import { expect, test } from 'vitest';

import { CodeWriter } from '../../../../vm/jit/wasm/code-writer.ts';
import { pcAt } from '../../../../vm/jit/wasm/marks.ts';
import { OPPOSITES, type PlainOp } from '../../../../vm/jit/wasm/ops.ts';
import { linesOf } from '../../../../vm/jit/wasm/text.ts';
import { partsOf, type FuncCode } from '../../../../vm/jit/wasm/types.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { moduleOf, wasmFunctions } from '../../../support/wasm-func.ts';
import { cornersOf, modelOf } from '../../../support/wasm-ops.ts';

const seed = seedOf(20_605);

/** Where LEB128 takes a byte more, and all ends. */
const BORDERS = Array.from({ length: 64 }, (_, power) =>
  [-1n, 0n, 1n].map((by) => (1n << BigInt(power)) + by),
)
  .flat()
  .flatMap((value) => [value, -value]);

function textOf(code: FuncCode): string[] {
  return linesOf(code).map(({ text }) => text);
}

test(`constants of 64 bits come back as they were (seed ${seed})`, () => {
  const random = new Random(seed);
  const values = [...BORDERS, ...Array.from({ length: 200 }, () => random.u64() >> BigInt(random.below(64)))];
  const codes = values.map((value, i) => new CodeWriter(`f${i}`, '-> i64', []).i64(value).finish());
  const run = wasmFunctions(codes);
  for (const [i, value] of values.entries()) expect(run[`f${i}`]!()).toBe(BigInt.asIntN(64, value));
});

test(`constants of 32 bits come back as they were, as i32 and as i64 (seed ${seed})`, () => {
  const random = new Random(seed);
  const values = [
    ...BORDERS.map((value) => Number(BigInt.asIntN(32, value))),
    ...Array.from({ length: 200 }, () => random.u32() | 0),
  ];
  const codes = values.flatMap((value, i) => [
    new CodeWriter(`a${i}`, '-> i32', []).i32(value).finish(),
    new CodeWriter(`b${i}`, '-> i64', []).i64(value).finish(),
    new CodeWriter(`c${i}`, '-> i32', []).i32(value >>> 0).finish(),
  ]);
  const run = wasmFunctions(codes);
  for (const [i, value] of values.entries()) {
    expect([run[`a${i}`]!(), run[`b${i}`]!(), run[`c${i}`]!()]).toEqual([value, BigInt(value), value]);
  }
});

test.each([0, -0, 1.5, -1e300, Number.MIN_VALUE, Infinity, -Infinity, NaN])(
  '%d comes back as f64',
  (value) => {
    expect(wasmFunctions([new CodeWriter('f', '-> f64', []).f64(value).finish()])['f']!()).toBe(value);
  },
);

test('locals are there after the parameters, in any mixture of types', () => {
  const code = new CodeWriter('f', 'i64 -> f64', ['x']);
  const types = ['i32', 'i32', 'i64', 'f64', 'i64', 'i32'] as const;
  const locals = types.map((type, i) => code.local(type, `l${i}`));
  expect(locals).toEqual([1, 2, 3, 4, 5, 6]);
  code.get(0).tee(5).op('i32_wrap_i64').set(1).get(5).op('f64_convert_i64_s').set(4);
  code.get(4).get(1).op('f64_convert_i32_s').op('f64_add').get(6).op('f64_convert_i32_s').op('f64_add');
  expect(wasmFunctions([code.finish()])['f']!((1n << 32n) + 7n)).toBe(2 ** 32 + 14);
});

test.each([0, 1, 2, 3, 100])('a table of branches takes the way of its number: %d', (number) => {
  const code = new CodeWriter('f', 'i32 -> i32', ['x']);
  code.block().block().block().get(0).brTable([2, 0, 1], 1).end().i32(1).op('return');
  code.end().i32(2).op('return').end().i32(0);
  expect(wasmFunctions([code.finish()])['f']!(number)).toBe([0, 1, 2, 2][Math.min(number, 3)]);
});

test('blocks, loops and ifs may give a value', () => {
  const code = new CodeWriter('f', 'i32 -> i64', ['n']);
  const sum = code.local('i64', 'sum');
  code.loop('i64').get(sum).get(0).op('i64_extend_i32_u').op('i64_add').set(sum);
  code.get(0).i32(1).op('i32_sub').tee(0).brIf(0).get(sum).end();
  code.get(0).if('i64').i64(1).else().i64(2).end().op('i64_add');
  code.block('i64').i64(1000).end().op('i64_add');
  expect(wasmFunctions([code.finish()])['f']!(10)).toBe(1057n);
});

test('bytes are copied and filled', () => {
  const code = new CodeWriter('f', '-> i64', []);
  code.i32(64).i32(0xab).i32(3).fill().i32(73).i32(64).i32(4).copy().i32(72).mem('i64_load', 0);
  expect(wasmFunctions([code.finish()])['f']!()).toBe(0xabababn << 8n);
});

test('functions call each other, also by number and as their last act without growing the stack', () => {
  const even = new CodeWriter('even', 'i32 -> i32', ['n']);
  even.get(0).op('i32_eqz').if().i32(1).op('return').end().get(0).i32(1).op('i32_sub').returnCall('odd');
  const odd = new CodeWriter('odd', 'i32 -> i32', ['n']);
  odd.get(0).op('i32_eqz').if().i32(0).op('return').end();
  odd.get(0).i32(1).op('i32_sub').i32(0).returnCallIndirect('i32 -> i32');
  const both = new CodeWriter('both', 'i32 -> i32', ['n']);
  both
    .get(0)
    .call('even')
    .get(0)
    .i32(0)
    .callIndirect('i32 -> i32')
    .op('i32_add')
    .get(0)
    .call('twice')
    .op('i32_add');
  const { bytes } = moduleOf([both.finish(), odd.finish(), even.finish()], {
    twice: { type: 'i32 -> i32', run: (n: number) => 2 * n },
  });
  const table = new WebAssembly.Table({ initial: 1, element: 'anyfunc' });
  const env = { memory: new WebAssembly.Memory({ initial: 1 }), table, twice: (n: number) => 2 * n };
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  const run = new WebAssembly.Instance(module, { env }).exports as Record<string, (n: number) => number>; // functions
  table.set(0, run['even']);
  expect(run['both']!(1_000_000)).toBe(2 + 2_000_000);
  expect(run['both']!(999_999)).toBe(1_999_998);
});

test('a comparison that is turned round becomes its opposite, anything else is tested', () => {
  for (const op of [
    ...(Object.keys(OPPOSITES) as PlainOp[]),
    'i32_eqz',
    'i64_eqz',
    'i32_and',
    'f64_lt',
  ] as const) {
    const model = modelOf(op)!; // all have one
    const { params } = partsOf(model.type);
    const code = new CodeWriter('f', `${params.join(' ')} -> i32`, []);
    for (const i of params.keys()) code.get(i);
    code.op(op).not().if('i32').i32(1).else().i32(0).end();
    const run = wasmFunctions([code.finish()])['f']!;
    for (const a of cornersOf(params[0]!).slice(0, 12)) {
      for (const b of cornersOf(params[0]!).slice(0, 12)) {
        const asGiven = (value: bigint | number): bigint | number =>
          params[0] === 'i32' ? Number(value) | 0 : value;
        const isTrue = model.run(...([a, b] as never[])) !== 0n;
        expect(run(...[a, b].slice(0, params.length).map(asGiven)), `${op} ${a} ${b}`).toBe(isTrue ? 0 : 1);
      }
    }
  }
});

test('what only looks like a comparison is not turned round', () => {
  const eq = 0x46; // i32.eq
  expect(
    textOf(
      new CodeWriter('f', '-> i32', [])
        .i32(eq - 0x80)
        .not()
        .finish(),
    ),
  ).toEqual([`i32.const ${eq - 0x80}`, 'i32.eqz']);
  expect(textOf(new CodeWriter('f', '-> i32', []).get(eq).not().finish()).at(-1)).toBe('i32.eqz');
});

test('a mark holds from its place to the next, of several at one place the last', () => {
  const code = new CodeWriter('f', '-> i32', []);
  code.i32(0).mark(3).op('drop').mark(4).mark(5, 'look-up').i32(1).op('drop').mark(-1).i32(2).mark(9);
  const places = linesOf(code.finish()).map(({ text, pc, what }) => [text, pc, what]);
  expect(places).toEqual([
    ['i32.const 0', -1, undefined],
    ['drop', 3, undefined],
    ['i32.const 1', 5, 'look-up'],
    ['drop', 5, 'look-up'],
    ['i32.const 2', -1, undefined],
  ]);
});

/** A function, with something in it that is taken back, or without. */
function withTakenBack(withMore: boolean): FuncCode {
  const code = new CodeWriter('f', 'i32 -> i32', ['x']).mark(1).block().get(0);
  const here = code.here();
  if (withMore) code.mark(7).if().call('g').brTable([0, 1], 1).mark(8).backTo(here);
  return code.mark(2).brIf(0).end().call('h').finish();
}

test('what is taken back leaves nothing: bytes, names, frames, marks', () => {
  const [plain, back] = [withTakenBack(false), withTakenBack(true)];
  expect({ ...back, marks: undefined, most: undefined }).toEqual({
    ...plain,
    marks: undefined,
    most: undefined,
  });
  for (let at = 0; at < plain.bytes.length; at++) expect(pcAt(back, at)).toBe(pcAt(plain, at));
});

test('the code grows as far as it must', () => {
  const code = new CodeWriter('f', '-> i64', []).i64(0);
  for (let i = 0; i < 50_000; i++)
    code
      .i64(-1n << 62n)
      .op('i64_add')
      .i64(1n << 62n)
      .op('i64_add')
      .f64(i)
      .op('drop');
  expect(wasmFunctions([code.finish()])['f']!()).toBe(0n);
});
