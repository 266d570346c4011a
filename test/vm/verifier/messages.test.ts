// The tables of messages: each is brought about by some program, and its explanation is for people.
import { describe, expect, test } from 'vitest';
import { assembleProg } from '../../../vm/asm/assemble.ts';
import { assembleObject } from '../../../vm/index.ts';
import { BtfBuilder } from '../../../vm/btf/build.ts';
import { kernelTypes } from '../../../vm/btf/kernel-types.ts';
import { CHECK_MESSAGES } from '../../../vm/check/messages.ts';
import type { FuncInfo, LineInfo } from '../../../vm/object.ts';
import { inputOf as inputOfObject } from '../../../vm/verifier/input-of.ts';
import type { VerifyInput } from '../../../vm/verifier/input.ts';
import { BTF_MESSAGES } from '../../../vm/verifier/messages/btf.ts';
import { FUNCTION_CALL_MESSAGES, FUNCTION_MESSAGES } from '../../../vm/verifier/messages/btf-functions.ts';
import { MESSAGES } from '../../../vm/verifier/messages/index.ts';
import { bytesWords, rangeWords, typesWords, typeWords } from '../../../vm/verifier/messages/plain-words.ts';
import type { Refusal } from '../../../vm/verifier/refusal.ts';
import { verify } from '../../../vm/verifier/walk/verify.ts';
import { readCases } from '../../support/case-file.ts';
import { expectedLines, verifierInput } from '../../support/verifier-case.ts';

/** A program of two functions; the second begins at insn 2. */
const TWO = 'call f\nexit\nf:\nr0 = 0\nr1 = 1 ll\nexit';
const TAIL_CALL = 'call f\nexit\nf:\nr3 = 0\ncall bpf_tail_call\nr0 = 0\nexit';
const SLEEPS =
  'call f\nr0 = 0\nexit\nf:\nr1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall bpf_copy_from_user\nr0 = 0\nexit';
const PACKET_LOAD = 'call f\nexit\nf:\nr0 = *(u8 *)skb[0]\nexit';

function func(pc: number, typeId?: number): FuncInfo {
  return { pc, name: `f${pc}`, linkage: 'static', ...(typeId === undefined ? {} : { typeId }) };
}

function globalFunc(pc: number): FuncInfo {
  return { ...func(pc), linkage: 'global' };
}

function line(pc: number): LineInfo {
  return { pc, file: 'f.c', text: '', line: 1, column: 0 };
}

/** The types of functions that return void, and of one. */
const VOID = ((): { readonly types: NonNullable<VerifyInput['types']>; readonly id: number } => {
  const builder = new BtfBuilder('prog');
  const proto = builder.push({ kind: 'func_proto', ret: 0, params: [] });
  const id = builder.push({ kind: 'func', name: 'f', type: proto, linkage: 'static' });
  return { types: builder.build(), id };
})();

/** What BTF says of a program may be wrong, or missing: no assembly text says so. */
// oxfmt-ignore
const INPUTS: Readonly<Partial<Record<keyof typeof MESSAGES, Partial<VerifyInput> & { readonly text: string }>>> = {
  'func-info-first':    { text: TWO, funcs: [func(1)] },
  'func-info-order':    { text: TWO, funcs: [func(0), func(0)] },
  'func-info-type':     { text: TWO, funcs: [func(0, 1)] },
  'func-info-count':    { text: TWO, funcs: [func(0)] },
  'func-info-layout':   { text: TWO, funcs: [func(0), func(1)] },
  'line-info-order':    { text: TWO, lines: [line(0), line(0)] },
  'line-info-middle':   { text: TWO, lines: [line(0), line(2), line(4)] },
  'line-info-missing':  { text: TWO, lines: [line(1)] },
  'line-info-short':    { text: TWO, lines: [line(0)] },
  'return-subprog':     { text: 'call f\nr0 = 0\nexit\nf:\nr0 = r10\nexit', funcs: [func(0), globalFunc(3)] },
  'call-global-sleeps': { text: SLEEPS, type: 'kprobe', funcs: [func(0), globalFunc(3)] },
  'packet-load-btf':    { text: PACKET_LOAD },
  'tail-call-btf':      { text: TAIL_CALL },
  'packet-load-return': { text: PACKET_LOAD, funcs: [func(0, VOID.id), func(2, VOID.id)], types: VOID.types },
  'tail-call-return':   { text: TAIL_CALL, funcs: [func(0, VOID.id), func(2, VOID.id)], types: VOID.types },
};

function inputOf({ text, ...fields }: Partial<VerifyInput> & { readonly text: string }): VerifyInput {
  return {
    name: 'main',
    type: 'socket_filter',
    attachType: 0,
    flags: 0,
    gpl: true,
    insns: assembleProg(text).insns,
    maps: new Map(),
    funcs: [],
    lines: [],
    kernel: kernelTypes(),
    objects: [],
    ...fields,
  };
}

describe('what BTF says wrongly is refused:', () => {
  test.each(Object.entries(INPUTS))('%s', (code, input) => {
    expect(verify(inputOf(input)).refusal?.code).toBe(code);
  });
});

test('more maps than a program may name are refused', () => {
  const maps = Array.from({ length: 65 }, (_, i) => `m${i}`);
  const head = maps.map((name) => `.map ${name} array key=4 value=4 entries=1`).join('\n');
  const loads = maps.map((name) => `r1 = ${name} ll`).join('\n');
  const object = assembleObject(`${head}\n.section "socket"\nmain:\n${loads}\nr0 = 0\nexit\n`, 'many');
  expect(verify(inputOfObject(object, object.progs[0]!, kernelTypes())).refusal?.code).toBe('map-count');
});

