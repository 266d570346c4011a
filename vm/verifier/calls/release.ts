// References that a helper gives back.
import type { Env } from '../env.ts';
import { releaseDynptr } from '../kfuncs/dynptr-slots.ts';
import { FLAGS, UNKNOWN_REG, withReg, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { EMPTY_SLOT } from '../state.ts';
import type { CallNotes } from './call-notes.ts';
import { changeEveryReg } from './every-reg.ts';
import { forget, release } from './held.ts';
import type { ProtoArg } from './protos.ts';

/** The register must stand for a reference, or be null where that is taken. */
export function checkRelease(env: Env, notes: CallNotes, arg: ProtoArg, reg: Reg): void {
  if (arg.row.kind === 'dynptr') checkOwnedDynptr(env, arg.reg, reg);
  else if (reg.refId === 0 && reg.type !== 'scalar') {
    refuse(env, 'release-unreferenced', [{ reg: arg.reg }], arg.reg);
  }
  notes.releaseReg = arg.reg;
}

function checkOwnedDynptr(env: Env, n: number, reg: Reg): void {
  if (reg.type !== 'stack') refuse(env, 'release-const-dynptr', [{ reg: n }]);
  if (!isConst(reg.scalar)) env.log.line('dynptr has to be at a constant offset');
  else {
    const off = reg.off + Number(reg.scalar.smin);
    const slot = (-off - 1) >> 3;
    if ((off & 7) !== 0 || slot < 1) env.log.line(`cannot pass in dynptr at an offset=${off}`);
    else if ((env.frameOf(reg).stack[slot] ?? EMPTY_SLOT).reg.refId !== 0) return;
  }
  refuse(env, 'release-unacquired', [{ reg: n }], n);
}

/** Gives back what the argument stands for. */
export function releaseArg(env: Env, notes: CallNotes): void {
  const n = notes.releaseReg;
  const { name, row, args } = notes.proto;
  if (args[n - 1]?.row.kind === 'dynptr') releaseDynptr(env, n);
  else if (notes.refId !== 0) {
    const isHeld = name === 'kptr_xchg' ? releaseIntoMap(env, notes.refId) : release(env, notes.refId);
    if (!isHeld) refuse(env, 'release-unheld', [{ reg: n }], name, row.id);
  }
}

/** An object that is stored into a map is no longer the program's; within an RCU section it can still be read where it is one for each CPU. */
function releaseIntoMap(env: Env, id: number): boolean {
  const { state } = env;
  if (!forget(state, id)) return false;
  const inRcu = state.rcuLocks > 0 || state.locks > 0 || !state.isSleepable;
  const both = FLAGS.alloc | FLAGS.percpu;
  changeEveryReg(state, (reg) => {
    if (reg.refId !== id) return reg;
    if (!inRcu || (reg.flags & both) !== both) return UNKNOWN_REG;
    return withReg(reg, { refId: 0, flags: (reg.flags & ~FLAGS.alloc) | FLAGS.rcu });
  });
  return true;
}
