import { expect, test } from 'vitest';

import { CodeWriter } from '../../../../vm/jit/wasm/code-writer.ts';
import { isTooLarge } from '../../../../vm/jit/wasm/limits.ts';
import type { FuncCode } from '../../../../vm/jit/wasm/types.ts';
import { tourCode } from '../../../support/flow-trace.ts';
import { moduleOf } from '../../../support/wasm-func.ts';

/** `nops` insns that do nothing, and locals. */
function filled(nops: number, locals: number): FuncCode {
  const code = new CodeWriter('f', '-> ', []);
  for (let i = 0; i < locals; i++) code.local(i % 2 === 0 ? 'i32' : 'i64', 'l');
  for (let i = 0; i < nops; i++) code.op('nop');
  return code.finish();
}

function nested(loops: number): FuncCode {
  const code = new CodeWriter('f', 'i32 -> ', ['x']).loop().end();
  for (let i = 0; i < loops; i++) code.loop().block();
  for (let i = 0; i < loops; i++) code.end().end();
  return code.finish();
}

function branching(branches: number): FuncCode {
  const code = new CodeWriter('f', 'i32 -> ', ['x']).block().block();
  for (let i = 0; i < branches; i++) code.get(0).brIf(i % 3 === 0 ? 1 : 0);
  return code.end().end().finish();
}

test.each([
  { name: 'a small function', code: filled(10, 10), isFit: true },
  { name: 'nearly the most bytes', code: filled(7_654_300, 0), isFit: true },
  { name: 'too many bytes', code: filled(7_654_321, 0), isFit: false },
  { name: 'the most locals', code: filled(1, 50_000), isFit: true },
  { name: 'too many locals', code: filled(1, 50_001), isFit: false },
])('$name: says what the engine says', ({ code, isFit }) => {
  expect(isTooLarge(code)).toBe(!isFit);
  expect(WebAssembly.validate(moduleOf([code]).bytes as Uint8Array<ArrayBuffer>)).toBe(isFit);
});

test('branches to one label are counted, entries of tables one by one', () => {
  expect(branching(90).most.branches).toBe(60);
  expect(isTooLarge(branching(1_500))).toBe(false);
  expect(isTooLarge(branching(1_503))).toBe(true);
  const code = new CodeWriter('f', 'i32 -> ', ['x']).block().loop();
  code.get(0).brTable([0, 1, 1, 1, 0], 1).end().end();
  expect(code.finish().most).toEqual({ branches: 4, entries: 5, loops: 1 });
});

test('loops in each other are counted', () => {
  expect(nested(1_000).most.loops).toBe(1_000);
  expect(isTooLarge(nested(1_000))).toBe(false);
  expect(isTooLarge(nested(1_001))).toBe(true);
});

test('no graph makes more branches to one label than engines bear', () => {
  const size = 20_000;
  const graph = Array.from({ length: size }, (_, block) =>
    block === size - 1 ? [] : [block + 1, block % 2 === 0 ? size - 1 : 1],
  );
  const { most } = tourCode({ graph, hasCode: graph.map(() => [false, false]) });
  expect(most.branches).toBeLessThanOrEqual(64);
  expect(most.loops).toBe(1);
});
