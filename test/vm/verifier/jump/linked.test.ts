// Linked numbers: what is told of one is true of all.
import { expect, test } from 'vitest';
import { numberReg } from '../../../../vm/verifier/alu/number-reg.ts';
import { syncLinked } from '../../../../vm/verifier/jump/linked.ts';
import { scalarReg, type Linked } from '../../../../vm/verifier/reg.ts';
import { constScalar, UNKNOWN } from '../../../../vm/verifier/scalar.ts';
import { allOf } from '../../../../vm/verifier/state.ts';
import { bareState } from '../../../support/bare-env.ts';
import { anySet, viewsAgainst } from '../../../support/random-scalars.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(31);
const RUNS = 10_000;
const KINDS = ['equal', 'add64', 'add32'] as const satisfies Linked[];
const S32_MIN = -0x8000_0000;

/** What a number that is so linked holds when the one that it came from holds `base`. */
function held(linked: Linked, off: number, base: bigint): bigint {
  if (linked === 'equal') return base;
  return BigInt.asUintN(linked === 'add32' ? 32 : 64, base + BigInt(off));
}

test(`a linked number is among what it is told (${RUNS} links from seed ${SEED})`, () => {
  const random = new Random(SEED);
  const wrong: unknown[] = [];
  for (let run = 0; run < RUNS; run++) {
    const [of, to] = [random.pick(KINDS), random.pick(KINDS)];
    const offOf = of === 'equal' ? 0 : random.u32() | 0;
    const offTo = to === 'equal' ? 0 : random.pick([0, 1, -1, offOf, S32_MIN, random.u32() | 0]);
    const set = anySet(random);
    // a 32-bit link is made only of numbers that have no upper half
    const is32 = of === 'add32' || to === 'add32';
    const bases = set.members.map((x) => BigInt.asUintN(64, x - BigInt(offOf)));
    const base = bases.find((x) => (!is32 || x < 1n << 32n) && set.members.includes(held(of, offOf, x)));
    if (base === undefined) continue;
    const state = bareState();
    state.frame.regs[1] = numberReg(set.scalar, false, 4, of, offOf);
    state.frame.regs[2] = numberReg(UNKNOWN, false, 4, to, offTo);
    syncLinked(state, 1, [{ frame: 0, reg: 2 }]);
    const views = viewsAgainst(state.frame.regs[2].scalar, held(to, offTo, base));
    if (views.length > 0) wrong.push({ of, to, offOf, offTo, base, views });
  }
  expect(wrong).toEqual([]);
});

test('numbers in the frames of callers and on the stack are told too', () => {
  const state = bareState(2);
  const linked = numberReg(UNKNOWN, false, 4);
  state.frames[0]!.regs[6] = linked;
  state.frames[0]!.stack[0] = { kinds: allOf('spill'), reg: linked };
  state.frames[1]!.regs[1] = numberReg(constScalar(5n), false, 4);
  syncLinked(state, 1, [
    { frame: 0, reg: 6 },
    { frame: 0, slot: 0 },
    { frame: 1, reg: 1 },
  ]);
  expect([state.frames[0]!.regs[6].scalar.umax, state.frames[0]!.stack[0].reg.scalar.umax]).toEqual([5n, 5n]);
});

test('a place that meanwhile holds another number is left alone', () => {
  const state = bareState();
  state.frame.regs[1] = numberReg(constScalar(5n), false, 4);
  state.frame.regs[2] = scalarReg(constScalar(9n));
  syncLinked(state, 1, [{ frame: 0, reg: 2 }]);
  expect(state.frame.regs[2].scalar.umax).toBe(9n);
});

test('a distance of 32 bits tells nothing of one of 64', () => {
  const state = bareState();
  state.frame.regs[1] = numberReg(constScalar(5n), false, 4, 'add32', 1);
  state.frame.regs[2] = numberReg(UNKNOWN, false, 4, 'add64', 2);
  syncLinked(state, 1, [{ frame: 0, reg: 2 }]);
  expect(state.frame.regs[2].scalar).toEqual(UNKNOWN);
});
