// The cases of test/cases/interp, compiled: each returns what it should, verified and unverified, and does the same as when it is interpreted.
import { describe, expect, test } from 'vitest';
import { assembleProg, type MachineOptions } from '../../../../vm/index.ts';
import { decodeColumns } from '../../../../vm/isa/insn.ts';
import { readSlot, writeSlot } from '../../../../vm/isa/insn.ts';
import { OPS } from '../../../../vm/isa/ops.ts';
import { bytesOf, readCases, section, type TestCase } from '../../../support/case-file.ts';
import { Twins } from '../../../support/twins.ts';

const CASES = readCases('interp').map((testCase) => ({ title: testCase.title, testCase }));

/** Runs a case on both engines: what it returns. */
function run(testCase: TestCase, verifier: NonNullable<MachineOptions['verifier']>): number {
  const twins = new Twins({ verifier, limitInsns: 1_000_000 });
  const lines = (testCase.sections.get('maps') ?? '').split('\n').filter((line) => line !== '');
  const fdArray = lines.map((line) => twins.map(line));
  const { insns, relocs } = assembleProg(
    section(testCase, 'asm'),
    lines.map((line) => line.split(' ')[0]!),
  );
  for (const { pc } of relocs) {
    const slot = readSlot(insns, pc);
    const byPlace = slot.src === OPS.ld_map_idx.fixed.src || slot.src === OPS.ld_map_idx_value.fixed.src;
    if (!byPlace) writeSlot(insns, pc, { ...slot, imm: fdArray[slot.imm]! });
  }
  const funcs = funcsOf(insns);
  const fd = twins.prog({ name: 'case', type: 'socket_filter', insns, license: 'GPL', fdArray, funcs });
  const data = bytesOf(testCase.sections.get('data') ?? '00'.repeat(64));
  const { retval, fault } = twins.both((machine) => machine.testRun(fd, { data }));
  twins.compare();
  expect(fault).toBeUndefined();
  return retval;
}

/** Its functions, as BTF would tell them. */
function funcsOf(insns: Uint8Array): { pc: number; name: string; linkage: 'static' }[] {
  const { op, imm, count } = decodeColumns(insns);
  const starts = new Set([0]);
  for (let pc = 0; pc < count; pc++) {
    if (op[pc] === OPS.ld_func.index || op[pc] === OPS.call_subprog.index) starts.add(pc + 1 + imm[pc]!);
  }
  return [...starts].toSorted((a, b) => a - b).map((pc) => ({ pc, name: `f${pc}`, linkage: 'static' }));
}

describe.each(['on', 'off'] as const)('verifier %s', (verifier) => {
  test.each(CASES)('$title', ({ testCase }) => {
    expect(run(testCase, verifier)).toBe(Number(section(testCase, 'r0')));
  });
});
