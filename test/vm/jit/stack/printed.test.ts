// Strings that bpf_trace_printk reads from the stack: the verifier does not ask for its arguments, and they are memory all the same.
import { expect, test } from 'vitest';
import { assembleObject, createMachine, type EngineName } from '../../../../vm/index.ts';

const HEAD = `.license "GPL"
.section "raw_tp/sys_enter"
main:
r6 = *(u64 *)(r1 + 8)
*(u64 *)(r10 - 64) = 0x4241
*(u64 *)(r10 - 72) = 0x4443
r1 = 0x7325 ll
*(u64 *)(r10 - 8) = r1`;
const PRINT = `r1 = r10
r1 += -8
r2 = 8
r4 = 0
r5 = 0
call trace_printk
r0 = 0
exit`;

const PROGRAMS = {
  'its only string': `${HEAD}\nr3 = r10\nr3 += -64\n${PRINT}`,
  'one of two, where ways meet': `${HEAD}
if r6 == 0 goto other
r3 = r10
r3 += -64
goto print
other:
r3 = r10
r3 += -72
print:
${PRINT}`,
  'a string or a number, where ways meet': `${HEAD}
r3 = 0
if r6 == 0 goto print
r3 = r10
r3 += -72
print:
${PRINT}`,
} as const;

/** Lines of runs with the number 0 and with 1. */
function printed(text: string, engine: EngineName): readonly string[] {
  const lines: string[] = [];
  const machine = createMachine({
    cpus: 1,
    limitInsns: 1000,
    engine,
    onPrintk: ({ text: line }) => lines.push(line),
    onFault: ({ message }) => lines.push(message),
  });
  const { progs } = machine.load(assembleObject(text, 'prints'));
  for (const number of [0, 1]) {
    const ctx = new Uint8Array(16);
    ctx[8] = number;
    expect(machine.testRun(progs[0]!, { ctx }).errno).toBe(0);
  }
  return lines;
}

test.each(Object.entries(PROGRAMS))('a program prints %s', (_, text) => {
  const lines = printed(text, 'interp');
  expect(lines.join(' ')).toMatch(/AB|CD/);
  expect(printed(text, 'jit')).toEqual(lines);
});
