// Calls of functions of the program.
import type { Insn } from '../../isa/insn.ts';
import { mismatchOf, refuseCall } from '../ctx/call-args.ts';
import type { Env, Subprog } from '../env.ts';
import { leaveLiveChain } from '../flow/live-stack.ts';
import { UNKNOWN_REG } from '../reg.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { showFrame } from '../shown.ts';
import { newFrame } from './frames.ts';
import { clearPacketPointers } from './packet.ts';
import { forgetScratch } from './scratch.ts';

/** Walks a call of a function: the pc to go on at, which is its first insn, or behind the call where it is verified on its own. @see check_func_call */
export function stepSubprogCall(env: Env, insn: Insn): number {
  const index = env.subprogAt(env.pc + 1 + insn.imm);
  const callee = env.subprogs[index]!; // add_subprog has made one of every target
  const mismatch = mismatchOf(env, index);
  if (callee.info?.linkage !== 'global') return callStatic(env, index, callee);
  return callGlobal(env, index, callee, mismatch);
}

function callGlobal(env: Env, index: number, callee: Subprog, mismatch: Refusal | undefined): number {
  const { state } = env;
  const name = callee.info!.name; // it has linkage
  if (state.locks > 0) refuse(env, 'call-global-locked', [], name);
  const mustNotSleep =
    state.rcuLocks > 0 || state.preemptLocks > 0 || state.irqId !== 0 || !state.isSleepable;
  if (callee.mightSleep && mustNotSleep) refuse(env, 'call-global-sleeps', [], name);
  if (mismatch !== undefined) refuseCall(env, index, mismatch);
  env.log.line(`Func#${index} ('${name}') is global and assumed valid.`);
  if (callee.changesPacket) clearPacketPointers(env);
  callee.isCalled = true;
  forgetScratch(env);
  env.setReg(0, UNKNOWN_REG);
  return env.pc + 1;
}

function callStatic(env: Env, index: number, callee: Subprog): number {
  const { state } = env;
  const caller = state.frame;
  const frame = newFrame(env, state, index);
  for (let n = 1; n <= 5; n++) frame.regs[n] = caller.regs[n]!;
  forgetScratch(env);
  state.frames.push(frame);
  leaveLiveChain(env);
  if (env.log.level > 0) {
    env.log.line('caller:');
    env.log.add({ kind: 'state', words: '', state: showFrame(state, caller) });
    env.log.line('callee:');
    env.log.add({ kind: 'state', words: '', state: showFrame(state, frame) });
  }
  return callee.start;
}