/** Messages that other tests bring about, or whole tables of them. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'map-count',
  'callback-types', // alu/wide.test.ts
  'callback-global',

  ...Object.keys(CHECK_MESSAGES),
  ...Object.keys(FUNCTION_MESSAGES),
  ...Object.keys(FUNCTION_CALL_MESSAGES),
  ...Object.keys(BTF_MESSAGES),
]);

/** Those that are accepted by mistake are told of elsewhere. */
function refusedOf(
  where: string,
  input: VerifyInput,
): { readonly where: string; readonly refusal: Refusal }[] {
  const { refusal } = verify(input);
  return refusal === undefined ? [] : [{ where, refusal }];
}

const refusals = readCases('verifier')
  .filter((testCase) => expectedLines(testCase) !== undefined)
  .flatMap((testCase) => refusedOf(testCase.where, verifierInput(testCase)));
const ofInputs = Object.entries(INPUTS).flatMap(([where, input]) => refusedOf(where, inputOf(input)));

/** Rules of which no program here comes to the end: each with what stands in the way. */
const UNTOLD: Readonly<Record<string, string>> = {
  'retval-void': 'lsm hooks that return nothing are not among the types of the kernel here',
  'percpu-size': 'the kernel has no variable whose type has no size',
  'release-unheld': 'what a call gives back is looked for before',
  'call-global-locked': 'assembly text has no global functions, and only a map of an object has locks',
  'cast-not-struct': 'ids of types are those of one kernel',
  'walk-memory': 'a program would have to be huge',
};

/** Rules of what only compiled objects have, whose BTF no assembly text makes, or of what Tailscope does not run; other tests, or the kernel's selftests, come to them. */
const OF_OBJECTS =
  /^(struct-ops-|exception-|throw-|symbol-|percpu-object-type|object-unreferenced|arena-address)/;

test('every message is brought about by a program', () => {
  const told = new Set([
    ...ELSEWHERE,
    ...Object.keys(UNTOLD),
    ...[...refusals, ...ofInputs].map(({ refusal }) => refusal.code),
  ]);
  const codes = Object.keys(MESSAGES).filter((code) => !OF_OBJECTS.test(code));
  expect(codes.filter((code) => !told.has(code))).toEqual([]);
});

/** Words of the verifier's inside, and what stands where an argument is missing. */
const JARGON =
  /tnum|\b[us](min|max)|var_off|scalar|PTR_TO|ARG_|undefined|NaN|\[object|spill|_or_null|trusted_ptr|prun|  |\b1 bytes/;

/** What is wrong with an explanation; empty: nothing. */
function faultsOf({ message, why, fix }: Refusal): string[] {
  const text = message.split('\n').at(-1);
  return [
    ...(why === text || fix === text || why === fix ? ['says the same twice'] : []),
    ...(why.length < 20 || fix.length < 10 ? ['says nothing'] : []),
    ...[why, fix].flatMap((words) => JARGON.exec(words)?.[0] ?? []),
    ...[why, fix].filter((words) => words.endsWith('.')),
  ];
}

test('every explanation is in plain words, and says more than the message', () => {
  const wrong = [...refusals, ...ofInputs].flatMap(({ where, refusal }) => {
    const faults = faultsOf(refusal);
    return faults.length === 0
      ? []
      : [`${where} ${refusal.code}: ${faults.join(', ')} in "${refusal.why}" / "${refusal.fix}"`];
  });
  expect(wrong).toEqual([]);
});

test('a message that names a register is about that register', () => {
  const wrong = refusals.flatMap(({ where, refusal: { message, places, code } }) => {
    if (code === 'register' || places.some((place) => 'slot' in place)) return [];
    const named = [
      ...message
        .split('\n')
        .at(-1)!
        .matchAll(/\bR(\d+)\b/g),
    ].map(([, n]) => Number(n));
    const regs = new Set(places.map((place) => ('reg' in place ? place.reg : -1)));
    return named.every((n) => regs.has(n)) ? [] : [`${where} ${message}`];
  });
  expect(wrong).toEqual([]);
});

describe('plain words', () => {
  test.each([
    ['scalar', 'a number'],
    ['map_value_or_null', 'a pointer to a map value, or null'],
    ['ringbuf_mem', 'a record in a ring buffer'],
    ['rdonly_mem_or_null', 'a pointer to memory that may only be read, or null'],
    ['trusted_ptr_task_struct', 'a pointer to struct task_struct'],
    ['rcu_ptr_or_null_task_struct', 'a pointer to struct task_struct, or null'],
  ])('of %s', (type, words) => {
    expect(typeWords(type)).toBe(words);
  });

  test('of lists, ranges and bytes', () => {
    expect(typesWords('fp, pkt, rdonly_mem, scalar, fp')).toBe(
      'a pointer to the stack, a pointer into the packet, a pointer to memory that may only be read or a number',
    );
    expect(['smin=7 smax=7', 'smin=0 smax=4', 'smin=1', 'unknown scalar value'].map(rangeWords)).toEqual([
      'it is 7',
      'it may be from 0 to 4',
      'it may be 1 or any number above',
      'it may be any number',
    ]);
    expect([1, 2].map(bytesWords)).toEqual(['1 byte', '2 bytes']);
  });
});
