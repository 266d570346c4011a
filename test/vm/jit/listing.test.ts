import { expect, test } from 'vitest';

import { CELLS } from '../../../vm/jit/cells.ts';
import { listModule } from '../../../vm/jit/listing.ts';
import { CodeWriter } from '../../../vm/jit/wasm/code-writer.ts';

test('lists a program under its insns, cells by their names, and what it calls', () => {
  const prog = new CodeWriter('prog:3', 'i32 i32 -> i64', ['ctx', 'frame']);
  prog.mark(-1).i32(0).mem('i32_load', CELLS.insns).op('drop');
  prog
    .mark(0)
    .i32(0)
    .i64(-1)
    .mem('i64_store', CELLS.regs + 16)
    .call('rt:time')
    .note('time')
    .mark(1);
  const time = new CodeWriter('rt:time', '-> i64', []).i32(0).mem('i64_load', CELLS.atNs);
  const parts = {
    imports: [],
    functions: [prog.finish(), time.finish()],
    exports: ['prog:3'],
    pages: 33,
  };
  const insns: Readonly<Record<number, readonly string[]>> = { 3: ['call bpf_ktime_get_ns', 'exit'] };
  expect(listModule(parts, (id, pc) => insns[id]?.[pc]).split('\n')).toEqual([
    '(module',
    '  (import "env" "memory" (memory 33))',
    '  (import "env" "table" (table 0 funcref))',
    '  (func $prog:3 (param $ctx i32) (param $frame i32) (result i64)',
    '    i32.const 0',
    `    i32.load offset=${CELLS.insns} ;; insns`,
    '    drop',
    '    ;; 0: call bpf_ktime_get_ns',
    '    ;; = time',
    '    i32.const 0',
    '    i64.const -1',
    `    i64.store offset=${CELLS.regs + 16} ;; r2`,
    '    call $rt:time',
    '  )',
    '  (func $rt:time (result i64)',
    '    i32.const 0',
    `    i64.load offset=${CELLS.atNs} ;; atNs`,
    '  )',
    '  (export "prog:3" (func $prog:3))',
    ')',
    '',
  ]);
});
