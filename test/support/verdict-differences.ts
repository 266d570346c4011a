// Where our verifier and a kernel's part, but for what is understood.
import { disassemble, logLine } from '../../vm/asm/disassemble.ts';
import type { ObjectSpec } from '../../vm/object.ts';
import { askBoth } from './both-verifiers.ts';
import { callsLockedDown } from './locked-down.ts';

/** Differences that stay, by their text. None is a program that Linux refuses since it could do harm, and we accept. */
const UNDERSTOOD: readonly { readonly difference: RegExp; readonly why: string }[] = [
  {
    difference: /^ours: 0 \nkernel: 14 verifier bug: No program to jit at insn \d+ \(subprog < 0\)/u,
    why: 'the address of a function that no path calls is taken: Linux removes the function, and then misses it',
  },
  {
    difference: /^line \d+\n {2}ours: +\d+: ([.\d]{10} )?\.quad /u,
    why: 'Linux prints atomic operations that there are not as if there were, or as BUG_db; we print their bytes',
  },
];

/** What the two answered. */
export interface Comparison {
  /** How many programs the kernel accepts. */
  readonly accepted: number;
  /** How many it accepts by a mistake of its own, and we refuse. @see Env.hasGap */
  readonly gaps: number;
  /** Each with the program. */
  readonly differences: readonly string[];
}

/** Asks both about the first program of each object. What we refuse as we do not take over a mistake of Linux is no difference. */
export function compareVerdicts(all: readonly ObjectSpec[], logLevel: 1 | 2): Comparison {
  const objects = all.filter((object) => !callsLockedDown(object));
  const verdicts = askBoth(objects, logLevel);
  const differences = verdicts.flatMap(({ difference, isGap }, i) =>
    difference === undefined || isGap || UNDERSTOOD.some((row) => row.difference.test(difference))
      ? []
      : [`${difference}\n${programText(objects[i]!)}`],
  );
  return {
    accepted: verdicts.filter(({ kernels }) => kernels === 0).length,
    gaps: verdicts.filter(({ isGap }) => isGap).length,
    differences,
  };
}

/** The same of `count` programs from a maker, some at a time. */
export function compareMany(make: () => ObjectSpec, count: number, logLevel: 1 | 2): Comparison {
  let [accepted, gaps] = [0, 0];
  const differences: string[] = [];
  for (let done = 0; done < count; done += AT_ONCE) {
    const objects = Array.from({ length: Math.min(AT_ONCE, count - done) }, make);
    const part = compareVerdicts(objects, logLevel);
    accepted += part.accepted;
    gaps += part.gaps;
    differences.push(...part.differences);
  }
  return { accepted, gaps, differences };
}

const AT_ONCE = 50;

function programText({ progs }: ObjectSpec): string {
  const { type, insns, relocs } = progs[0]!;
  return [type, ...disassemble(insns, { dialect: 'kernel', relocs }).map(logLine)].join('\n');
}
