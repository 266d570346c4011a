// Random programs, sound and broken, from a fixed seed: the check and the kernel agree on what cannot run.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkProg } from '../../../vm/check/check.ts';
import { CHECK_MESSAGES, PHASES } from '../../../vm/check/messages.ts';
import { disassemble, logLine } from '../../../vm/asm/disassemble.ts';
import { makeInsn, type Insn } from '../../../vm/isa/insn.ts';
import { OP_LIST } from '../../../vm/isa/ops.ts';
import { askKernel, insnsLine, type OracleAnswer } from '../../support/oracle.ts';
import { anyInsn, bytesOfInsns, nearlyInsns } from '../../support/random-insns.ts';
import { seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';

const SEED = seedOf(2015);
const PROGS = 2500;
/** Insns that only the kernel's own rewriting makes, and that share an opcode with others: refused in words of their own. */
const INTERNAL = /&\(void __percpu \*\)|spec_barrier/;

const exit = Uint8Array.of(0x95, 0, 0, 0, 0, 0, 0, 0);
/** Bytes that begin with r0 = 0 and end with exit, so that more than the frame is looked at. */
function framed(body: Uint8Array): Uint8Array {
  return Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, ...body, ...exit);
}
const small = OP_LIST.filter(
  (op) => op.kind !== 'jump' && op.kind !== 'goto' && op.kind !== 'wide' && op.kind !== 'call',
);
/** Insns that lead somewhere near, and a few others between them: most programs fail in how control flows, or nowhere. */
const NEAR = fc.integer({ min: -4, max: 6 });
const flow: fc.Arbitrary<Insn> = fc.oneof(
  NEAR.map((off) => makeInsn('goto', { off })),
  NEAR.map((imm) => makeInsn('gotol', { imm })),
  NEAR.map((off) => makeInsn('may_goto', { off })),
  fc
    .tuple(NEAR, fc.boolean())
    .map(([off, narrow]) => makeInsn(narrow ? 'jeq32_imm' : 'jset64_imm', { off, imm: 1 })),
  NEAR.map((imm) => makeInsn('call_subprog', { imm })),
  NEAR.map((imm) => makeInsn('ld_func', { dst: 1, imm })),
  fc.constant(makeInsn('ld_imm64', { dst: 2, imm: 1, hi: 1 })),
  fc.constant(makeInsn('mov64_imm', { dst: 0, imm: 1 })),
  fc.constant(makeInsn('exit')),
);
const progs = [
  ...fc.sample(fc.array(flow, { minLength: 1, maxLength: 12 }).map(bytesOfInsns), {
    seed: SEED,
    numRuns: PROGS / 5,
  }),
  ...fc.sample(fc.array(flow, { minLength: 2, maxLength: 7 }).map(bytesOfInsns).map(framed), {
    seed: SEED,
    numRuns: PROGS / 5,
  }),
  ...fc.sample(nearlyInsns().map(framed), { seed: SEED, numRuns: PROGS / 5 }),
  ...fc.sample(fc.array(anyInsn(), { minLength: 1, maxLength: 3 }).map(bytesOfInsns).map(framed), {
    seed: SEED,
    numRuns: PROGS / 5,
  }),
  ...fc.sample(fc.array(anyInsn(small), { minLength: 1, maxLength: 2 }).map(bytesOfInsns).map(framed), {
    seed: SEED,
    numRuns: PROGS / 5,
  }),
];

test.skipIf(!hasTool('kernel'))(
  `${PROGS} random programs (seed ${SEED}) are refused as the kernel refuses them`,
  () => {
    const spec = progs.map((insns, i) => `prog p${i} socket_filter\n${insnsLine(insns)}\nend`).join('\n');
    const answers = new Map(askKernel(spec).map((answer) => [answer.name, answer]));
    const helpers = new Set(Array.from({ length: 212 }, (_, id) => id));
    const disagreements = progs.flatMap((insns, i) => {
      const answer = answers.get(`p${i}`)!;
      if (INTERNAL.test(answer.log ?? '')) return [];
      const why = disagreement(insns, answer, helpers);
      return why === undefined
        ? []
        : [`${why}\n${disassemble(insns, { dialect: 'kernel' }).map(logLine).join('\n')}`];
    });
    expect(disagreements).toEqual([]);
  },
);

/** What is wrong, if anything: a refusal that the kernel does not share, or one of the check's rules that only the kernel applied. */
function disagreement(
  insns: Uint8Array,
  answer: OracleAnswer,
  helpers: ReadonlySet<number>,
): string | undefined {
  const [first] = checkProg(insns, { helpers, kfuncs: new Set(), relocs: [], maps: [] });
  const last =
    (answer.log ?? '').split('\n').findLast((line) => line !== '' && !line.startsWith('processed ')) ?? '';
  if (first === undefined) {
    const rule = Object.keys(CHECK_MESSAGES).find((code) => isWord(code, last));
    return rule === undefined ? undefined : `passes, the kernel says: ${last}`;
  }
  // What the kernel knows of its own functions and variables is not compared.
  if (first.code.startsWith('kfunc') || first.code === 'btf-id') return undefined;
  const branches = disassemble(insns).some((line) => line.insn?.op.kind === 'jump');
  if (answer.verdict === 'accepted') {
    // The kernel does not look at what a branch with a known outcome leaves out; the check follows no values.
    return branches ? undefined : `accepted by the kernel, here: ${first.message}`;
  }
  // The last phase goes by pc, the kernel by path and register contents: there only the verdict must agree.
  if (CHECK_MESSAGES[first.code].phase === PHASES.at(-1)) return undefined;
  return last === first.message ? undefined : `the kernel says: ${last}, here: ${first.message}`;
}

/** True when a line of the kernel is the message of this code, whatever numbers stand in it. */
function isWord(code: string, line: string): boolean {
  if (code === 'reserved-fields') return line.endsWith('uses reserved fields');
  const { text } = CHECK_MESSAGES[code as keyof typeof CHECK_MESSAGES]; // a key of the table
  return withoutNumbers((text as (...args: number[]) => string)(7, 7)) === withoutNumbers(line);
}

function withoutNumbers(text: string): string {
  return text.replace(/\b[0-9a-f]{2,}\b|-?\d+/g, 'N');
}
