// References and locks that a program holds.
import { describe, expect, test } from 'vitest';
import {
  acquire,
  acquireLock,
  checkNothingHeld,
  release,
  releaseLock,
} from '../../../../vm/verifier/calls/held.ts';
import type { Env } from '../../../../vm/verifier/env.ts';
import { makeReg, UNKNOWN_REG, withReg } from '../../../../vm/verifier/reg.ts';
import { Refusal } from '../../../../vm/verifier/refusal.ts';
import { allOf } from '../../../../vm/verifier/state.ts';
import { bareEnv, bareState } from '../../../support/bare-env.ts';

function envWith(frames: number): Env {
  const env = bareEnv();
  env.state = bareState(frames);
  return env;
}

/** The code of the refusal that `run` ends with. */
function codeOf(run: () => void): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return undefined;
}

describe('a reference', () => {
  test('is given back once', () => {
    const env = envWith(1);
    const id = acquire(env);
    expect([release(env, id), release(env, id)]).toEqual([true, false]);
  });

  test('takes every pointer with it, spilled ones and those of other frames too', () => {
    const env = envWith(2);
    const id = acquire(env);
    const held = withReg(makeReg('mem'), { refId: id });
    const other = withReg(makeReg('mem'), { refId: id + 1 });
    const [first, second] = env.state.frames;
    first!.regs[6] = held;
    first!.stack[0] = { kinds: allOf('spill'), reg: held };
    second!.regs[1] = held;
    second!.regs[2] = other;
    release(env, id);
    expect([first!.regs[6], first!.stack[0].reg, second!.regs[1], second!.regs[2]]).toEqual([
      UNKNOWN_REG,
      UNKNOWN_REG,
      UNKNOWN_REG,
      other,
    ]);
  });

  test('may be held over the end of a function, not of the program', () => {
    const env = envWith(2);
    acquire(env);
    expect(codeOf(() => checkNothingHeld(env, false, false, 'exit'))).toBeUndefined();
    env.state.frames.pop();
    expect(codeOf(() => checkNothingHeld(env, false, true, 'exit'))).toBe('held-reference');
  });
});

describe('a lock', () => {
  test('is given back by its kind, id and owner', () => {
    const env = envWith(1);
    acquireLock(env, 'lock', 5, 'map');
    expect(releaseLock(env, 'res_lock', 5, 'map')).toBe(false);
    expect(releaseLock(env, 'lock', 6, 'map')).toBe(false);
    expect(releaseLock(env, 'lock', 5, 'other')).toBe(false);
    expect(releaseLock(env, 'lock', 5, 'map')).toBe(true);
  });

  test('makes the one before it the last again', () => {
    const env = envWith(1);
    acquireLock(env, 'res_lock', 1, 'a');
    acquire(env);
    acquireLock(env, 'res_lock', 2, 'b');
    releaseLock(env, 'res_lock', 2, 'b');
    const { locks, lockId, lockOwner } = env.state;
    expect({ locks, lockId, lockOwner }).toEqual({ locks: 1, lockId: 1, lockOwner: 'a' });
  });

  test('comes before references when the program ends', () => {
    const env = envWith(1);
    acquire(env);
    acquireLock(env, 'lock', 0, 'map');
    expect(codeOf(() => checkNothingHeld(env, false, true, 'exit'))).toBe('held-lock');
  });
});
