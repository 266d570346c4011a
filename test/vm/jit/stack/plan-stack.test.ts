// Which bytes of a frame become locals: by hand, and for random programs against a plain reading of the rules.
import { describe, expect, test } from 'vitest';
import { assembleObject, assembleProg } from '../../../../vm/index.ts';
import { kernelTypes } from '../../../../vm/btf/kernel-types.ts';
import { prepareCode } from '../../../../vm/interp/code.ts';
import { planStack, type StackPlan } from '../../../../vm/jit/stack/plan-stack.ts';
import { pcsOf, splitBlocks } from '../../../../vm/jit/translate/blocks.ts';
import type { KernelProg } from '../../../../vm/kernel/prog.ts';
import { inputOf } from '../../../../vm/verifier/input-of.ts';
import { verify } from '../../../../vm/verifier/walk/verify.ts';
import { randomStackText } from '../../../support/random-stack.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(1_024);
const PROGRAMS = 100;
const HEAD = '.license "GPL"\n.map table hash key=4 value=16 entries=8\n.section "kprobe/x"\nmain:\n';

/** A program as its plans need it: insns, and what the verifier knows. */
type Planned = Pick<KernelProg, 'code' | 'known'>;

function verified(text: string): Planned {
  const object = assembleObject(text, 'plan');
  const prog = { ...object.progs[0]!, type: 'kprobe' };
  const { refusal, facts, subprogs } = verify(inputOf({ ...object, progs: [prog] }, prog, kernelTypes()));
  if (refusal !== undefined) throw new Error(refusal.message);
  return { code: prepareCode(prog.insns, new Map()), known: { facts, subprogs, maps: new Map() } };
}

function planOf(prog: Planned, mode: 'verified' | 'checked' | 'trusted', start = 0): StackPlan {
  const whole = prog as KernelProg; // the rest of it is not asked for
  return planStack(whole, mode, start, pcsOf(whole, splitBlocks(whole, start).blocks));
}

/** A plan in short: 'off:bytes' of each local, pcs that use it, words that are cleared. */
function short({ locals, uses, cleared }: StackPlan): object {
  const places = locals.map(({ off, bytes }, i) => {
    const pcs = [...uses].filter(([, local]) => local === i).map(([pc]) => pc);
    return `${off}:${bytes} at ${pcs.toSorted((a, b) => a - b).join(' ')}`;
  });
  return { places, cleared };
}

const END = '\nr0 = 0\nexit';
const LOOK_UP = 'r2 = r10\nr2 += -8\nr1 = table ll\ncall map_lookup_elem';

describe('a program that was verified', () => {
  test('has its spills in locals', () => {
    const prog = verified(
      `${HEAD}*(u64 *)(r10 - 16) = r1\ncall get_prandom_u32\nr1 = *(u64 *)(r10 - 16)${END}`,
    );
    expect(short(planOf(prog, 'verified'))).toEqual({ places: ['-16:8 at 0 2'], cleared: [] });
  });

  test('has two halves of a word in a local each', () => {
    const prog = verified(
      `${HEAD}*(u32 *)(r10 - 8) = 1\n*(u32 *)(r10 - 4) = 2\nr3 = *(u32 *)(r10 - 4)${END}`,
    );
    expect(short(planOf(prog, 'verified'))).toEqual({ places: ['-8:4 at 0', '-4:4 at 1 2'], cleared: [] });
  });

  test('has in memory what is read in other sizes than it is written in', () => {
    const prog = verified(`${HEAD}*(u64 *)(r10 - 8) = 1\nr3 = *(u32 *)(r10 - 4)${END}`);
    expect(short(planOf(prog, 'verified'))).toEqual({ places: [], cleared: [] });
  });

  test('has keys in memory, and what lies beside them in other words in locals', () => {
    const prog = verified(
      `${HEAD}*(u64 *)(r10 - 16) = r1\n*(u32 *)(r10 - 8) = 1\n${LOOK_UP}\nr1 = *(u64 *)(r10 - 16)${END}`,
    );
    expect(short(planOf(prog, 'verified'))).toEqual({ places: ['-16:8 at 0 7'], cleared: [] });
  });

  test('clears what a helper may read unwritten, and no local', () => {
    const prog = verified(`${HEAD}r3 = *(u64 *)(r10 - 24)\n${LOOK_UP}${END}`);
    expect(short(planOf(prog, 'verified'))).toEqual({ places: ['-24:8 at 0'], cleared: [-8] });
  });

  test('has a frame for each function', () => {
    const prog = verified(
      `${HEAD}*(u64 *)(r10 - 8) = 1\nr1 = r10\nr1 += -8\ncall own\nexit\nown: *(u64 *)(r10 - 8) = 1\nr0 = *(u64 *)(r10 - 8)\nr2 = *(u64 *)(r1 + 0)\nexit`,
    );
    expect([short(planOf(prog, 'verified', 0)), short(planOf(prog, 'verified', 5))]).toEqual([
      { places: [], cleared: [] },
      { places: ['-8:8 at 5 6'], cleared: [] },
    ]);
  });
});

function bare(text: string): Planned {
  return { code: prepareCode(assembleProg(text, []).insns, new Map()) };
}

describe('a program that was not verified', () => {
  const spills = '*(u64 *)(r10 - 8) = r1\nr2 = *(u64 *)(r10 - 8)\nr0 = 0\nexit';

  test('has all of its frame in memory, cleared', () => {
    const { locals, cleared } = planOf(bare(spills), 'checked');
    expect([locals, cleared.length, cleared[0], cleared.at(-1)]).toEqual([[], 64, -512, -8]);
  });

  test('has locals when it is trusted and r10 is the address of loads and stores alone', () => {
    expect(short(planOf(bare(spills), 'trusted'))).toEqual({ places: ['-8:8 at 0 1'], cleared: [] });
  });

  test.each([
    'r3 = r10',
    '*(u64 *)(r1 + 0) = r10',
    'r10 += 0',
    'lock *(u64 *)(r10 - 8) += r1',
    '*(u64 *)(r10 - 12) = r1',
    '*(u64 *)(r10 + 0) = r1',
    '*(u64 *)(r10 - 520) = r1',
  ])('has none where it is trusted and does this with r10: %s', (insn) => {
    expect(planOf(bare(`${insn}\n${spills}`), 'trusted').locals).toEqual([]);
  });
});

test(`locals of random programs do not overlap and hold what no helper reaches (${PROGRAMS} from seed ${SEED})`, () => {
  const random = new Random(SEED);
  let locals = 0;
  for (let i = 0; i < PROGRAMS; i++) {
    const prog = verified(randomStackText(random));
    const { facts, subprogs } = prog.known!;
    for (const { start, frame } of subprogs) {
      if (!facts[start]!.seen) continue;
      const plan = planOf(prog, 'verified', start);
      const taken = new Set<number>();
      for (const { off, bytes } of plan.locals) {
        for (let at = off; at < off + bytes; at++) {
          expect(taken.has(at)).toBe(false);
          taken.add(at);
        }
        const slot = (-off - 1) >> 3;
        expect(frame.shared[slot >> 5]! & (1 << (slot & 31))).toBe(0);
        expect(plan.cleared).not.toContain(-8 * (slot + 1));
      }
      for (const [pc, local] of plan.uses) expect(facts[pc]!.stackOff).toBe(plan.locals[local]!.off);
      locals += plan.locals.length;
    }
  }
  expect(locals).toBeGreaterThan(PROGRAMS / 4);
});
