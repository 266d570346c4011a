// Programs that throw, and the function that is called in the place of their end: what the tag on the program may name, and who may throw.
import { describe, expect, test } from 'vitest';
import { BtfBuilder } from '../../../../vm/btf/build.ts';
import { kernelTypes } from '../../../../vm/btf/kernel-types.ts';
import { assembleProg } from '../../../../vm/index.ts';
import type { FuncInfo } from '../../../../vm/object.ts';
import type { VerifyInput } from '../../../../vm/verifier/input.ts';
import type { EXCEPTION_MESSAGES } from '../../../../vm/verifier/messages/exceptions.ts';
import { verify } from '../../../../vm/verifier/walk/verify.ts';

/** A function of the program: where it begins, its name; static ones begin with an underscore. */
type Func = readonly [pc: number, name: string];

interface Program {
  readonly text: string;
  readonly funcs: readonly Func[];
  /** What the tags on the first function name. */
  readonly tags?: readonly string[];
}

/** Every function is int f(u64). */
function inputOf({ text, funcs, tags = ['catch'] }: Program): VerifyInput {
  const builder = new BtfBuilder('prog');
  const number = builder.push({
    kind: 'int',
    name: 'u64',
    bytes: 8,
    bits: 64,
    isSigned: false,
    isBool: false,
    isChar: false,
    bitOff: 0,
  });
  const proto = builder.push({
    kind: 'func_proto',
    ret: number,
    params: [{ name: 'cookie', type: number }],
  });
  const infos = funcs.map(([pc, name]): FuncInfo => {
    const linkage = name.startsWith('_') ? 'static' : 'global';
    const typeId = builder.push({ kind: 'func', name, type: proto, linkage });
    return { pc, name, linkage, typeId };
  });
  for (const name of tags) {
    const type = infos[0]!.typeId!; // given above
    builder.push({ kind: 'decl_tag', name: `exception_callback:${name}`, type, component: -1 });
  }
  builder.push({ kind: 'func', name: 'elsewhere', type: proto, linkage: 'global' });
  return {
    name: 'main',
    type: 'sched_cls',
    attachType: 0,
    flags: 0,
    gpl: true,
    insns: assembleProg(text).insns,
    maps: new Map(),
    funcs: infos,
    lines: [],
    types: builder.build(),
    kernel: kernelTypes(),
    objects: [],
  };
}

const THROW = 'r1 = 7\ncall bpf_throw\nr0 = 0\nexit';
const CATCH = 'r0 = r1\nexit';
const MAIN: readonly Func[] = [
  [0, 'main'],
  [4, 'catch'],
];

describe('exceptions', () => {
  test('a program that names nothing may throw', () => {
    const input = inputOf({ text: THROW, funcs: [[0, 'main']], tags: [] });
    expect(verify(input).refusal).toBeUndefined();
  });

  test('the function that catches is walked, whether anything is thrown or not', () => {
    for (const text of [`${THROW}\n${CATCH}`, `r1 = 7\nr2 = 7\nr0 = 0\nexit\n${CATCH}`]) {
      const verdict = verify(inputOf({ text, funcs: MAIN }), { logLevel: 2 });
      expect(verdict.refusal).toBeUndefined();
      expect(verdict.facts[4]).toMatchObject({ seen: true });
    }
  });

  test('what is thrown is the result of the program where nothing catches it', () => {
    const input = {
      ...inputOf({ text: THROW, funcs: [[0, 'main']], tags: [] }),
      type: 'cgroup_skb' as const,
    };
    expect(verify(input).refusal?.message).toBe(
      'At program exit the register R1 has smin=7 smax=7 should have been in [0, 1]',
    );
  });

  const refused: Readonly<Record<keyof typeof EXCEPTION_MESSAGES, Program>> = {
    'exception-tags': { text: `${THROW}\n${CATCH}`, funcs: MAIN, tags: ['catch', 'catch'] },
    'exception-unknown': { text: `${THROW}\n${CATCH}`, funcs: MAIN, tags: ['nobody'] },
    'exception-linkage': {
      text: `${THROW}\n${CATCH}`,
      funcs: [
        [0, 'main'],
        [4, '_catch'],
      ],
      tags: ['_catch'],
    },
    'exception-no-info': { text: THROW, funcs: [[0, 'main']], tags: ['elsewhere'] },
    'exception-main': { text: THROW, funcs: [[0, 'main']], tags: ['main'] },
    'exception-called': { text: `r1 = 7\ncall f\nr0 = 0\nexit\nf:\n${CATCH}`, funcs: MAIN },
    'exception-tail-call': {
      text: `r1 = 0\nr2 = 0\nr0 = 0\nexit\nif r1 == 1 goto out\ncall f\nout:\nr0 = 0\nexit\nf:\nr0 = 0\nr9 = 1\nif r9 == 1 goto end\nr1 = 0\nr2 = 0\nr3 = 0\ncall bpf_tail_call\nend:\nr0 = 0\nexit`,
      funcs: [
        [0, 'main'],
        [4, 'catch'],
        [8, '_f'],
      ],
    },
    'throw-in-callback': {
      text: 'r1 = 1\nr2 = f ll\nr3 = 0\nr4 = 0\ncall bpf_loop\nr0 = 0\nexit\nf:\nr1 = 0\ncall bpf_throw\nr0 = 0\nexit',
      funcs: [
        [0, 'main'],
        [8, '_f'],
      ],
      tags: [],
    },
  };
  test.each(Object.entries(refused))('%s', (code, program) => {
    expect(verify(inputOf(program)).refusal?.code).toBe(code);
  });
});
