import { expect, test } from 'vitest';

import { CodeWriter } from '../../../../vm/jit/wasm/code-writer.ts';
import { MEMORY, OPPOSITES, PLAIN, type MemoryOp, type PlainOp } from '../../../../vm/jit/wasm/ops.ts';
import { partsOf, type FuncType, type ValueType } from '../../../../vm/jit/wasm/types.ts';
import { wasmFunctions } from '../../../support/wasm-func.ts';
import { cornersOf, modelOf } from '../../../support/wasm-ops.ts';

const OPS = Object.keys(PLAIN) as PlainOp[]; // keys of a literal
const MEMORY_OPS = Object.keys(MEMORY) as MemoryOp[]; // the same

type Value = bigint | number;

/** All combinations of corners. */
function argumentsOf(types: readonly ValueType[]): Value[][] {
  let lists: Value[][] = [[]];
  for (const type of types)
    lists = lists.flatMap((list) => cornersOf(type).map((value) => list.concat(value)));
  return lists;
}

/** An integer without a sign as WebAssembly takes it. */
function given(value: Value, type: ValueType): Value {
  return type === 'i32' ? Number(BigInt.asIntN(32, BigInt(value))) : value;
}

/** What WebAssembly gives, as `value` of a model is compared with. */
function plain(value: Value, type: ValueType): Value {
  if (type === 'f64') return Number(value);
  return BigInt.asUintN(type === 'i32' ? 32 : 64, BigInt(value));
}

test.each(OPS)('%s computes what its name says', (op) => {
  const model = modelOf(op);
  if (model === undefined) throw new Error(`no model of ${op}`);
  const { params, results } = partsOf(model.type);
  const code = new CodeWriter('run', model.type, []);
  for (const i of params.keys()) code.get(i);
  const run = wasmFunctions([code.op(op).finish()])['run']!;
  const lists =
    params.length === 3 ? argumentsOf(params).filter((_, i) => i % 97 === 0) : argumentsOf(params);
  for (const args of lists) {
    const wanted = model.run(...(args as never[])); // of the types that the model names
    const call = (): Value => run(...args.map((arg, i) => given(arg, params[i]!)));
    if (wanted === undefined) expect(call, `${op} ${args.join(' ')}`).toThrow(WebAssembly.RuntimeError);
    else {
      const got = plain(call(), results[0]!);
      if (!Object.is(got, plain(wanted, results[0]!))) expect.fail(`${op} ${args.join(' ')} gave ${got}`);
    }
  }
});

test.each(MEMORY_OPS)('%s moves the bytes that its name says', (op) => {
  const [, type, kind, width, sign] = /^(i32|i64|f64)_(load|store)(8|16|32)?(?:_([su]))?$/.exec(op)!;
  const bits = Number(width ?? type!.slice(1));
  const bytes = 0xf1e2d3c4b5a69788n;
  const code = new CodeWriter('run', `-> ${type as ValueType}` satisfies FuncType, []);
  const value = code.local('i64', 'value');
  code.i64(bytes).set(value);
  const asType = (): void => {
    code.get(value);
    if (type === 'i32') code.op('i32_wrap_i64');
    if (type === 'f64') code.op('f64_reinterpret_i64');
  };
  if (kind === 'store') {
    code.i32(100);
    asType();
    code.mem(op, 20_000);
    // What stands there now: all that was not stored is 0.
    code.i32(0).mem('i64_load', 20_100);
    if (type === 'i32') code.op('i32_wrap_i64');
    if (type === 'f64') code.op('f64_reinterpret_i64');
  } else {
    code.i32(100).get(value).mem('i64_store', 1).i32(101).mem(op, 0);
  }
  const got = wasmFunctions([code.finish()])['run']!();
  const part = sign === 's' ? BigInt.asIntN(bits, bytes) : BigInt.asUintN(bits, bytes);
  const shown = type === 'f64' ? new DataView(BigUint64Array.of(bytes).buffer).getFloat64(0, true) : part;
  const signed = type === 'f64' ? shown : BigInt.asIntN(type === 'i32' ? 32 : 64, BigInt(shown));
  expect(type === 'i64' ? got : Number(got)).toBe(type === 'i64' ? signed : Number(signed));
});

test('opposites give 0 where the other gives 1', () => {
  for (const [op, opposite] of Object.entries(OPPOSITES)) {
    const model = modelOf(op as PlainOp)!; // every op has one: see above
    const { params } = partsOf(model.type);
    const other = modelOf(opposite)!;
    for (const args of argumentsOf(params) as never[][]) {
      expect(other.run(...args), `${op} ${args.join(' ')}`).toBe(model.run(...args) === 1n ? 0n : 1n);
    }
  }
});
