// Every reason for which a function, or a call of one, is refused: a program that brings it about.
import { describe, expect, test } from 'vitest';
import type { BtfRecord } from '../../../../vm/btf/btf.ts';
import { BtfBuilder } from '../../../../vm/btf/build.ts';
import { kernelTypes } from '../../../../vm/btf/kernel-types.ts';
import { assembleProg } from '../../../../vm/asm/assemble.ts';
import { FUNCTION_CALL_MESSAGES, FUNCTION_MESSAGES } from '../../../../vm/verifier/messages/btf-functions.ts';
import type { Refusal } from '../../../../vm/verifier/refusal.ts';
import { verify } from '../../../../vm/verifier/walk/verify.ts';
import { askFunction, type Func } from '../../../support/func-program.ts';
import { questionInput, type Question } from '../../../support/verifier-matrix.ts';

const RETURNS = 'r0 = 0\nexit';
const STACK = '*(u64 *)(r10 - 8) = 0\nr1 = r10\nr1 += -8';

type Code = keyof typeof FUNCTION_MESSAGES | keyof typeof FUNCTION_CALL_MESSAGES;
interface Row {
  /** Of the one parameter. */
  readonly param?: string;
  readonly tags?: readonly string[];
  readonly func?: Partial<Func>;
  /** What sets r1. */
  readonly before?: string;
  readonly head?: Omit<Question, 'text'>;
}

/** A program that goes over the elements of a map: its third argument is a buffer, or null. */
const ELEMENT: Omit<Question, 'text'> = {
  type: 'tracing',
  attachType: 28,
  target: { kind: 'func', name: 'bpf_iter_bpf_map_elem' },
};
const many = Array.from({ length: 6 }, () => 'int');

// oxfmt-ignore
const ROWS = {
  'func-args-many':      { func: { params: many } },
  'func-returns':        { func: { ret: 'struct small' } },
  'func-arg-tag-unknown':{ param: 'int *', tags: ['arg:unheard_of'] },
  'func-arg-tags':       { param: 'int *', tags: ['arg:nullable'] },
  'func-arg-untrusted':  { param: 'void *', tags: ['arg:untrusted', 'arg:nonnull'] },
  'func-arg-arena':      { param: 'void *', tags: ['arg:arena', 'arg:nonnull'] },
  'func-arg-tag-number': { param: 'int', tags: ['arg:nonnull'] },
  'func-arg-ctx-name':   { param: 'int * *', tags: ['arg:ctx'] },
  'func-arg-ctx-void':   { param: 'int *', tags: ['arg:ctx'], head: { type: 'tracing' } },
  'func-arg-ctx-struct': { param: 'struct small *', tags: ['arg:ctx'] },
  'func-arg-nameless':   { param: 'void *', tags: ['arg:trusted'] },
  'func-arg-unknown':    { param: 'struct small *', tags: ['arg:trusted'] },
  'func-arg-ambiguous':  { param: 'struct twice *', tags: ['arg:trusted'] },
  'func-arg-size':       { param: 'void *' },
  'func-arg-type':       { param: 'struct small' },
  'func-call-number':    { param: 'int', before: STACK },
  'func-call-ctx':       { param: 'struct __sk_buff *', before: STACK },
  'func-call-memory':    { param: 'struct small *', before: STACK },
  'func-call-null': { param: 'int *', tags: ['arg:nonnull'], head: ELEMENT, before: 'r1 = *(u64 *)(r1 + 24)' },
  'func-call-arena':     { param: 'void *', tags: ['arg:arena'], before: STACK },
  'func-call-type':      { param: 'struct task_struct *', tags: ['arg:trusted'], before: STACK },
  'func-call-struct':    { param: 'struct task_struct *', tags: ['arg:trusted'], head: { type: 'netfilter', attachType: 45 }, before: 'r1 = *(u64 *)(r1 + 8)' },
} as const satisfies Partial<Record<Code, Row>>;

/** Brought about elsewhere, or by no program of this shape. */
const ELSEWHERE = {
  'func-call-args': 'around each of the others',
  'func-arg-tag-static': 'static functions are refused for nothing',
  'func-arg-no-struct': 'the kernel has no such type of a name of its own',
  'func-exception-args': 'only bpf_throw needs such a function, which Tailscope does not run',
} as const satisfies Partial<Record<Code, string>>;

/** The kernel's types, two more of one name, and an iterator. */
const KERNEL = ((): BtfBuilder => {
  const builder = new BtfBuilder('vmlinux');
  const types = kernelTypes();
  for (let id = 1; id < types.count; id++) builder.push(types.type(id));
  const twice: BtfRecord = { kind: 'struct', name: 'twice', bytes: 8, members: [] };
  for (const name of ['twice', 'twice___other']) builder.push({ ...twice, name });
  const params = ['meta', 'map', 'key', 'value'].map((name) => ({ name, type: builder.type('void *') }));
  const proto = builder.push({ kind: 'func_proto', ret: builder.type('int'), params });
  builder.push({ kind: 'func', name: ELEMENT.target!.name, type: proto, linkage: 'static' });
  return builder;
})().build();

function refusalOf({
  param = 'int',
  tags = [],
  func = {},
  before = 'r1 = 0',
  head = { type: 'socket_filter' },
}: Row): Refusal {
  const callee: Func = { name: 'callee', linkage: 'global', params: [param], tags: [tags], ...func };
  const question = askFunction(head, callee, before, RETURNS);
  const input = questionInput(question, assembleProg(question.text).insns, KERNEL);
  const { refusal } = verify(input);
  if (refusal === undefined) throw new Error('the program was accepted');
  return refusal;
}

describe('a call is refused:', () => {
  test.each(Object.entries(ROWS))('%s', (code, row) => {
    const refusal = refusalOf(row);
    const cause = refusal.cause as Refusal; // of a call it is one
    expect(refusal.message).toBe("Caller passes invalid args into func#1 ('callee')");
    expect({ code: cause.code, errno: cause.errno }).toEqual({ code, errno: refusal.errno });
    expect(refusal.why).toContain(cause.why);
    expect(refusal.fix).not.toBe('');
  });
});

test('every message is brought about', () => {
  const told = new Set([...Object.keys(ROWS), ...Object.keys(ELSEWHERE)]);
  const codes = [...Object.keys(FUNCTION_MESSAGES), ...Object.keys(FUNCTION_CALL_MESSAGES)];
  expect(codes.filter((code) => !told.has(code))).toEqual([]);
});

test('a static function is refused for nothing, whatever its BTF says', () => {
  const callee: Func = { name: 'callee', linkage: 'static', params: ['void *'], tags: [['arg:ctx']] };
  const question = askFunction({ type: 'socket_filter' }, callee, 'r1 = 0', RETURNS);
  const input = questionInput(question, assembleProg(question.text).insns, KERNEL);
  expect(verify(input).refusal).toBeUndefined();
});
