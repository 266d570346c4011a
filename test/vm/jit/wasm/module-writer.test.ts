import { expect, test } from 'vitest';

import { CodeWriter } from '../../../../vm/jit/wasm/code-writer.ts';
import { pcAt } from '../../../../vm/jit/wasm/marks.ts';
import { writeModule } from '../../../../vm/jit/wasm/module-writer.ts';
import type { FuncCode } from '../../../../vm/jit/wasm/types.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { moduleOf, wasmFunctions } from '../../../support/wasm-func.ts';

const seed = seedOf(20_606);

/** What traps, if the parameter is the pc of the trap; the stack is empty after it. */
const TRAPS: readonly ((code: CodeWriter) => unknown)[] = [
  (code) => code.op('unreachable'),
  (code) => code.i32(1).i32(0).op('i32_div_u').op('drop'),
  (code) => code.i64(1).i64(0).op('i64_rem_s').op('drop'),
  (code) => code.i32(-1).mem('i64_load', 0).op('drop'),
  (code) => code.i32(65_535).i64(5).mem('i64_store16', 1),
  (code) => code.i32(0).i32(0).i32(70_000).copy(),
  (code) => code.i32(0).i32(0).i32(70_000).fill(),
  (code) => code.i32(1000).callIndirect('i32 i64 -> '),
];

/** A function that traps at the insn that its parameter is the pc of. */
function trapping(name: string, random: Random, insns: number): FuncCode {
  const code = new CodeWriter(name, 'i32 -> i32', ['pc']);
  for (let pc = 0; pc < insns; pc++) {
    code.mark(pc);
    for (let i = random.below(200); i > 0; i--) code.op('nop');
    code.get(0).i32(pc).op('i32_eq').if();
    const trap = random.below(TRAPS.length);
    if (trap === TRAPS.length - 1) code.i32(0).i64(0);
    TRAPS[trap]!(code);
    code.end().mark(-1).op('nop');
  }
  return code.i32(0).finish();
}

test(`the place of a trap tells function and pc, in modules of several functions (seed ${seed})`, () => {
  const random = new Random(seed);
  const codes = [40, 1, 300, 7].map((insns, i) => ({ insns, code: trapping(`prog:${i}:5`, random, insns) }));
  const functions = codes.map(({ code }) => code);
  const { codeAt } = moduleOf(functions);
  const run = wasmFunctions(functions);
  for (const [i, { insns, code }] of codes.entries()) {
    for (let pc = 0; pc < insns; pc++) {
      const stack = stackOf(() => run[code.name]!(pc));
      const [, name, offset] = /^ +at (\S+) \(wasm:.*:(0x[0-9a-f]+)\)$/m.exec(stack)!;
      expect(name).toBe(code.name);
      expect(pcAt(code, Number(offset) - codeAt[i]!), `${name} ${pc}`).toBe(pc);
    }
    expect(run[code.name]!(-1)).toBe(0);
  }
});

function stackOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return error.stack!;
    throw error;
  }
  throw new Error('nothing trapped');
}

test('a module says what it takes and gives', () => {
  const code = new CodeWriter('prog:1', 'i32 -> i64', ['x'])
    .get(0)
    .call('rt:one')
    .call('js:call')
    .i64(4)
    .finish();
  const one = new CodeWriter('rt:one', 'i32 -> i32', ['x']).get(0).finish();
  const imports = [{ name: 'js:call', type: 'i32 -> ' }] as const;
  const { bytes, codeAt } = writeModule({ imports, functions: [code, one], exports: ['prog:1'], pages: 3 });
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  expect(WebAssembly.Module.imports(module)).toEqual([
    { module: 'env', name: 'memory', kind: 'memory' },
    { module: 'env', name: 'table', kind: 'table' },
    { module: 'env', name: 'js:call', kind: 'function' },
  ]);
  expect(WebAssembly.Module.exports(module)).toEqual([{ name: 'prog:1', kind: 'function' }]);
  // Relocations are filled in: all but their five bytes stand in the module as they are.
  const placed = bytes.subarray(codeAt[0], codeAt[0]! + code.bytes.length);
  const open = new Set(code.relocs.flatMap(({ at }) => [0, 1, 2, 3, 4].map((i) => at + i)));
  expect([...placed].filter((_, i) => !open.has(i))).toEqual([...code.bytes].filter((_, i) => !open.has(i)));
  const small = new WebAssembly.Memory({ initial: 2 });
  const table = new WebAssembly.Table({ initial: 0, element: 'anyfunc' });
  const env = { memory: small, table, 'js:call': () => 0 };
  expect(() => new WebAssembly.Instance(module, { env })).toThrow(/memory/);
});

test('the same functions give the same bytes', () => {
  const functions = [trapping('a', new Random(seed), 20), trapping('b', new Random(seed + 1), 20)];
  expect(moduleOf(functions).bytes).toEqual(moduleOf(functions).bytes);
});

test('refuses a function that names one that is not there', () => {
  const code = new CodeWriter('f', '-> ', []).call('g').finish();
  expect(() => moduleOf([code])).toThrow('no function g in the module');
});
