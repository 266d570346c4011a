// Random programs: the verifier's log, line for line, beside that of the kernel of this machine.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { askKernel } from '../../support/oracle.ts';
import { randomWalk, SETTINGS, type SettingName } from '../../support/random-walks.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';
import { verifierInput, verifierSpec } from '../../support/verifier-case.ts';
import { kernelTypes } from '../../../vm/btf/kernel-types.ts';
import { parseBtf } from '../../../vm/btf/parse.ts';
import { printLog } from '../../../vm/verifier/print.ts';
import { verify } from '../../../vm/verifier/walk/verify.ts';
import type { TestCase } from '../../support/case-file.ts';

const SEED = seedOf(61_844);
const PROGRAMS = Number(process.env['WALKS'] ?? 500);
const AT_ONCE = 50;
const VMLINUX = '/sys/kernel/btf/vmlinux';
/** The types of this machine's kernel. */
const KERNEL = existsSync(VMLINUX) ? parseBtf(readFileSync(VMLINUX), 'vmlinux') : kernelTypes();
/** A state is kept wherever one can be. @see include/uapi/linux/bpf.h BPF_F_TEST_STATE_FREQ */
const TEST_STATE_FREQ = 8;

test.skipIf(!hasTool('kernel')).each(Object.keys(SETTINGS) as SettingName[])(
  `%s: walks as the kernel does (${PROGRAMS} programs from seed ${SEED})`,
  (setting) => {
    const random = new Random(SEED);
    const differences: string[] = [];
    for (let done = 0; done < PROGRAMS; done += AT_ONCE) {
      const cases = Array.from({ length: AT_ONCE }, () => anyCase(random, setting));
      let maps = 0;
      const lines = cases.flatMap((testCase, i) => {
        const spec = verifierSpec(testCase, `p${i}`, maps, 2);
        maps += spec.maps;
        return spec.lines;
      });
      const answers = askKernel(lines.join('\n')).filter(({ op }) => op === 'prog');
      for (const [i, testCase] of cases.entries()) {
        const theirs = answers[i]?.log?.split('\n') ?? [];
        if (!theirs[0]?.startsWith('func#0')) continue; // the log was too long, and its begin is gone
        const difference = firstDifference(ourLog(testCase), theirs);
        if (difference !== undefined) differences.push(`${difference}\n${testCase.sections.get('asm')}`);
      }
    }
    expect(differences).toEqual([]);
  },
  600_000,
);

function anyCase(random: Random, setting: SettingName): TestCase {
  const { type, maps, asm } = randomWalk(random, setting);
  const sections = new Map([
    [`prog ${type} flags=${random.below(4) === 0 ? TEST_STATE_FREQ : 0}`, ''],
    ['maps', maps],
    ['asm', asm],
  ]);
  return { title: setting, where: setting, sections };
}

function ourLog(testCase: TestCase): readonly string[] {
  const input = { ...verifierInput(testCase), kernel: KERNEL };
  const everyState = (input.flags & TEST_STATE_FREQ) !== 0;
  return printLog(input, verify(input, { logLevel: 2, everyState }));
}

/** The first line that differs, both ways, with the one before it. */
function firstDifference(ours: readonly string[], theirs: readonly string[]): string | undefined {
  const [a, b] = [walked(ours), walked(theirs)];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] !== b[i]) return `${a[i - 1]}\n  ours:   ${a[i]}\n  kernel: ${b[i]}`;
  }
  return undefined;
}

/** Lines of the walk itself, without what names addresses and maps, and without the ids of functions. */
function walked(log: readonly string[]): string[] {
  return log
    .filter((line) => !/^(\s*$|Live regs|\(\d+(,\d+)*\) |[ \d]*: [.\d]{10} )/.test(line))
    .map((line) =>
      line
        .replace(/\(18\) r(\d) = \S+/, '(18) r$1 = map')
        .replace(/(call \w+)#\d+/, '$1')
        .replaceAll(/map=\w+/g, 'map=m')
        .replaceAll(/ +/g, ' ')
        .trimEnd(),
    );
}
