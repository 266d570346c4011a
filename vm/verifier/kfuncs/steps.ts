// Calls of kernel functions.
import type { Insn } from '../../isa/insn.ts';
import type { KfuncName } from '../../helpers/kfuncs.ts';
import { isKnownTo } from '../calls/availability.ts';
import { pushCallback, type SetCallbackRegs } from '../calls/callbacks.ts';
import { checkNothingHeld, release } from '../calls/held.ts';
import { clearPacketPointers } from '../calls/packet.ts';
import { checkReturnCode } from '../calls/return-code.ts';
import { PATH_ENDS } from '../calls/steps.ts';
import type { Env } from '../env.ts';
import { NOT_INIT, scalarReg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { narrow } from '../scalar-narrow.ts';
import { UNKNOWN } from '../scalar.ts';
import { forkIterNext } from '../walk/iter-next.ts';
import { pushState } from '../walk/pending.ts';
import { checkKfuncArgs } from './args.ts';
import { isAllowedUnderLock, KfuncNotes, kfuncOf, type Kfunc } from './call.ts';
import { setTaskWorkRegs, setTimerRegs, setTreeRegs } from './callback-regs.ts';
import { disown } from './owning.ts';
import { enterRegions } from './regions.ts';
import { setResult } from './result.ts';

/** What a callback gets, where that is not the map, key and value of what was set in r1. */
const CALLBACK_REGS: Readonly<Partial<Record<KfuncName, SetCallbackRegs>>> = {
  bpf_rbtree_add_impl: setTreeRegs,
  bpf_task_work_schedule_signal_impl: setTaskWorkRegs,
  bpf_task_work_schedule_resume_impl: setTaskWorkRegs,
};

/** Largest errno. @see include/linux/err.h MAX_ERRNO */
const MAX_ERRNO = 4095;

/** Walks a call of a kfunc: the pc to go on at. @see check_kfunc_call */
export function stepKfunc(env: Env, insn: Insn): number {
  if (insn.imm === 0) return env.pc + 1; // of no kernel: refused once all is walked
  const kfunc = kfuncOf(insn.imm);
  if (kfunc === undefined) throw new Error(`insn ${env.pc} calls kernel function ${insn.imm}, which is none`);
  const { name, row, isInsert } = kfunc;
  const { state } = env;
  if (state.locks > 0 && !isAllowedUnderLock(kfunc)) refuse(env, 'kfunc-under-lock', [], name);
  if (!isKnownTo(env.input, row)) refuse(env, 'kfunc-not-allowed', [], name, env.input.type);
  if (name === 'bpf_res_spin_lock' || name === 'bpf_res_spin_lock_irqsave') pushNotLocked(env);
  if (row.mightSleep === true && !state.isSleepable) refuse(env, 'kfunc-sleeps', [], name);
  const notes = new KfuncNotes();
  checkKfuncArgs(env, kfunc, notes);
  callBack(env, insn, kfunc, notes);
  enterRegions(env, name, row);
  if (notes.releaseReg !== 0) release(env, env.reg(notes.releaseReg).refId);
  if (isInsert) {
    const { refId } = env.reg(2);
    disown(env, refId);
    release(env, refId);
  }
  if (name === 'bpf_throw') return stepThrow(env);
  const { regs } = env.frame;
  for (let n = 1; n <= 5; n++) regs[n] = NOT_INIT;
  setResult(env, kfunc, notes);
  if (row.changesPacket === true) clearPacketPointers(env);
  if (row.iter === 'next') forkIterNext(env, insn, notes.iter!);
  return env.pc + 1;
}

/** The other outcome of taking a lock: it is not taken, and r0 says why. */
function pushNotLocked(env: Env): void {
  const { regs } = pushState(env, env.pc + 1, env.pc).frame;
  for (let n = 1; n <= 5; n++) regs[n] = NOT_INIT;
  regs[0] = scalarReg(
    narrow(UNKNOWN, { smin: BigInt(-MAX_ERRNO), smax: -1n, s32min: -MAX_ERRNO, s32max: -1 }),
  );
}

/** The program ends here, from whatever depth: with the number in r1, or with what its exception callback makes of that. */
function stepThrow(env: Env): number {
  if (!env.subprogs.some(({ isExceptionCallback }) => isExceptionCallback)) checkReturnCode(env, 1);
  checkNothingHeld(env, true, true, 'bpf_throw');
  return PATH_ENDS;
}

function callBack(env: Env, insn: Insn, { row, name }: Kfunc, { subprog }: KfuncNotes): void {
  if (row.callback === undefined) return;
  const fill = CALLBACK_REGS[name] ?? setTimerRegs;
  pushCallback(env, insn, subprog, row.callback, fill);
}
