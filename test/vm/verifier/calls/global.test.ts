// Calls of global functions: where they may stand, and what such functions return.
import { describe, expect, test } from 'vitest';
import { kernelTypes } from '../../../../vm/btf/kernel-types.ts';
import { assembleProg } from '../../../../vm/index.ts';
import type { VerifyInput } from '../../../../vm/verifier/input.ts';
import { verify } from '../../../../vm/verifier/walk/verify.ts';
import { askFunction } from '../../../support/func-program.ts';
import { hasTool } from '../../../support/tools.ts';
import { compareWithKernel } from '../../../support/verifier-matrix.ts';
import { vmlinux } from '../../../support/vmlinux.ts';

const SLEEPABLE = 16;
const SLEEPS = 'r1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall copy_from_user\nr0 = 0\nexit';
const MAP = { name: 'm', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 } as const;

/** The last line of what the verifier says of a program that calls a function between locking and unlocking, undefined when it is accepted. */
function whileLocked(linkage: 'global' | 'static'): string | undefined {
  const before = 'r6 = mapval[m] ll\nr1 = r6\ncall spin_lock\nr1 = 0';
  const callee = { name: 'callee', linkage, params: ['int'] };
  const { funcs = [], types } = askFunction({ type: 'sched_cls' }, callee, 'r1 = 0', 'r0 = 0\nexit');
  const text = `${before}\ncall callee\nr1 = r6\ncall spin_unlock\nr0 = 0\nexit\ncallee: r0 = 0\nexit`;
  const { insns } = assembleProg(text, ['m']);
  const start = insns.length / 8 - 2;
  const map = { spec: { ...MAP, fields: [{ kind: 'spin_lock', off: 0 }] } } as const;
  const input: VerifyInput = {
    name: 'main',
    type: 'sched_cls',
    attachType: 0,
    flags: 0,
    gpl: true,
    insns,
    maps: new Map([[0, { map, valueOff: 0 }]]),
    funcs: funcs.map(({ name, typeId = 0, linkage: link }, i) => ({
      pc: i * start,
      name,
      linkage: link,
      typeId,
    })),
    lines: [],
    kernel: kernelTypes(),
    objects: [],
    ...(types === undefined ? {} : { types }),
  };
  return verify(input, { logLevel: 1 }).refusal?.message.split('\n').at(-1);
}

describe('while a lock is held', () => {
  test('a global function may not be called', () => {
    expect(whileLocked('global')).toBe('use static function instead');
  });

  test('a static one may', () => {
    expect(whileLocked('static')).toBeUndefined();
  });
});

describe.runIf(hasTool('kernel') && vmlinux() !== undefined)('as the kernel says', () => {
  test('functions that sleep are called by programs that may', () => {
    const callee = { name: 'callee', linkage: 'global', params: ['int'] } as const;
    const questions = [0, SLEEPABLE].map((flags) =>
      askFunction({ type: 'kprobe', flags }, callee, 'r1 = 0', SLEEPS),
    );
    expect(compareWithKernel(questions)).toEqual({ accepted: 1, differences: [] });
  });

  test('functions return numbers', () => {
    const callee = { name: 'callee', linkage: 'global', params: ['u64 *'] } as const;
    const bodies = ['r0 = r1\nexit', 'r0 = r10\nexit', 'r0 = -5\nexit', 'call get_prandom_u32\nexit', 'exit'];
    const questions = bodies.map((body) => askFunction({ type: 'socket_filter' }, callee, 'r1 = 0', body));
    expect(compareWithKernel(questions)).toEqual({ accepted: 2, differences: [] });
  });
});
