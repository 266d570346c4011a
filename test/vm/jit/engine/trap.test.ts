// What WebAssembly stops in generated code, made by hand, as no program that is translated gets there: a fault of the program, with its pc, and the machine goes on.
import { describe, expect, test } from 'vitest';
import { CELLS } from '../../../../vm/jit/cells.ts';
import { trapOf } from '../../../../vm/jit/engine/trap.ts';
import { JUMPING_SUB_TYPE, PROG_TYPE, progName, subName, type ProgUnit } from '../../../../vm/jit/unit.ts';
import { CodeWriter } from '../../../../vm/jit/wasm/code-writer.ts';
import { NO_EVENT } from '../../../../vm/interp/host.ts';
import { counter, type KernelProg } from '../../../../vm/kernel/prog.ts';
import { jitRig, type JitRig } from '../../../support/jit-rig.ts';

/** Where the code of each body goes wrong: the insn that it is marked with. */
const PC = 5;
/** Where its function begins: the stack is looked at there. */
const FIRST = 3;
const TEXT = 'r0 = 1\nr0 = 2\nr0 = 3\nr0 = 4\nr0 = 5\nr0 = 6\nr0 = 7\nexit';

/** A unit whose program calls its subprogram at FIRST, which is `write` at PC. */
function unitOf(prog: KernelProg, write: Write): ProgUnit {
  const sub = subName(prog, FIRST);
  const main = new CodeWriter(progName(prog), PROG_TYPE, ['ctx', 'frame']).mark(1);
  main.i32(0).i32(-1).mem('i32_store', CELLS.exit);
  for (let i = 0; i < 5; i++) main.i64(0);
  main.get(1).call(sub).mark(2);
  const inner = new CodeWriter(sub, JUMPING_SUB_TYPE, []).mark(FIRST).i64(8).op('drop').mark(PC);
  write(inner, sub);
  inner.mark(6).i64(9);
  const functions = [main.finish(), inner.finish()];
  return { prog, functions, imports: [], sites: [], callbacks: [], jumps: [] };
}

const endless = (code: CodeWriter, sub: string): void => {
  for (let i = 0; i < 5; i++) code.i64(0);
  code.i32(0).call(sub).op('drop');
};

type Write = (code: CodeWriter, sub: string) => void;

const WRONG: readonly (readonly [what: string, pc: number, write: Write])[] = [
  ['unreachable', PC, (code) => code.op('unreachable')],
  ['divide by zero', PC, (code) => code.i32(1).i32(0).op('i32_div_u').op('drop')],
  ['memory access out of bounds', PC, (code) => code.i32(-8).mem('i64_load', 0).op('drop')],
  ['call stack', FIRST, endless],
];

function rigOf(write: Write): JitRig & { readonly prog: KernelProg } {
  const made = jitRig(1000, (prog) => unitOf(prog, write));
  return { ...made, prog: made.load(TEXT).prog };
}

describe('a trap', () => {
  test.each(WRONG)('%s is a fault with the pc of its insn', (what, pc, write) => {
    const { cpu, prog, faults } = rigOf(write);
    expect(cpu.run(prog, NO_EVENT)).toBe(false);
    expect(cpu.q[0]).toBe(0n);
    expect(faults).toMatchObject([{ prog: 'test', pc, code: 'trap' }]);
    expect(faults[0]!.message).toContain(what);
    expect(faults[0]!.message).toContain('a bug of the JIT');
  });

  test('is counted, and the next run is right', () => {
    const { cpu, prog, memory, faults } = rigOf((code) => {
      const at = prog0.countersAt;
      code.i32(0).mem('f64_load', at).f64(0).op('f64_eq').if().op('unreachable').end();
    });
    const prog0 = prog;
    expect(cpu.run(prog, NO_EVENT)).toBe(false);
    expect(counter(memory, prog, 'faults')).toBe(1);
    memory.f64[prog.countersAt / 8] = 1;
    expect(cpu.run(prog, NO_EVENT)).toBe(true);
    expect([cpu.q[0], faults.length]).toEqual([9n, 1]);
  });
});

function trap(message: string, stack: string): Error {
  return Object.assign(new WebAssembly.RuntimeError(message), { stack: `${message}\n${stack}` });
}

describe('a stack of the host', () => {
  test.each([
    [
      'V8',
      '    at rt:copy (wasm://wasm/1f2e:wasm-function[9]:0x11)\n    at prog:12:40 (wasm://wasm/1f2e:wasm-function[7]:0x1c4)',
      0x1c4,
    ],
    ['Firefox', 'prog:12:40@http://host/worker.js line 3 > WebAssembly.Module:wasm-function[7]:0x1c4', 0x1c4],
    ['Safari', '<?>.wasm-function[prog:12:40]@[wasm code]', -1],
  ])('as %s prints it', (_host, stack, offset) => {
    expect(trapOf(trap('unreachable', stack))).toEqual({
      what: 'unreachable',
      place: { id: 12, func: 'prog:12:40', offset },
    });
  });

  test('that names no program has a trap without a place', () => {
    expect(trapOf(trap('unreachable', '    at run (cpu.ts:1:2)'))).toEqual({
      what: 'unreachable',
      place: undefined,
    });
  });

  test('that a function of the host used up is no trap', () => {
    const error = new RangeError('Maximum call stack size exceeded');
    error.stack = `${error.message}\n    at onPrintk (host.ts:1:1)\n    at prog:1 (wasm://wasm/1:wasm-function[1]:0x9)`;
    expect(trapOf(error)).toBeUndefined();
  });

  test('of anything else is not looked at', () => {
    expect([trapOf(new Error('no')), trapOf('no')]).toEqual([undefined, undefined]);
  });
});
