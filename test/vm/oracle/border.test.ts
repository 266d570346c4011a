// Verdicts on programs near the border of acceptance, and on accepted programs in which something was changed, beside those of the kernel of this machine.
import { describe, expect, test } from 'vitest';
import { disassemble, logLine } from '../../../vm/asm/disassemble.ts';
import { kernelTypes } from '../../../vm/btf/kernel-types.ts';
import { assembleObject, type ObjectSpec } from '../../../vm/index.ts';
import { inputOf } from '../../../vm/verifier/input-of.ts';
import { verify } from '../../../vm/verifier/walk/verify.ts';
import { mutated } from '../../support/mutate.ts';
import { mapLine, progLines } from '../../support/oracle-lines.ts';
import { askKernel } from '../../support/oracle.ts';
import { randomMapText } from '../../support/random-map-progs.ts';
import { riskyText } from '../../support/risky-programs.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';

const SEED = seedOf(5_000);
const PROGRAMS = Number(process.env['BORDER_PROGRAMS'] ?? 200);
const AT_ONCE = 50;

/** Verdicts that differ, by what the kernel says, or we do, and why that is right. */
const KNOWN: readonly { readonly log?: RegExp; readonly ours?: RegExp; readonly why: string }[] = [
  {
    log: /verifier bug: No program to jit at insn \d+ \(subprog < 0\)/u,
    why: 'the program takes the address of a function that no path calls: the kernel removes the function, and then misses it',
  },
  {
    ours: /^struct bpf_map doesn't have field at offset/u,
    why: 'a load from the struct of a map itself, of which the machine has but the fields that programs use',
  },
];

function isKnown(log: string, ours: string): boolean {
  return KNOWN.some((known) => known.log?.test(log) === true || known.ours?.test(ours) === true);
}

const KINDS = {
  'numbers that reach addresses': (random) => risky(random),
  'the same, with something changed': (random) => changed(random, risky(random)),
  'functions, callbacks and loops, with something changed': (random) =>
    changed(random, assembleObject(randomMapText(random), 'mutant')),
} as const satisfies Record<string, (random: Random) => ObjectSpec>;

function risky(random: Random): ObjectSpec {
  const object = assembleObject(riskyText(random), 'risky');
  return { ...object, progs: [{ ...object.progs[0]!, type: 'sched_cls' }] };
}

function changed(random: Random, object: ObjectSpec): ObjectSpec {
  const prog = object.progs[0]!;
  return { ...object, progs: [{ ...prog, insns: mutated(random, prog.insns) }] };
}

/** The kernel's verdict and log of each object. */
function ask(objects: readonly ObjectSpec[]): { readonly isAccepted: boolean; readonly log: string }[] {
  let maps = 0;
  const spec = objects.flatMap((object, i) => {
    const prog = progLines(object, object.progs[0]!, `p${i}`, maps);
    maps += object.maps.length;
    const lines = object.maps.map((map) => mapLine(map, `p${i}_`));
    return [...lines, ...prog.map((line) => line.replace(' log=0 ', ' log=1 '))];
  });
  return askKernel(spec.join('\n'))
    .filter(({ op }) => op === 'prog')
    .map(({ verdict, log = '' }) => ({ isAccepted: verdict === 'accepted', log }));
}

function programText({ progs }: ObjectSpec): string {
  const { insns, relocs } = progs[0]!;
  return disassemble(insns, { dialect: 'kernel', relocs }).map(logLine).join('\n');
}

describe.skipIf(!hasTool('kernel'))('Linux', () => {
  test.each(Object.keys(KINDS) as (keyof typeof KINDS)[])(
    `says the same of %s (${PROGRAMS} programs from seed ${SEED})`,
    (kind) => {
      const random = new Random(SEED);
      const differences: string[] = [];
      let accepted = 0;
      for (let done = 0; done < PROGRAMS; done += AT_ONCE) {
        const objects = Array.from({ length: AT_ONCE }, () => KINDS[kind](random));
        const answers = ask(objects);
        for (const [i, object] of objects.entries()) {
          const { isAccepted, log } = answers[i]!;
          const { refusal } = verify(inputOf(object, object.progs[0]!, kernelTypes()));
          if (isAccepted) accepted += 1;
          const ours = refusal?.message ?? 'accepted';
          if (isAccepted === (refusal === undefined) || isKnown(log, ours)) continue;
          const last = log.trim().split('\n').slice(-3).join('\n');
          differences.push(`${last}\nours: ${ours}\n${programText(object)}`);
        }
      }
      expect(differences).toEqual([]);
      expect(accepted).toBeGreaterThan(PROGRAMS / 20);
      expect(accepted).toBeLessThan(PROGRAMS);
    },
    3_600_000,
  );
});
