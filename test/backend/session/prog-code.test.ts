// What a page is told of a program: its C, its insns, its WebAssembly, and how often each insn ran.
import { expect, test } from 'vitest';
import { openProgram, readProgram } from '../../../backend/library/programs.ts';
import { readF64 } from '../../../backend/protocol/index.ts';
import { readProgCode, readProgHits } from '../../../backend/session/prog-code.ts';
import { createReplay } from '../../../backend/session/replay.ts';
import { loadText, rig } from '../../support/machine.ts';
import { recordingOf } from '../../support/logs.ts';

const SUM = `.section "socket"
  sum:
    r0 = 0
    r1 = 5
  again:
    r0 += r1
    r1 -= 1
    if r1 != 0 goto again
    exit`;

test('of a program of C each insn points at its line, and WebAssembly at its insns', async () => {
  const replay = createReplay(await recordingOf('signals'), openProgram(readProgram('opensnoop')));
  const [first] = replay.object.progs;
  const { source, insns, wasm, engine, wasmBytes } = readProgCode(replay, first!.spec.name);
  const pcs = new Set(insns.map(({ pc }) => pc));
  expect(engine).toBe('jit');
  expect(wasmBytes).toBeGreaterThan(0);
  expect(insns.filter((insn) => source[insn.source] === undefined)).toEqual([]);
  expect(source).toEqual(
    source.toSorted((a, b) => (a.file === b.file ? a.line - b.line : source.indexOf(a) - source.indexOf(b))),
  );
  expect(wasm.filter(({ pc }) => pc >= 0 && !pcs.has(pc))).toEqual([]);
  const live = insns.filter(({ isDead }) => isDead !== true);
  const withCode = live.filter(({ pc }) => wasm.some((line) => line.pc === pc));
  expect(withCode.length).toBeGreaterThan(live.length / 2);
});

test('of assembly text there is no source, and it is said', () => {
  const { machine } = rig();
  const object = loadText(machine, SUM);
  const code = readProgCode({ machine, object }, 'sum');
  expect([code.source, code.isAssembly, code.insns[0]?.func]).toEqual([[], true, 'sum']);
  expect(code.insns.map(({ text }) => text)[2]).toBe('r0 += r1');
});

test('hits are told where the machine counts them, by pc', () => {
  const { machine } = rig({ profile: true });
  const object = loadText(machine, SUM);
  machine.testRun(object.progs[0]!, { data: new Uint8Array(14), repeat: 3 });
  expect(readProgCode({ machine, object }, 'sum').hasHits).toBe(true);
  expect([...readF64(readProgHits({ machine, object }, 'sum').hits!)]).toEqual([3, 3, 15, 15, 15, 3]);
});

test('without a profile there are none', () => {
  const { machine } = rig();
  const object = loadText(machine, SUM);
  expect(readProgCode({ machine, object }, 'sum').hasHits).toBe(false);
  expect(readProgHits({ machine, object }, 'sum')).toEqual({ prog: 'sum' });
});

test.each([
  ['code', readProgCode],
  ['hits', readProgHits],
] as const)('the %s of a program that is not there are refused in words', (_, read) => {
  const { machine } = rig();
  const object = loadText(machine, SUM);
  expect(() => read({ machine, object }, 'nope')).toThrow('there is no program nope in it; there are sum');
});
