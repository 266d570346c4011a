// Calls of kernel functions.
import type { Insn } from '../../isa/insn.ts';
import { pushCallback } from '../calls/callbacks.ts';
import { release } from '../calls/held.ts';
import type { Env } from '../env.ts';
import { NOT_INIT, scalarReg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { narrow } from '../scalar-narrow.ts';
import { UNKNOWN } from '../scalar.ts';
import { forkIterNext } from '../walk/iter-next.ts';
import { pushState } from '../walk/pending.ts';
import { checkKfuncArgs } from './args.ts';
import { isAllowedUnderLock, KfuncNotes, kfuncOf, type Kfunc } from './call.ts';
import { setTimerRegs, setTreeRegs } from './callback-regs.ts';
import { disown } from './owning.ts';
import { enterRegions } from './regions.ts';
import { setResult } from './result.ts';

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
  if (row.progTypes !== undefined && !row.progTypes.includes(env.input.type)) {
    refuse(env, 'kfunc-not-allowed', [], name, env.input.type);
  }
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
  const { regs } = env.frame;
  for (let n = 1; n <= 5; n++) regs[n] = NOT_INIT;
  setResult(env, kfunc, notes);
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

function callBack(env: Env, insn: Insn, { row, name }: Kfunc, { subprog }: KfuncNotes): void {
  if (row.callback === undefined) return;
  const fill = name === 'bpf_rbtree_add_impl' ? setTreeRegs : setTimerRegs;
  pushCallback(env, insn, subprog, row.callback, fill);
}
