// What the verifier says of calls of helpers, line for line beside what the kernel of this machine says.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { printLog } from '../../../vm/verifier/print.ts';
import { verify } from '../../../vm/verifier/walk/verify.ts';
import type { TestCase } from '../../support/case-file.ts';
import { helperProgram } from '../../support/helper-programs.ts';
import { logDifference } from '../../support/log-difference.ts';
import { askKernel } from '../../support/oracle.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';
import { verifierInput, verifierSpec } from '../../support/verifier-case.ts';
import { vmlinux } from '../../support/vmlinux.ts';

const SEED = seedOf(211);
const PROGRAMS = Number(process.env['HELPER_PROGRAMS'] ?? 1000);
const AT_ONCE = 250;

test.skipIf(!hasTool('kernel'))(
  `says of calls of helpers what the kernel says (${PROGRAMS} programs from seed ${SEED})`,
  () => {
    const random = new Random(SEED);
    const cpus = possibleCpus();
    const differences: string[] = [];
    for (let done = 0; done < PROGRAMS; done += AT_ONCE) {
      const programs = Array.from({ length: AT_ONCE }, (_, i) => helperProgram(random, `p${i}`));
      let maps = 0;
      const spec = programs.flatMap((program) => {
        const made = verifierSpec(program, program.title, maps, 2);
        maps += made.maps;
        return made.lines;
      });
      const answers = new Map(askKernel(spec.join('\n')).map((answer) => [answer.name, answer]));
      for (const program of programs) {
        const { log = '', errno } = answers.get(program.title)!;
        const ours = ask(program, cpus);
        const difference =
          logDifference(ours.log, log.split('\n')) ??
          (ours.errno === errno ? undefined : `errno ${ours.errno}, the kernel's ${errno}`);
        if (difference !== undefined) {
          differences.push(
            `${[...program.sections.keys()][0]}\n${program.sections.get('asm')}\n${difference}`,
          );
        }
      }
    }
    expect(differences).toEqual([]);
  },
  600_000,
);

function ask(program: TestCase, cpus: number): { readonly log: readonly string[]; readonly errno: number } {
  const given = verifierInput(program);
  const input = { ...given, kernel: vmlinux() ?? given.kernel, cpus };
  const verdict = verify(input, { logLevel: 2 });
  return { log: printLog(input, verdict), errno: verdict.refusal?.errno ?? 0 };
}

/** CPUs that this machine may ever have: the kernel's nr_cpu_ids. */
function possibleCpus(): number {
  const last = /(\d+)\s*$/.exec(readFileSync('/sys/devices/system/cpu/possible', 'utf8'))?.[1];
  return Number(last) + 1;
}
