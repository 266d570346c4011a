// What the verifier knows of numbers is true of every number: results of arithmetic on members are members of the result, what a jump decides is so for
// all of them, and what is learned from it holds.
import { describe, expect, test } from 'vitest';
import { ALU32, ALU64 } from '../../../vm/interp/alu.ts';
import { JUMP32, JUMP64 } from '../../../vm/interp/jumps.ts';
import { ALU, JMP, SWAPS, type AluName, type JmpName, type SwapName } from '../../../vm/isa/opcodes.ts';
import type { Width } from '../../../vm/isa/ops.ts';
import { aluScalar, negScalar, signExtend, swapScalar, truncate } from '../../../vm/verifier/scalar-alu.ts';
import { branchTaken } from '../../../vm/verifier/scalar-compare.ts';
import { contains, intersect, signedRange, unsignedRange } from '../../../vm/verifier/scalar-narrow.ts';
import { refine, refineSame } from '../../../vm/verifier/scalar-refine.ts';
import { constScalar, UNKNOWN, ZERO } from '../../../vm/verifier/scalar.ts';
import { anyNumber, anySet, viewsAgainst, type NumberSet } from '../../support/random-scalars.ts';
import { Random, seedOf } from '../../support/seed.ts';

const SEED = seedOf(6_180_044);
const SETS = Number(process.env['SCALAR_SETS'] ?? 4000);
const WIDTHS = [64, 32] as const;
const ALU_NAMES = Object.keys(ALU) as AluName[];
const JMP_NAMES = Object.keys(JMP) as JmpName[];
const SWAP_NAMES = Object.keys(SWAPS) as SwapName[];

const q = new BigUint64Array(2);
const s = new BigInt64Array(q.buffer);

function compute(alu: AluName, width: Width, a: bigint, b: bigint): bigint {
  if (width === 32) {
    return BigInt(ALU32[alu](Number(BigInt.asIntN(32, a)), Number(BigInt.asIntN(32, b))) >>> 0);
  }
  q[0] = a;
  q[1] = b;
  ALU64[alu](q, s, 0, 1);
  return q[0];
}

function holds(jmp: JmpName, width: Width, a: bigint, b: bigint): boolean {
  if (width === 32) return JUMP32[jmp](Number(BigInt.asIntN(32, a)), Number(BigInt.asIntN(32, b)));
  q[0] = a;
  q[1] = b;
  return JUMP64[jmp](q, s, 0, 1);
}

function swapped(x: bigint, bits: number): bigint {
  const bytes = Array.from({ length: bits / 8 }, (_, i) => (x >> BigInt(8 * i)) & 0xffn);
  return bytes.reduce((sum, byte) => (sum << 8n) | byte, 0n);
}

/** Every pair of members; `check` says what is wrong. */
function wrongPairs(
  a: NumberSet,
  b: NumberSet,
  check: (x: bigint, y: bigint) => string | undefined,
): string[] {
  return a.members.flatMap((x) =>
    b.members.flatMap((y) => {
      const wrong = check(x, y);
      return wrong === undefined ? [] : [`${x} and ${y}: ${wrong}`];
    }),
  );
}

function anyPair(random: Random): readonly [NumberSet, NumberSet] {
  if (random.below(4) > 0) return [anySet(random), anySet(random)];
  const constant = random.below(2) === 0 ? BigInt(random.below(70)) : anyNumber(random);
  return [anySet(random), { scalar: constScalar(constant), members: [constant] }];
}

