// One run of dd, recorded by strace and by perf at once: what strace printed as numbers is what the registers held.
import { expect, test } from 'vitest';
import { SYSCALLS } from '../../../traces/index.ts';
import { caseBytes, importCase } from '../../support/strace.ts';

interface PerfCall {
  nr: number;
  args: bigint[];
  ret: bigint | undefined;
}

function readPerf(text: string): PerfCall[] {
  const calls: PerfCall[] = [];
  for (const line of text.split('\n')) {
    const enter = /sys_enter: NR (\d+) \(([^)]*)\)/.exec(line);
    const exit = /sys_exit: NR (\d+) = (-?\d+)/.exec(line);
    if (enter !== null) {
      calls.push({
        nr: Number(enter[1]),
        args: enter[2]!.split(', ').map((arg) => BigInt(`0x${arg}`)),
        ret: undefined,
      });
    } else if (exit !== null && calls.length > 0) {
      calls.at(-1)!.ret = BigInt(exit[2]!);
    }
  }
  return calls;
}

test('numbers, arguments and results agree call for call', () => {
  const perf = readPerf(Buffer.from(caseBytes('dd.gold.perf.txt')).toString('latin1'));
  // perf began inside the execve
  const strace = importCase('dd.gold.strace').calls().slice(1);
  expect(strace.map((call) => call.nr)).toEqual(perf.map((call) => call.nr));
  let compared = 0;
  for (const [i, call] of strace.entries()) {
    const truth = perf[i]!;
    if (!call.flags.includes('noReturn')) expect(call.ret).toBe(truth.ret);
    for (const [n, arg] of call.args.entries()) {
      if (arg.kind !== 'value' && arg.kind !== 'pointer') continue;
      // an int is printed with its sign and may have any upper half in the register
      const form = SYSCALLS.x86_64.byName(call.name)!.args[n]!.kind;
      const bits = form === 'size' || form === 'off' || arg.kind === 'pointer' ? 64 : 32;
      expect(BigInt.asUintN(bits, arg.value), `${call.name} argument ${n} line ${call.line}`).toBe(
        BigInt.asUintN(bits, truth.args[n]!),
      );
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(250);
});

test('every pointer that strace does not print is made up and marked', () => {
  for (const call of importCase('dd.gold.strace').calls()) {
    for (const arg of call.args) {
      if (arg.kind === 'synthetic' || arg.kind === 'decoded')
        expect(arg.value).toBeGreaterThanOrEqual(0x1000_0000_0000n);
    }
  }
});

test('dd is what tracex5 wants to see: 5 writes of 512, 6 reads of 128 to 1024 bytes, 21 mmaps', () => {
  const calls = importCase('dd.strace').calls();
  expect(calls.filter(({ name, args }) => name === 'write' && args[2]!.value === 512n)).toHaveLength(5);
  expect(
    calls.filter(({ name, args }) => name === 'read' && args[2]!.value > 128n && args[2]!.value <= 1024n),
  ).toHaveLength(6);
  expect(calls.filter(({ name }) => name === 'mmap')).toHaveLength(21);
});
