// Pointer arithmetic is sound: wherever a pointer may point, and whatever number is added, the result may point there.
import { describe, expect, test } from 'vitest';
import { constReg } from '../../../../vm/verifier/alu/number-reg.ts';
import { movePointer, type PointerMath } from '../../../../vm/verifier/alu/pointers.ts';
import {
  FLAGS,
  makeReg,
  REG_TYPES,
  scalarReg,
  withReg,
  type Reg,
  type RegType,
} from '../../../../vm/verifier/reg.ts';
import { Refusal } from '../../../../vm/verifier/refusal.ts';
import { bareEnv } from '../../../support/bare-env.ts';
import { anySet, viewsAgainst } from '../../../support/random-scalars.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(29);
const RUNS = 20_000;
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);

function math(fields: Partial<PointerMath>): PointerMath {
  const pointer = makeReg('map_value');
  return {
    op: 'add',
    width: 64,
    dst: 1,
    pointer,
    number: constReg(0),
    numberAt: 2,
    isReversed: false,
    ...fields,
  };
}

/** The result, or undefined when it is refused. */
function moved(fields: Partial<PointerMath>): Reg | undefined {
  try {
    return movePointer(bareEnv(), math(fields));
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** A number that is not known, but for its bits. */
function upTo(bits: number): Reg {
  const limit = (1n << BigInt(bits)) - 1n;
  const random = new Random(bits);
  for (;;) {
    const { scalar } = anySet(random);
    if (scalar.umax <= limit && scalar.umin < scalar.umax && scalar.smin >= 0n) return scalarReg(scalar);
  }
}

function mayMove(type: RegType, number: Reg): boolean {
  return moved({ pointer: makeReg(type), number }) !== undefined;
}

test(`moves as far as any number says (${RUNS} moves from seed ${SEED})`, () => {
  const random = new Random(SEED);
  const wrong: unknown[] = [];
  let results = 0;
  for (let run = 0; run < RUNS; run++) {
    const op = random.pick(['add', 'sub'] as const);
    const [place, number] = [anySet(random), anySet(random)];
    const off = random.below(1 << 20) - (1 << 19);
    const pointer = withReg(makeReg('map_value', place.scalar), { off });
    const result = moved({ op, pointer, number: scalarReg(number.scalar) });
    if (result === undefined) continue;
    results++;
    for (const x of place.members) {
      for (const y of number.members) {
        const at = op === 'add' ? x + BigInt(off) + y : x + BigInt(off) - y;
        const views = viewsAgainst(result.scalar, u64(at - BigInt(result.off)));
        if (views.length > 0) wrong.push({ op, x, y, off, views });
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(results).toBeGreaterThan(1000);
});

describe('pointers into the packet', () => {
  const packet = withReg(makeReg('pkt'), { id: 3, range: 14 });
  test('keep id and range when they are moved by a constant', () => {
    expect(moved({ pointer: packet, number: constReg(8) })).toMatchObject({ id: 3, range: 14, off: 8 });
  });

  test('begin anew when a number is added that is not known', () => {
    const result = moved({ pointer: packet, number: upTo(16) });
    expect(result).toMatchObject({ range: 0, off: 0 });
    expect(result?.id).not.toBe(3);
  });

  test('keep the range when they are moved to the front', () => {
    expect(moved({ op: 'sub', pointer: packet, number: upTo(16) })).toMatchObject({ range: 14 });
  });
});

test('which pointers may be moved: by any number, by a constant, by nothing but 0', () => {
  const types = (Object.keys(REG_TYPES) as RegType[]).filter(
    (type) => type !== 'scalar' && type !== 'not_init',
  );
  const anyhow = types.filter((type) => mayMove(type, upTo(4)));
  const known = types.filter((type) => mayMove(type, constReg(4)) && !anyhow.includes(type));
  const zero = types.filter(
    (type) => mayMove(type, constReg(0)) && !anyhow.includes(type) && !known.includes(type),
  );
  expect({ anyhow: anyhow.join(' '), known, zero }).toEqual({
    anyhow: 'ctx map_value map_key stack pkt_meta pkt tp_buffer btf_id mem buf func dynptr',
    known: ['flow_keys'],
    zero: ['map_ptr'],
  });
});

test('a number that memory of unknown trust was added to is not known', () => {
  const pointer = withReg(makeReg('mem'), { flags: FLAGS.untrusted });
  expect(moved({ pointer, number: constReg(5), isReversed: true })).toMatchObject({
    type: 'scalar',
    scalar: { umin: 0n, umax: (1n << 64n) - 1n },
  });
});
