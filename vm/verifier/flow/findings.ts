// What the structural check finds, as refusals of the verifier.
import { checkEncoding } from '../../check/insns.ts';
import type { CheckError } from '../../check/messages.ts';
import type { Env } from '../env.ts';
import type { MessageCode } from '../messages/index.ts';
import { readReg } from '../regs.ts';
import { refuse, Refusal } from '../refusal.ts';

/** What the kernel says in the line in front of a finding. @see find_kfunc_desc_btf */
const LINES_BEFORE: Readonly<Partial<Record<CheckError['code'], string>>> = {
  'kfunc-module': 'kfunc offset > 0 without fd_array is invalid',
  'kfunc-offset': 'negative offset disallowed for kernel module function call',
};

/** Refuses the program for the first of some findings; does nothing when there is none. */
export function refuseFound(env: Env, found: readonly CheckError[]): void {
  const [first] = found;
  if (first === undefined) return;
  env.pc = first.pc;
  const refusal = new Refusal(first.code as MessageCode, first.pc, [], first.args); // FLOW_MESSAGES has the codes of the check
  const before = LINES_BEFORE[first.code];
  if (before !== undefined) env.log.line(before);
  env.log.line(refusal.message);
  throw refusal;
}

/** Refuses the insn at `env.pc` when its fields are not those of any operation. To be asked once for each pc, in front of the first walk. @see do_check_insn */
export function checkInsn(env: Env): void {
  const { input, pc } = env;
  const found = checkEncoding(input.insns, pc, input.type);
  if (found === undefined) return;
  const { op, dst } = env.insns[pc]!;
  if (op.kind === 'jump') readReg(env, dst);
  refuseFound(env, [found]);
}

/** Refuses calls of kernel functions that are none, where they were walked. @see fixup_kfunc_call */
export function checkKfuncsLeft(env: Env): void {
  for (const [pc, insn] of env.insns.entries()) {
    if (insn?.op.name !== 'call_kfunc' || insn.imm !== 0 || !env.facts[pc]!.seen) continue;
    env.pc = pc;
    refuse(env, 'kfunc-none', []);
  }
}
