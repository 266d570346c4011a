// The cases of test/cases/interp: a program each, and what it returns. With a kernel at hand, the kernel returns the same.
// Sections: `op`, the row that a case is about; `maps`, lines as a spec of the oracle has them; `data`, the packet; `not in the kernel`, the reason.
import { describe, expect, test } from 'vitest';
import { assembleProg } from '../../../vm/index.ts';
import { disassemble } from '../../../vm/asm/disassemble.ts';
import { readSlot, writeSlot } from '../../../vm/isa/insn.ts';
import { OP_LIST, type OpName } from '../../../vm/isa/ops.ts';
import { bytesOf, readCases, section, sectionLines, type TestCase } from '../../support/case-file.ts';
import { askKernel, insnsLine } from '../../support/oracle.ts';
import { funcLines } from '../../support/oracle-lines.ts';
import { askMachine } from '../../support/spec-machine.ts';
import { hasTool } from '../../support/tools.ts';

const CASES = readCases('interp');
const ON_KERNEL = CASES.filter(({ sections }) => !sections.has('not in the kernel'));

/** Rows that no program can run, with the reason. */
const NEVER_RUN: Partial<Record<OpName, string>> = {
  call_reg: 'refused, as Linux does; test/vm/machine/run-insns runs it by itself',
  gotox: 'refused, as Linux 6.18 does',
  addr_space_cast: 'refused: there are no arenas',
  ld_btf_id: 'refused: there are no variables of the kernel',
};

/** Maps of a case by name. */
function mapsOf({ sections }: TestCase): string[] {
  return (sections.get('maps') ?? '').split('\n').filter((line) => line !== '');
}

function insnsOf(testCase: TestCase): ReturnType<typeof assembleProg> {
  const names = mapsOf(testCase).map((line) => line.split(' ')[0]!);
  return assembleProg(section(testCase, 'asm'), names);
}

/** A spec of one case; `firstMap` is how many maps the specs before it have. */
function specOf(testCase: TestCase, i: number, firstMap: number): string {
  const { insns, relocs } = insnsOf(testCase);
  for (const { pc } of relocs) {
    const slot = readSlot(insns, pc);
    writeSlot(insns, pc, { ...slot, imm: slot.imm + firstMap });
  }
  const maps = mapsOf(testCase).map((line) => `map m${i}_${line}\n`);
  const hex = Buffer.from(bytesOf(testCase.sections.get('data') ?? '00'.repeat(64))).toString('hex');
  const prog = `prog p${i} socket_filter log=0 ${maps.length > 0 ? `fds=${firstMap}` : ''}`;
  return `${maps.join('')}${prog}\n${[insnsLine(insns), ...funcLines(insns)].join('\n')}\nend\nrun p${i} data=${hex}\n`;
}

describe('the machine', () => {
  test.each(CASES.map((testCase, i) => ({ title: testCase.title, testCase, i })))(
    '$title',
    ({ testCase, i }) => {
      const run = askMachine(specOf(testCase, i, 0)).at(-1);
      expect(run?.retval).toBe(Number(section(testCase, 'r0')));
    },
  );
});

test.skipIf(!hasTool('kernel'))('the kernel returns the same for all of them', () => {
  let maps = 0;
  const specs = ON_KERNEL.map((testCase, i) => {
    const spec = specOf(testCase, i, maps);
    maps += mapsOf(testCase).length;
    return spec;
  });
  const results = askKernel(specs.join(''))
    .filter(({ op }) => op === 'run')
    .map(({ retval }, i) => `${ON_KERNEL[i]!.title}: ${retval}`);
  expect(results).toEqual(
    ON_KERNEL.map((testCase) => `${testCase.title}: ${Number(section(testCase, 'r0'))}`),
  );
});

test('some case is about each operation, and runs it', () => {
  const shown = new Set<string>(Object.keys(NEVER_RUN));
  for (const testCase of CASES) {
    if (!testCase.sections.has('op')) continue;
    const used = new Set(disassemble(insnsOf(testCase).insns).map(({ insn }) => insn?.op.name as string));
    for (const op of sectionLines(testCase, 'op')) {
      expect(used, testCase.title).toContain(op);
      shown.add(op);
    }
  }
  expect(OP_LIST.map((op) => op.name).filter((name) => !shown.has(name))).toEqual([]);
  expect([...shown].filter((name) => !OP_LIST.some((op) => op.name === name))).toEqual([]);
});
