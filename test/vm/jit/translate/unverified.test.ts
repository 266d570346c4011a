// What programs can see that no verifier would let them see: registers that nobody set, what callees leave, how deep they are. All of it is as interpreted.
import { expect, test } from 'vitest';
import { assembleProg, type TestRunResult } from '../../../../vm/index.ts';
import { readSlot, writeSlot } from '../../../../vm/isa/insn.ts';
import { Twins } from '../../../support/twins.ts';

const LIMIT_INSNS = 2000;

/** A program, what it returns, or the code of its fault. Slot 0 of `table` holds `callee`, slot 1 the program itself. */
interface Row {
  readonly title: string;
  readonly text: string;
  readonly callee?: string;
  readonly end: number | string;
}

const JUMP = 'r1 = r6\nr2 = map[table] ll\nr3 = 0\ncall tail_call\n';

const ROWS: readonly Row[] = [
  {
    title: 'all registers but r1 and r10 are 0 at first',
    text: 'r0 = r2\nr0 |= r3\nr0 |= r9\nr0 += r0\nexit',
    end: 0,
  },
  {
    title: 'the stack is 0 at first',
    text: 'r0 = *(u64 *)(r10 - 512)\nr1 = *(u64 *)(r10 - 8)\nr0 |= r1\nexit',
    end: 0,
  },
  {
    title: 'r1 to r5 are 0 after a helper',
    text: 'r5 = 7\ncall get_smp_processor_id\nr0 = r5\nr0 += r1\nexit',
    end: 0,
  },
  {
    title: 'a function sees r0 and r6 to r9 of its caller',
    text: 'r0 = 1\nr6 = 20\nr9 = 300\ncall f\nexit\nf:\nr0 += r6\nr0 += r9\nexit',
    end: 321,
  },
  {
    title: 'a caller sees r1 to r5 of the function, and its own r6 to r9',
    text: 'r6 = 1\nr4 = 9\ncall f\nr0 = r4\nr0 += r6\nexit\nf:\nr4 = 40\nr6 = 900\nexit',
    end: 41,
  },
  {
    title: 'the stack of a function is 0 each time',
    text: 'call f\ncall f\nexit\nf:\nr0 = *(u64 *)(r10 - 16)\n*(u64 *)(r10 - 16) = 5\nexit',
    end: 0,
  },
  {
    title: 'whoever called a function that jumped sees r1 to r5 of the program that it jumped to',
    text: `r6 = r1\nr4 = 1\ncall f\nr0 = r4\nexit\nf:\n${JUMP}exit`,
    callee: 'r4 = 44\nr0 = 3\nexit',
    end: 44,
  },
  {
    title: 'after a jump that falls through r0 to r5 are 0',
    text: 'r6 = r1\nr0 = 5\nr4 = 6\nr1 = r6\nr2 = map[table] ll\nr3 = 3\ncall tail_call\nr0 += r4\nexit',
    end: 0,
  },
  {
    title: 'a program that is jumped to may call seven deep again',
    text: `r6 = r1\ncall f\nexit\nf:\n${JUMP}exit`,
    callee:
      'call a\nr0 += 1\nexit\na:\ncall b\nexit\nb:\ncall c\nexit\nc:\ncall d\nexit\nd:\ncall e\nexit\ne:\ncall g\nexit\ng:\ncall h\nexit\nh:\nr0 = 8\nexit',
    end: 9,
  },
  {
    title: 'a function that calls itself ends where frames do',
    text: 'call f\nexit\nf:\ncall f\nexit',
    end: 'frames',
  },
  { title: 'a program that calls itself, too', text: 'main:\nr0 = 0\ncall main\nexit', end: 'frames' },
  {
    title: 'a program that jumps to itself does so 33 times',
    text: 'r6 = r1\nr2 = map[table] ll\nr3 = 1\ncall tail_call\nr0 = 33\nexit',
    end: 33,
  },
  {
    title: 'a jump through something else than a prog array',
    text: 'r2 = r10\nr3 = 0\ncall tail_call\nexit',
    end: 'map',
  },
  {
    title: 'a jump with another ctx',
    text: 'r1 += 8\nr2 = map[table] ll\nr3 = 0\ncall tail_call\nexit',
    end: 'ctx',
  },
  {
    title: 'a jump out of a function that a helper calls',
    text: `r6 = r1\nr1 = 1\nr2 = func f ll\nr3 = 0\nr4 = 0\ncall loop\nexit\nf:\n${JUMP}exit`,
    end: 'func',
  },
  { title: 'a loop without end', text: 'again:\nr0 += 1\ngoto again', end: 'budget' },
  {
    title: 'a loop without end over functions',
    text: 'again:\ncall f\ngoto again\nf:\nr0 += 1\nexit',
    end: 'budget',
  },
  { title: 'an address that is a number', text: 'r1 = 4096\nr0 = *(u32 *)(r1 + 0)\nexit', end: 'access' },
  { title: 'a half of an address', text: 'w1 = w10\nr0 = *(u8 *)(r1 - 1)\nexit', end: 'access' },
  { title: 'beyond the frame', text: 'r0 = *(u8 *)(r10 + 0)\nexit', end: 'structure' },
  {
    title: 'through r10 and a number',
    text: 'r1 = r10\nr1 += 4\n*(u64 *)(r1 - 8) = 1\nr0 = 0\nexit',
    end: 'access',
  },
];

function run({ text, callee = 'r0 = 0\nexit' }: Row): TestRunResult | undefined {
  const twins = new Twins({ verifier: 'off', limitInsns: LIMIT_INSNS });
  const table = twins.map('table prog_array 4 4 4');
  const load = (body: string): number => {
    const { insns, relocs } = assembleProg(body, ['table']);
    for (const { pc } of relocs) writeSlot(insns, pc, { ...readSlot(insns, pc), imm: table });
    return twins.prog({ name: 'test', type: 'sched_cls', insns, license: 'GPL' });
  };
  const fds = [load(callee), load(text)];
  if (fds[1]! < 0) return undefined;
  for (const [slot, fd] of fds.entries())
    twins.both(({ bpf }) =>
      bpf.mapUpdate(table, Uint8Array.of(slot, 0, 0, 0), Uint8Array.of(fd, 0, 0, 0), 0),
    );
  const result = twins.both((machine) => machine.testRun(fds[1]!, { data: new Uint8Array(64) }));
  twins.compare();
  return result;
}

test.each(ROWS)('$title', (row) => {
  const result = run(row);
  expect(result === undefined ? 'structure' : (result.fault?.code ?? result.retval)).toBe(row.end);
});
