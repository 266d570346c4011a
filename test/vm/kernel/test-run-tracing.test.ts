// Test runs of types that take no packet: what they take, what they answer, and what the kernel answers to the same.
import { describe, expect, test } from 'vitest';
import { assembleProg, type TestRunInput } from '../../../vm/index.ts';
import { PROG_FLAGS, PROG_TYPES, progTypeRow, type ProgTypeName } from '../../../vm/kernel/prog-types.ts';
import { returnsOf } from '../../../vm/kernel/returns.ts';
import { askKernel, insnsLine } from '../../support/oracle.ts';
import { loadText, rig } from '../../support/machine.ts';
import { hasTool } from '../../support/tools.ts';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(5);

/** Inputs by name, and how the oracle is given them. */
const INPUTS: Readonly<Record<string, { readonly input: TestRunInput; readonly words: string }>> = {
  nothing: { input: {}, words: '' },
  ctx16: { input: { ctx: bytes(16) }, words: `ctx=${'05'.repeat(16)}` },
  ctx96: { input: { ctx: bytes(96) }, words: `ctx=${'05'.repeat(96)}` },
  ctx97: { input: { ctx: bytes(97) }, words: `ctx=${'05'.repeat(97)}` },
  data: { input: { data: bytes(64) }, words: `data=${'05'.repeat(64)}` },
  repeat: { input: { repeat: 2 }, words: 'repeat=2' },
};
/** Linux has no test runs of these; the machine runs them on a ctx that is given. */
const NO_TEST = ['kprobe', 'tracepoint', 'perf_event', 'raw_tracepoint_writable'];
const WITH_TEST = ['raw_tracepoint', 'syscall'];
const SECTIONS: Readonly<Record<string, string>> = {
  kprobe: 'kprobe',
  tracepoint: 'tp',
  perf_event: 'perf_event',
  raw_tracepoint_writable: 'raw_tp.w',
  raw_tracepoint: 'raw_tp',
  syscall: 'syscall',
};
const QUESTIONS = [
  ...NO_TEST.flatMap((type) => ['nothing', 'repeat'].map((name) => ({ type, name }))),
  ...WITH_TEST.flatMap((type) => Object.keys(INPUTS).map((name) => ({ type, name }))),
];

function answerOf(type: string, input: TestRunInput): [errno: number, retval: number] {
  const { machine } = rig();
  const [prog] = loadText(machine, `.section "${SECTIONS[type]}"\nmain:\nr0 = 7\nexit`).progs;
  const { errno, retval } = machine.testRun(prog!, input);
  return [Math.abs(errno), retval];
}

describe('a test run', () => {
  test.each([
    ['kprobe', 'nothing', 524, 0],
    ['kprobe', 'ctx16', 0, 7],
    ['perf_event', 'ctx16', 0, 7],
    ['kprobe', 'data', 524, 0],
    ['raw_tracepoint', 'nothing', 0, 7],
    ['raw_tracepoint', 'ctx97', 22, 0],
    ['raw_tracepoint', 'data', 22, 0],
    ['raw_tracepoint', 'repeat', 22, 0],
    ['syscall', 'nothing', 0, 7],
    ['syscall', 'ctx97', 0, 7],
    ['syscall', 'data', 22, 0],
    ['syscall', 'repeat', 22, 0],
  ])('of a %s with %s answers errno %i and %i', (type, name, errno, retval) => {
    expect(answerOf(type, INPUTS[name]!.input)).toEqual([errno, retval]);
  });

  test.skipIf(!hasTool('kernel'))('answers as the kernel does, where that has one', () => {
    const insns = insnsLine(assembleProg('r0 = 7\nexit').insns);
    const progs = Object.keys(SECTIONS).map((type) => {
      const flags = type === 'syscall' ? ` flags=${PROG_FLAGS.sleepable}` : '';
      return `prog ${type} ${type}${flags}\n${insns}\nend`;
    });
    const runs = QUESTIONS.map(({ type, name }) => `run ${type} ${INPUTS[name]!.words} tag=${type}-${name}`);
    const theirs = askKernel([...progs, ...runs].join('\n')).filter(({ op }) => op === 'run');
    const ours = QUESTIONS.map(({ type, name }) => {
      const [errno, retval] = answerOf(type, INPUTS[name]!.input);
      return `${type}-${name}: ${errno} ${retval}`;
    });
    expect(theirs.map(({ tag, errno = 0, retval = 0 }) => `${tag}: ${errno} ${retval}`)).toEqual(ours);
  });
});

describe('a program of type syscall', () => {
  test('writes its ctx, and the caller gets it back', () => {
    const { machine } = rig();
    const [prog] = loadText(
      machine,
      '.section "syscall"\nmain:\nr0 = *(u32 *)(r1 + 4)\nr2 = 9\n*(u32 *)(r1 + 0) = r2\nexit',
    ).progs;
    const ctx = bytes(8);
    const result = machine.testRun(prog!, { ctx });
    expect([result.retval, [...result.ctx]]).toEqual([0x0505_0505, [9, 0, 0, 0, 5, 5, 5, 5]]);
    expect([...ctx]).toEqual([...bytes(8)]);
  });

  test('may not touch what is behind its ctx, and takes one of 65,535 bytes at most', () => {
    const { machine } = rig();
    const [prog] = loadText(machine, '.section "syscall"\nmain:\nr0 = *(u8 *)(r1 + 8)\nexit').progs;
    expect(machine.testRun(prog!, { ctx: bytes(8) }).fault?.message).toContain(
      '0 bytes past the end of the ctx',
    );
    expect(machine.testRun(prog!, { ctx: bytes(9) }).retval).toBe(5);
    expect(machine.testRun(prog!, { ctx: bytes(0xffff) }).errno).toBe(0);
    expect(machine.testRun(prog!, { ctx: bytes(0x1_0000) }).errno).toBe(-22);
  });
});

test('a kprobe runs on the registers that a test run hands it', () => {
  const { machine } = rig();
  const [prog] = loadText(machine, '.section "kprobe"\nmain:\nr0 = *(u64 *)(r1 + 112)\nexit').progs;
  const ctx = new Uint8Array(168);
  ctx[112] = 42;
  expect(machine.testRun(prog!, { ctx, repeat: 3 }).retval).toBe(42);
});

test('a ctx is not longer than the struct of its type', () => {
  const longest = { kprobe: 168, perf_event: 184 } as const;
  for (const [type, length] of Object.entries(longest)) {
    expect(answerOf(type, { ctx: bytes(length) }), type).toEqual([0, 7]);
    expect(answerOf(type, { ctx: bytes(length + 1) }), type).toEqual([22, 0]);
  }
});

test('every type that runs says what its results mean', () => {
  const silent = (Object.keys(PROG_TYPES) as ProgTypeName[]).filter(
    (type) => progTypeRow(type)?.testRun !== undefined && returnsOf(type, 'fentry.s/f') === undefined,
  );
  expect(silent).toEqual([]);
  expect(returnsOf('tracing', 'fexit/f')?.range).toEqual([0, 0]);
  expect(returnsOf('tracing', 'tp_btf/sys_enter')?.range).toBeUndefined();
});

test('a tracepoint program does not see the first 8 bytes in a test run either', () => {
  const { machine } = rig({ verifier: 'off' });
  const [prog] = loadText(machine, '.section "tp"\nmain:\nr0 = *(u64 *)(r1 + 0)\nexit').progs;
  expect(machine.testRun(prog!, { ctx: bytes(24) }).fault?.message).toContain('8 bytes before the ctx');
});
