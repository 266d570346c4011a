// Programs that need of a kernel what it does not have: refused where the verifier comes to the insn, with what was asked and why there is no answer.
import { expect, test } from 'vitest';
import { DEFAULT_KERNEL, linkObject, LoadError, printReport, reportOf } from '../../../../vm/index.ts';
import type { Kernel } from '../../../../vm/kernel/kernel.ts';
import { coreObject, coreTypes } from '../../../support/core-program.ts';
import { rig, runOnce } from '../../../support/machine.ts';

const LESS: Kernel = { ...DEFAULT_KERNEL, name: 'linux-less', types: coreTypes('target-less') };

/** Loads one function of the program. */
function load(func: string, kernel: Kernel): LoadError | undefined {
  const { spec } = linkObject(coreObject('program'), { kernel, only: [func] });
  try {
    rig().machine.load(spec);
    return undefined;
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    return error;
  }
}

// oxfmt-ignore
test.each([
  ['load_gone',   DEFAULT_KERNEL, /^invalid func unknown#195896080: CO-RE relocation <byte_off> \[\d+\] struct old\.gone \(0:0 @ offset 0\): linux-[\d.]+ has no struct old$/],
  ['off_pid',     LESS,           /^invalid func unknown#195896080: CO-RE relocation .* struct task\.pid .*: struct task of linux-less has no member pid \(it has __pid\)$/],
  ['value_green', LESS,           /: enum color of linux-less has no GREEN$/],
])('%s', (func, kernel, reason) => {
  const error = load(func, kernel);
  expect(error).toMatchObject({ code: 'verifier', subject: func, pc: 0 });
  expect(error!.reason).toMatch(reason);
});

test('the explanation tells it too, and what to do', () => {
  const { input, verdict } = load('off_pid', LESS)!.refused!;
  const text = printReport(reportOf(input, verdict)!).join('\n');
  expect(text).toContain('struct task of linux-less has no member pid (it has __pid)');
  expect(text).toContain('bpf_core_field_exists');
});

test('a program that asks first is taken, and does without', () => {
  const { spec } = linkObject(coreObject('program'), { kernel: DEFAULT_KERNEL, only: ['guarded_gone'] });
  const { machine } = rig();
  expect(runOnce(machine, machine.load(spec).progs[0]!)).toMatchObject({ retval: 7, fault: undefined });
});

test('unverified, it ends in a fault', () => {
  const { spec } = linkObject(coreObject('program'), { kernel: DEFAULT_KERNEL, only: ['load_gone'] });
  const { machine } = rig({ verifier: 'off' });
  expect(runOnce(machine, machine.load(spec).progs[0]!).fault).toMatchObject({ pc: 0 });
});
