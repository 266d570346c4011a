import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { CodeWriter } from '../../../../vm/jit/wasm/code-writer.ts';
import { writeModule, type ModuleParts } from '../../../../vm/jit/wasm/module-writer.ts';
import { BULK, MEMORY, PLAIN, SPECIAL } from '../../../../vm/jit/wasm/ops.ts';
import { linesOf, printFunc, printModule } from '../../../../vm/jit/wasm/text.ts';
import type { FuncCode } from '../../../../vm/jit/wasm/types.ts';
import { CALLED, randomWasm } from '../../../support/random-wasm.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { hasTool } from '../../../support/tools.ts';
import { readFunc } from '../../../support/wat-reader.ts';

const seed = seedOf(20_607);

/** Small functions and a large one that has everything. */
function randomCodes(): FuncCode[] {
  const random = new Random(seed);
  const small = Array.from({ length: 60 }, (_, i) => randomWasm(random, `prog:${i}`, random.below(20)));
  return [...small, randomWasm(random, 'prog:60:100', 3000)];
}

test(`text that is read again gives the same bytes, names and types (seed ${seed})`, () => {
  for (const code of randomCodes()) {
    const { name, type, bytes, relocs } = readFunc(
      printFunc(code, { insn: (pc) => `insn ${pc}`, place: (offset) => `at ${offset}` }),
    );
    expect({ name, type: type.trim() }).toEqual({ name: code.name, type: code.type });
    expect(bytes).toEqual(code.bytes);
    expect(relocs.map(({ to }) => JSON.stringify(to))).toEqual(
      code.relocs.map(({ to }) =>
        JSON.stringify('type' in to ? { type: to.type.replace(/^->/, ' ->') } : to),
      ),
    );
  }
});

test('the random functions have every insn of the tables', () => {
  const words = new Set(
    randomCodes().flatMap((code) => linesOf(code).map(({ text }) => text.split(' ', 1)[0]!)),
  );
  const keys = [PLAIN, MEMORY, SPECIAL, BULK].flatMap((table) => Object.keys(table));
  const names = keys.map((key) => key.replace(/^(i32|i64|f64|local|memory)_/, '$1.'));
  expect(names.filter((name) => !words.has(name))).toEqual([]);
});

test('shows each insn of eBPF above its code, what was inlined, and what blocks are branched to', () => {
  const code = new CodeWriter('prog:7', 'i32 i32 -> i64', ['ctx', 'frame']);
  const r0 = code.local('i64', 'r0');
  code.mark(0).get(0).op('i64_extend_i32_u').i64(0xffff8880_0000_0000n).op('i64_or').set(r0);
  code.mark(-1).loop().block();
  code.mark(2).get(0).brIf(0).note('array look-up').i32(70_000).mem('i64_load', 16).set(r0);
  code.mark(-1).end().mark(3).get(1).brIf(0).mark(-1).end();
  code
    .mark(4)
    .get(r0)
    .i64(-70_000)
    .op('i64_add')
    .i64(-5)
    .op('i64_add')
    .get(0)
    .returnCallIndirect('i64 i32 -> i64');
  const insns = ['r0 = r1', '', 'call bpf_map_lookup_elem', 'if r2 != 0 goto -2', 'exit'];
  expect(
    printFunc(code.finish(), { insn: (pc) => insns[pc], place: (offset) => ({ 16: 'atNs' })[offset] }),
  ).toEqual([
    '(func $prog:7 (param $ctx i32) (param $frame i32) (result i64)',
    '  (local $r0 i64)',
    '  ;; 0: r0 = r1',
    '  local.get $ctx',
    '  i64.extend_i32_u',
    '  i64.const 0xffff888000000000',
    '  i64.or',
    '  local.set $r0',
    '  loop $loop1',
    '    block $out2',
    '      ;; 2: call bpf_map_lookup_elem',
    '      ;; = array look-up',
    '      local.get $ctx',
    '      br_if $out2',
    '      i32.const 0x11170',
    '      i64.load offset=16 ;; atNs',
    '      local.set $r0',
    '    end $out2',
    '    ;; 3: if r2 != 0 goto -2',
    '    local.get $frame',
    '    br_if $loop1',
    '  end $loop1',
    '  ;; 4: exit',
    '  local.get $r0',
    '  i64.const 0xfffffffffffeee90',
    '  i64.add',
    '  i64.const -5',
    '  i64.add',
    '  local.get $ctx',
    '  return_call_indirect (param i64 i32) (result i64)',
    ')',
  ]);
});

/** A module of random functions and what they call. */
function randomModule(): ModuleParts {
  const mix = new CodeWriter('rt:mix', CALLED['rt:mix'], ['a', 'b']).get(0).get(1).op('i64_xor').finish();
  const imports = [{ name: 'js:call', type: CALLED['js:call'] }];
  return { imports, functions: [...randomCodes(), mix], exports: ['prog:1', 'prog:60:100'], pages: 2 };
}

test(`the random functions are valid (seed ${seed})`, () => {
  expect(
    () => new WebAssembly.Module(writeModule(randomModule()).bytes as Uint8Array<ArrayBuffer>),
  ).not.toThrow();
});

test.skipIf(!hasTool('wabt'))(`wabt reads the text of a module as its bytes (seed ${seed})`, () => {
  const parts = randomModule();
  const folder = mkdtempSync(join(tmpdir(), 'wat-'));
  try {
    const [text, fromText, fromBytes] = ['m.wat', 'text.wasm', 'bytes.wasm'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeFileSync(text, printModule(parts));
    writeFileSync(fromBytes, writeModule(parts).bytes);
    run('wat2wasm', ['--enable-tail-call', text, '-o', fromText]);
    expect(decoded(fromText)).toBe(decoded(fromBytes));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** What wabt makes of a module, without what the text leaves out: alignment, and numbers of types. */
function decoded(path: string): string {
  const text = run('wasm2wat', ['--enable-tail-call', '--no-debug-names', path]);
  return text
    .replace(/ align=\d+/g, '')
    .replace(/\(type \(;\d+;\) \(func.*\)\)\n/g, '')
    .replace(/\(type \d+\)/g, '');
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}