describe(`random sets (seed ${SEED})`, () => {
  test('a set admits its members', () => {
    const random = new Random(SEED);
    for (let i = 0; i < SETS; i++) {
      const { scalar, members } = anySet(random);
      for (const x of members) expect(viewsAgainst(scalar, x)).toEqual([]);
    }
  });

  test.each(ALU_NAMES)('%s of members is a member of the result', (alu) => {
    const random = new Random(SEED + ALU_NAMES.indexOf(alu));
    for (let i = 0; i < SETS / 4; i++) {
      const [a, b] = anyPair(random);
      for (const width of WIDTHS) {
        const result = aluScalar(alu, width, a.scalar, b.scalar);
        const wrong = wrongPairs(a, b, (x, y) => {
          const against = viewsAgainst(result, compute(alu, width, x, y));
          return against.length === 0 ? undefined : `${width} ${against.join()}`;
        });
        expect(wrong).toEqual([]);
      }
    }
  });

  test('negation, byte swaps, truncation and sign extension of members are members', () => {
    const random = new Random(SEED + 100);
    for (let i = 0; i < SETS / 4; i++) {
      const { scalar, members } = anySet(random);
      for (const x of members) {
        for (const width of WIDTHS) {
          expect(viewsAgainst(negScalar(width, scalar), BigInt.asUintN(width, -x))).toEqual([]);
          for (const bits of [8, 16, 32] as const) {
            const extended = BigInt.asUintN(width, BigInt.asIntN(bits, x));
            expect(viewsAgainst(signExtend(scalar, bits, width), extended)).toEqual([]);
          }
        }
        for (const bytes of [1, 2, 4, 8])
          expect(viewsAgainst(truncate(scalar, bytes), BigInt.asUintN(8 * bytes, x))).toEqual([]);
        for (const swap of SWAP_NAMES) {
          for (const bits of [16, 32, 64] as const) {
            const result = swap === 'le' ? BigInt.asUintN(bits, x) : swapped(x, bits);
            expect(viewsAgainst(swapScalar(swap, bits, scalar), result)).toEqual([]);
          }
        }
      }
    }
  });

  test.each(JMP_NAMES)('what is decided of %s is so, and what is learned from it holds', (jmp) => {
    const random = new Random(SEED + 200 + JMP_NAMES.indexOf(jmp));
    for (let i = 0; i < SETS / 4; i++) {
      const [a, b] = anyPair(random);
      for (const width of WIDTHS) {
        const decided = branchTaken(jmp, width, a.scalar, b.scalar);
        const wrong = wrongPairs(a, b, (x, y) => {
          const isTaken = holds(jmp, width, x, y);
          if (decided !== undefined) return decided === isTaken ? undefined : `${width} decided ${decided}`;
          const [first, second] = refine(jmp, width, isTaken, a.scalar, b.scalar);
          const against = [...viewsAgainst(first, x), ...viewsAgainst(second, y)];
          return against.length === 0 ? undefined : `${width} ${isTaken} ${against.join()}`;
        });
        expect(wrong).toEqual([]);
        for (const x of a.members) {
          const learned = refineSame(jmp, width, holds(jmp, width, x, x), a.scalar);
          expect(viewsAgainst(learned, x)).toEqual([]);
        }
      }
    }
  });

  test('a set contains what is in it and in another', () => {
    const random = new Random(SEED + 300);
    for (let i = 0; i < SETS; i++) {
      const a = anySet(random);
      const b = anySet(random);
      const both = intersect(a.scalar, b.scalar);
      const shared = a.members.filter((x) => viewsAgainst(b.scalar, x).length === 0);
      for (const x of shared) {
        expect(viewsAgainst(both, x)).toEqual([]);
        expect(contains(a.scalar, constScalar(x))).toBe(true);
      }
      expect(contains(UNKNOWN, a.scalar)).toBe(true);
    }
  });
});

describe('all pairs of small numbers', () => {
  const random = new Random(SEED + 400);
  const sets = Array.from({ length: 12 }, (): NumberSet => {
    const min = BigInt(random.below(40)) - 20n;
    const members = Array.from({ length: 1 + random.below(16) }, (_, i) =>
      BigInt.asUintN(64, min + BigInt(i)),
    );
    return { scalar: signedRange(min, min + BigInt(members.length - 1)), members };
  });

  test.each(ALU_NAMES)('%s', (alu) => {
    for (const a of sets) {
      for (const b of sets) {
        for (const width of WIDTHS) {
          const result = aluScalar(alu, width, a.scalar, b.scalar);
          const wrong = wrongPairs(a, b, (x, y) => viewsAgainst(result, compute(alu, width, x, y))[0]);
          expect(wrong).toEqual([]);
        }
      }
    }
  });

  test.each(JMP_NAMES)('%s', (jmp) => {
    for (const a of sets) {
      for (const b of sets) {
        for (const width of WIDTHS) {
          const decided = branchTaken(jmp, width, a.scalar, b.scalar);
          const sides = new Map(
            [true, false].map(
              (isTaken) => [isTaken, refine(jmp, width, isTaken, a.scalar, b.scalar)] as const,
            ),
          );
          const wrong = wrongPairs(a, b, (x, y) => {
            const isTaken = holds(jmp, width, x, y);
            if (decided !== undefined) return decided === isTaken ? undefined : 'decided';
            const [first, second] = sides.get(isTaken)!;
            return [...viewsAgainst(first, x), ...viewsAgainst(second, y)][0];
          });
          expect(wrong).toEqual([]);
        }
      }
    }
  });
});

describe('what is known exactly', () => {
  test('sums of ranges are ranges, in all views', () => {
    expect(aluScalar('add', 64, unsignedRange(1n, 7n), constScalar(8n))).toEqual(unsignedRange(9n, 15n));
  });
  test('an unsigned range that both sums leave is known still', () => {
    const sum = aluScalar('add', 64, unsignedRange((1n << 64n) - 8n, (1n << 64n) - 1n), constScalar(16n));
    expect([sum.umin, sum.umax]).toEqual([8n, 15n]);
  });
  test('a number that only one bit pattern of a range admits is known', () => {
    const masked = aluScalar('and', 64, UNKNOWN, constScalar(8n));
    expect(refine('jne', 64, true, masked, ZERO)[0]).toEqual(constScalar(8n));
  });
  test('a division says nothing, not even of constants', () => {
    expect(aluScalar('div', 64, constScalar(6n), constScalar(2n))).toEqual(UNKNOWN);
  });
  test('a contradiction leaves the bits and is told', () => {
    const found: string[] = [];
    const minusOrZero = signedRange(-1n, 0n);
    refineSame('jsle', 32, false, minusOrZero, found);
    expect(found[0]).toMatch(
      /^verifier bug: REG INVARIANTS VIOLATION \(false_reg1\): range bounds violation u64=\[0x0, /u,
    );
  });
});
