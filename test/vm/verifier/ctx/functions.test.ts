// Global and static functions with all kinds of parameters, tags and arguments, beside the kernel of this machine.
import { describe, expect, test } from 'vitest';
import { askFunction, type Func } from '../../../support/func-program.ts';
import { hasTool } from '../../../support/tools.ts';
import { vmlinux } from '../../../support/vmlinux.ts';
import { compareWithKernel, type Question } from '../../../support/verifier-matrix.ts';

const RETURNS = 'r0 = 0\nexit';
const BUFFER = '*(u64 *)(r10 - 16) = 0\n*(u64 *)(r10 - 8) = 0\nr1 = r10\nr1 += -16';

/** What r1 holds at the call, and what the callee does with it. */
const ARGS = { ctx: 'r2 = 0', stack: BUFFER, number: 'r1 = 5', zero: 'r1 = 0' } as const;
const BODIES = {
  nothing: RETURNS,
  checked: `if r1 == 0 goto out\nr0 = *(u32 *)(r1 + 0)\nout: ${RETURNS}`,
  unchecked: `r2 = *(u64 *)(r1 + 0)\n${RETURNS}`,
} as const;

// oxfmt-ignore
const PARAMS = [
  'int', 'u64', 'number_t', 'char', 'void *', 'int *', 'u64 *', 'const char *', 'int * *', 'struct small', 'struct small *',
  'struct __sk_buff *', 'const skb_t *', 'struct sk_buff *', 'struct xdp_md *', 'struct pt_regs *', 'bpf_user_pt_regs_t *',
  'struct task_struct *', 'struct task_struct___mine *', 'struct nowhere_to_be_found *', 'struct incomplete *', 'struct bpf_dynptr *',
];
// oxfmt-ignore
const TAGS: readonly (readonly string[])[] = [
  [], ['arg:ctx'], ['arg:trusted'], ['arg:untrusted'], ['arg:nonnull'], ['arg:nullable'], ['arg:arena'], ['arg:trusted', 'arg:nullable'],
  ['arg:trusted', 'arg:nonnull'], ['arg:ctx', 'arg:nonnull'], ['arg:unheard_of'], ['arg:untrusted', 'arg:nullable'],
  ['arg:arena', 'arg:nonnull'], ['other'],
];

function expectAgreement(questions: readonly Question[], least: number): void {
  const { accepted, differences } = compareWithKernel(questions);
  expect(accepted).toBeGreaterThan(least);
  expect(differences).toEqual([]);
}

describe.runIf(hasTool('kernel') && vmlinux() !== undefined)('as the kernel says', () => {
  test.each(['global', 'static'] as const)(
    '%s functions with one parameter',
    { timeout: 60_000 },
    (linkage) => {
      const questions = PARAMS.flatMap((param) =>
        TAGS.flatMap((tags) =>
          Object.values(ARGS).flatMap((arg) => {
            const bodies = tags.length === 0 || arg === BUFFER ? Object.values(BODIES) : [RETURNS];
            const types =
              tags.length > 1 ? (['socket_filter'] as const) : (['socket_filter', 'xdp', 'kprobe'] as const);
            const callee = { name: 'callee', linkage, params: [param], tags: [tags] };
            return bodies.flatMap((body) => types.map((type) => askFunction({ type }, callee, arg, body)));
          }),
        ),
      );
      expectAgreement(questions, 500);
    },
  );

  test('functions with pointers to the kernel’s structs', { timeout: 60_000 }, () => {
    const head = { type: 'tracing', attachType: 23, target: { kind: 'typedef', name: 'sys_enter' } } as const;
    const values = ['r6', 'r7', 'r8', '0', 'r10'];
    const signatures: [string, string[]][] = [
      ['int *', []],
      ['int *', ['arg:untrusted']],
      ['void *', ['arg:untrusted']],
      ['void *', ['arg:ctx']],
      ['struct task_struct *', ['arg:trusted']],
      ['struct task_struct *', ['arg:trusted', 'arg:nullable']],
      ['struct task_struct *', ['arg:untrusted']],
      ['struct task_struct *', ['arg:nonnull']],
    ];
    const questions = signatures.flatMap(([first, firstTags]) =>
      signatures.flatMap(([second, secondTags]) =>
        values.flatMap((r1) =>
          values.map((r2) => {
            const tags = [firstTags, secondTags];
            const callee: Func = { name: 'callee', linkage: 'global', params: [first, second], tags };
            const before = `r6 = r1\n${BUFFER}\ncall get_current_task_btf\nr7 = r0\ncall get_prandom_u32\nr8 = r0\nr1 = ${r1}\nr2 = ${r2}`;
            const body = `if r2 == 0 goto out\nif r1 == 0 goto out\nr5 = *(u8 *)(r2 + 0)\nr3 = *(u64 *)(r1 + 0)\nout: ${RETURNS}`;
            return askFunction(head, callee, before, body);
          }),
        ),
      ),
    );
    expectAgreement(questions, 50);
  });

  test('what functions return, and how many parameters they have', () => {
    const questions: Question[] = [];
    const types = ['int', 'void', 'u64', 'char', '_Bool', 'struct small', 'int *', 'number_t'];
    for (const linkage of ['global', 'static'] as const) {
      for (const ret of types) {
        for (const count of [0, 1, 5, 6]) {
          const params = Array.from({ length: count }, () => 'int');
          const callee = { name: 'callee', linkage, ret, params };
          questions.push(
            askFunction(
              { type: 'socket_filter' },
              callee,
              'r1 = 1\nr2 = 2\nr3 = 3\nr4 = 4\nr5 = r10',
              RETURNS,
            ),
          );
        }
      }
    }
    expectAgreement(questions, 20);
  });

  test('what the BTF of the main function says', () => {
    const questions: Question[] = [];
    const lists = [
      [],
      ['struct __sk_buff *'],
      ['int'],
      ['void *'],
      ['struct __sk_buff *', 'int'],
      ['struct small *'],
      ['struct incomplete *'],
    ];
    for (const linkage of ['global', 'static'] as const) {
      for (const ret of ['int', 'void', 'struct small']) {
        for (const params of lists) {
          for (const tags of [[], ['arg:ctx'], ['arg:unheard_of']]) {
            const main = { name: 'main', linkage, ret, params, tags: params.length === 0 ? [] : [tags] };
            const callee: Func = { name: 'callee', linkage: 'global', params: ['int'] };
            questions.push(askFunction({ type: 'socket_filter' }, callee, 'r1 = 1', RETURNS, main));
          }
        }
      }
    }
    expectAgreement(questions, 100);
  });
});
