// Arguments of tracepoints and iterators, and what can be reached from them, beside the kernel of this machine.
import { describe, expect, test } from 'vitest';
import { isStruct, nameOf, plainType, skipModifiers } from '../../../../vm/btf/query.ts';
import { hasTool } from '../../../support/tools.ts';
import { vmlinux } from '../../../support/vmlinux.ts';
import { compareWithKernel, type Question } from '../../../support/verifier-matrix.ts';

const RAW_TP = 23;
const ITER = 28;
const SLEEPABLE = 16;
/** bpf_iter_get_info is a function of the kernel's own. */
const ITERATOR = /^bpf_iter_(?!get_info$)/;

interface Target {
  readonly kind: 'typedef' | 'func';
  readonly name: string;
  /** Ids of the types of its arguments. */
  readonly args: readonly number[];
}

const BTF = vmlinux();

function tracepoints(): Target[] {
  return BTF!.ids('typedef').flatMap((id) => {
    const name = nameOf(BTF!.type(id));
    const pointer = plainType(BTF!, id);
    const proto = pointer.kind === 'ptr' ? BTF!.type(pointer.type) : undefined;
    if (!name.startsWith('btf_trace_') || proto?.kind !== 'func_proto') return [];
    const args = proto.params.slice(1).map(({ type }) => type);
    return [{ kind: 'typedef' as const, name: name.slice('btf_trace_'.length), args }];
  });
}

function iterators(): Target[] {
  return BTF!.ids('func').flatMap((id) => {
    const func = BTF!.type(id);
    const proto = func.kind === 'func' ? BTF!.type(func.type) : func;
    const isIterator = ITERATOR.test(nameOf(func)) && proto.kind === 'func_proto';
    if (!isIterator || proto.params[0]?.name !== 'meta') return [];
    return [{ kind: 'func' as const, name: nameOf(func), args: proto.params.map(({ type }) => type) }];
  });
}

function ask(target: Target, text: string, flags = 0): Question {
  const attachType = target.kind === 'typedef' ? RAW_TP : ITER;
  const { kind, name } = target;
  return { type: 'tracing', attachType, flags, target: { kind, name }, text: `${text}\nr0 = 0\nexit` };
}

/** Each argument, the one behind the last, and parts of the first. */
function loads(target: Target): Question[] {
  const args = Array.from({ length: target.args.length + 1 }, (_, i) =>
    ask(target, `r2 = *(u64 *)(r1 + ${8 * i})`),
  );
  return [
    ...args,
    ask(target, 'r2 = *(u32 *)(r1 + 0)\nr2 = *(u8 *)(r1 + 1)'),
    ask(target, 'r2 = *(u16 *)(r1 + 4)'),
  ];
}

/** Members of the structs that arguments point at, and what those point at; each struct once. */
function walks(targets: readonly Target[], end: number, flags = 0): Question[] {
  const seen = new Set<number>();
  return targets.flatMap((target) =>
    target.args.flatMap((type, i) => {
      const pointer = plainType(BTF!, type);
      const id = pointer.kind === 'ptr' ? skipModifiers(BTF!, pointer.type) : 0;
      const struct = BTF!.type(id);
      if (!isStruct(struct) || seen.has(id)) return [];
      seen.add(id);
      const count = Math.ceil(Math.min(struct.bytes + 8, end) / 8);
      return Array.from({ length: count }, (_, member) => {
        const load = `r2 = *(u64 *)(r1 + ${8 * i})\nif r2 == 0 goto out\nr3 = *(u64 *)(r2 + ${8 * member})`;
        const further = `if r3 == 0 goto out\nr4 = *(u64 *)(r3 + 0)\nr4 = *(u32 *)(r3 + 8)\nout:`;
        return ask(target, `${load}\n${further}`, flags);
      });
    }),
  );
}

describe.runIf(hasTool('kernel') && BTF !== undefined)('as the kernel says', () => {
  test('arguments of every tracepoint', { timeout: 60_000 }, () => {
    const { accepted, differences } = compareWithKernel(tracepoints().flatMap(loads));
    expect(accepted).toBeGreaterThan(1_000);
    expect(differences).toEqual([]);
  });

  test('structs behind arguments of tracepoints', { timeout: 60_000 }, () => {
    const { accepted, differences } = compareWithKernel(walks(tracepoints(), 300));
    expect(accepted).toBeGreaterThan(300);
    expect(differences).toEqual([]);
  });

  test.each([0, SLEEPABLE])('arguments of every iterator, with flags %i', { timeout: 60_000 }, (flags) => {
    const targets = iterators();
    const questions = [...targets.flatMap(loads), ...walks(targets, 300, flags)];
    const { accepted, differences } = compareWithKernel(questions);
    expect(accepted).toBeGreaterThan(100);
    expect(differences).toEqual([]);
  });

  test('loads of each size from each place of the current task', { timeout: 60_000 }, () => {
    const target = tracepoints().find(({ name }) => name === 'sys_enter')!;
    const questions: Question[] = [];
    for (const bytes of [1, 2, 4, 8]) {
      for (let off = -8; off < 3_300; off += bytes < 4 ? 5 * bytes : bytes) {
        questions.push(ask(target, `call get_current_task_btf\nr1 = *(u${8 * bytes} *)(r0 + ${off})`));
      }
    }
    const { accepted, differences } = compareWithKernel(questions);
    expect(accepted).toBeGreaterThan(500);
    expect(differences).toEqual([]);
  });

  test('stores, variable offsets and other licences', () => {
    const target = tracepoints().find(({ name }) => name === 'sys_enter')!;
    const get = 'r0 = *(u64 *)(r1 + 0)';
    const texts = [
      '*(u64 *)(r0 + 8) = 1',
      'lock *(u64 *)(r0 + 8) += r1',
      'r2 = *(u64 *)(r0 - 8)',
      'r2 = *(u32 *)(r0 + 0)\nr2 &= 8\nr0 += r2\nr2 = *(u64 *)(r0 + 0)',
      'r0 += 8\nr2 = *(u64 *)(r0 + 0)',
      'r0 += -16\nr2 = *(u64 *)(r0 + 8)',
      'r2 = *(s32 *)(r0 + 8)',
    ];
    const questions = texts.flatMap((text): Question[] => {
      const question = ask(target, `${get}\n${text}`);
      return [question, { ...question, license: 'MIT' }];
    });
    const { differences } = compareWithKernel(questions);
    expect(differences).toEqual([]);
  });
});
