// BPF_PROG_LOAD of every program type, attach type and flag: the machine answers as the kernel of this machine does.
import { expect, test } from 'vitest';
import { assembleProg } from '../../../vm/index.ts';
import { PROG_FLAGS, PROG_TYPES, progTypeRow, type ProgTypeName } from '../../../vm/kernel/prog-types.ts';
import { askKernel, insnsLine, type OracleAnswer } from '../../support/oracle.ts';
import { askMachine } from '../../support/spec-machine.ts';
import { hasTool } from '../../support/tools.ts';

const ATTACH_TYPES = 64;
const FLAG_BITS = 24;

/** Types that Linux loads only for a function of the kernel or another program, or that not every kernel has. */
const LEFT_OUT: Readonly<Partial<Record<ProgTypeName, string>>> = {
  tracing: 'asks for the BTF id of a function',
  lsm: 'asks for the BTF id of a hook',
  struct_ops: 'asks for the BTF id of a struct',
  ext: 'asks for a program to extend',
  lirc_mode2: 'is not in every kernel',
};
const TYPES = (Object.keys(PROG_TYPES) as ProgTypeName[]).filter((type) => LEFT_OUT[type] === undefined);

/** One load a line of the answer: with each attach type, then with each flag at an attach type that is right. */
function specOf(type: ProgTypeName): string {
  const insns = insnsLine(assembleProg('r0 = 1\nexit').insns);
  const { attach: allowed, sleepable } = progTypeRow(type)!;
  const right = allowed?.[0] ?? 0;
  const must = sleepable === 'always' ? PROG_FLAGS.sleepable : 0;
  const lines = ['nodump'];
  for (let attach = 0; attach < ATTACH_TYPES; attach++) {
    lines.push(`prog attach${attach} ${type} log=0 attach=${attach} flags=${must}`, insns, 'end');
  }
  for (let bit = 0; bit < FLAG_BITS; bit++) {
    if (bit === 16) continue; // BPF_F_TOKEN_FD: there are no tokens
    lines.push(`prog flag${bit} ${type} log=0 attach=${right} flags=${2 ** bit}`, insns, 'end');
  }
  return lines.join('\n');
}

/** The errno of each load. */
function answers(list: readonly OracleAnswer[]): string[] {
  return list.filter(({ op }) => op === 'prog').map(({ name, errno }) => `${name} ${errno}`);
}

test.skipIf(!hasTool('kernel')).each(TYPES)('%s', (type) => {
  const spec = specOf(type);
  expect(answers(askMachine(spec.replace('nodump\n', '')))).toEqual(answers(askKernel(spec)));
});
