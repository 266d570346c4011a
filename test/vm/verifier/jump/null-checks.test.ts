import { describe, expect, test } from 'vitest';
import type { ValueFieldKind } from '../../../../vm/object.ts';
import type { VerifierMap } from '../../../../vm/verifier/input.ts';
import { notNull, settleNull } from '../../../../vm/verifier/jump/null-checks.ts';
import { FLAGS, makeReg, withReg, ZERO_REG, type Reg, type RegType } from '../../../../vm/verifier/reg.ts';
import { allOf, EMPTY_SLOT, type Held } from '../../../../vm/verifier/state.ts';
import { bareState } from '../../../support/bare-env.ts';

const MAYBE = FLAGS.maybe_null;

function mapOf(type: string, field?: ValueFieldKind, inner?: VerifierMap): VerifierMap {
  const fields = field === undefined ? {} : { fields: [{ kind: field, off: 0 }] };
  const spec = { name: 'm', type, keySize: 4, valueSize: 64, maxEntries: 1, flags: 0, ...fields };
  return inner === undefined ? { spec } : { spec, inner };
}

function found(map: VerifierMap, id = 7): Reg {
  return withReg(makeReg('map_value'), { map, id, flags: MAYBE });
}

function held(id: number): Held {
  return { kind: 'ref', id, pc: 0, owner: undefined };
}

describe('a pointer that turned out not to be null', () => {
  test.each<[string, VerifierMap, RegType]>([
    ['a value of a hash', mapOf('hash'), 'map_value'],
    ['a socket of an xskmap', mapOf('xskmap'), 'xdp_sock'],
    ['a socket of a sockmap', mapOf('sockmap'), 'sock'],
    ['a socket of a sockhash', mapOf('sockhash'), 'sock'],
    ['a map of a map of maps', mapOf('array_of_maps', undefined, mapOf('array')), 'map_ptr'],
  ])('is %s', (_, map, type) => {
    expect(notNull(found(map))).toMatchObject({ type, flags: 0 });
  });

  test('of a map of maps is the map that stands in it', () => {
    const inner = mapOf('array');
    expect(notNull(found(mapOf('hash_of_maps', undefined, inner)))).toMatchObject({ map: inner, mapUid: 0 });
  });

  test.each<ValueFieldKind>(['timer', 'workqueue'])(
    'of a map of maps keeps apart inner maps whose values have a %s',
    (kind) => {
      expect(notNull(found(mapOf('array_of_maps', undefined, mapOf('array', kind)), 9)).mapUid).toBe(9);
    },
  );

  test('keeps its other flags', () => {
    const reg = withReg(makeReg('btf_id'), { flags: MAYBE | FLAGS.trusted, id: 3 });
    expect(notNull(reg).flags).toBe(FLAGS.trusted);
  });
});

describe('settleNull', () => {
  test('finds all copies, in all frames and on the stack, and no others', () => {
    const state = bareState(2);
    const [mine, other] = [found(mapOf('hash'), 7), found(mapOf('hash'), 8)];
    state.frames[0]!.regs[6] = mine;
    state.frames[0]!.stack = [EMPTY_SLOT, { kinds: allOf('spill'), reg: mine }];
    state.frames[1]!.regs[1] = mine;
    state.frames[1]!.regs[2] = other;
    settleNull(state, 7, false);
    const settled = withReg(mine, { flags: 0, id: 0 });
    expect([
      state.frames[0]!.regs[6],
      state.frames[0]!.stack[1]!.reg,
      state.frames[1]!.regs[1],
      state.frames[1]!.regs[2],
    ]).toEqual([settled, settled, settled, other]);
  });

  test('makes 0 of what is null', () => {
    const state = bareState();
    state.frame.regs[0] = found(mapOf('hash'));
    settleNull(state, 7, true);
    expect(state.frame.regs[0]).toEqual(ZERO_REG);
  });

  test.each<ValueFieldKind>(['spin_lock', 'res_spin_lock'])('keeps the id of values with a %s', (kind) => {
    const state = bareState();
    state.frame.regs[0] = found(mapOf('hash', kind));
    settleNull(state, 7, false);
    expect(state.frame.regs[0]?.id).toBe(7);
  });

  test('gives back the reference of what is null, and only that', () => {
    const state = bareState();
    state.held = [held(5), held(7)];
    state.frame.regs[0] = withReg(makeReg('sock'), { id: 7, refId: 7, flags: MAYBE });
    settleNull(state, 7, false);
    expect(state.held.map(({ id }) => id)).toEqual([5, 7]);
    state.frame.regs[0] = withReg(makeReg('sock'), { id: 7, refId: 7, flags: MAYBE });
    settleNull(state, 7, true);
    expect(state.held.map(({ id }) => id)).toEqual([5]);
  });

  test('settles pointers without an id when they are read under RCU', () => {
    const state = bareState();
    state.frame.regs[0] = withReg(makeReg('btf_id'), { flags: MAYBE | FLAGS.rcu });
    state.frame.regs[1] = withReg(makeReg('btf_id'), { flags: MAYBE });
    settleNull(state, 0, false);
    expect(state.frame.regs.slice(0, 2).map(({ flags }) => flags)).toEqual([FLAGS.rcu, MAYBE]);
  });
});
