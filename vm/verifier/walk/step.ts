// Insns by kind: who walks which.
import { stepAlu } from '../alu.ts';
import { PATH_ENDS, stepCall, stepExit } from '../calls/steps.ts';
import type { Env } from '../env.ts';
import type { Insn } from '../../isa/insn.ts';
import { stepJump } from '../jump.ts';
import { stepKfunc } from '../kfuncs/steps.ts';
import { stepAtomic, stepLoad, stepPacketLoad, stepStore } from '../memory/steps.ts';
import { stepMayGoto } from './may-goto.ts';

/** Walks the insn at `env.pc`: the pc to go on at, or PATH_ENDS. @see do_check_insn */
export function step(env: Env, insn: Insn): number {
  const { op } = insn;
  switch (op.kind) {
    case 'alu':
    case 'neg':
    case 'movsx':
    case 'swap':
    case 'cast':
    case 'wide':
      stepAlu(env, insn);
      break;
    case 'load':
    case 'acquire':
      stepLoad(env, insn);
      break;
    case 'store':
    case 'release':
      stepStore(env, insn);
      break;
    case 'atomic':
      stepAtomic(env, insn);
      break;
    case 'packet':
      return stepPacketLoad(env, insn);
    case 'jump':
      env.jumpsWalked += 1;
      return stepJump(env, insn);
    case 'goto':
      env.jumpsWalked += 1;
      if (op.goto === 'may_goto') return stepMayGoto(env, insn);
      return env.pc + 1 + (op.goto === 'gotol' ? insn.imm : insn.off);
    case 'call':
      env.jumpsWalked += 1;
      return stepAnyCall(env, insn);
    case 'exit':
      env.jumpsWalked += 1;
      return stepExit(env, insn);
  }
  return env.pc + op.slots;
}

function stepAnyCall(env: Env, insn: Insn): number {
  const next = insn.op.name === 'call_kfunc' ? stepKfunc(env, insn) : stepCall(env, insn);
  if (next !== PATH_ENDS) env.touchedRegs |= 1;
  return next;
}
