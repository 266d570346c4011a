// Regions of a path: RCU sections, no preemption, interrupts off. What may be called in them, and what becomes of pointers when they end.
import type { KfuncRow } from '../../helpers/kfuncs.ts';
import { changeEveryReg } from '../calls/every-reg.ts';
import type { Env } from '../env.ts';
import { FLAGS, withReg, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { BYTES } from '../state.ts';

/** Pointers of RCU hold here: in a section, under a lock, or in a program that cannot sleep. @see in_rcu_cs */
export function inRcuSection({ state }: Env): boolean {
  return state.rcuLocks > 0 || state.locks > 0 || !state.isSleepable;
}

/** What kfunc `name` does to the regions, and whether it may be called in them. @see check_kfunc_call */
export function enterRegions(env: Env, name: string, row: KfuncRow): void {
  const sleeps = row.mightSleep === true;
  rcu(env, name, sleeps);
  preemption(env, name, sleeps);
  if (env.state.irqId !== 0 && sleeps) refuse(env, 'sleep-irq', [], name);
  if (row.rcuProtected === true && !inRcuSection(env)) refuse(env, 'kfunc-needs-rcu', [], name);
}

function rcu(env: Env, name: string, sleeps: boolean): void {
  const { state } = env;
  const isLock = name === 'bpf_rcu_read_lock';
  const isUnlock = name === 'bpf_rcu_read_unlock';
  if (state.rcuLocks === 0) {
    if (isUnlock) refuse(env, 'rcu-unmatched', [], name);
    if (isLock) state.rcuLocks = 1;
    return;
  }
  if (isLock) refuse(env, 'rcu-nested', [], name);
  if (sleeps) refuse(env, 'sleep-rcu', [], name);
  if (!isUnlock) return;
  state.rcuLocks = 0;
  endRcu(env);
}

function preemption(env: Env, name: string, sleeps: boolean): void {
  const { state } = env;
  if (name === 'bpf_preempt_disable') state.preemptLocks += 1;
  else if (name === 'bpf_preempt_enable') {
    if (state.preemptLocks === 0) refuse(env, 'preempt-unmatched', [], name);
    state.preemptLocks -= 1;
  } else if (sleeps && state.preemptLocks > 0) refuse(env, 'sleep-preempt', [], name);
}

/** Pointers that held within the section only are not trusted any more: iterators too. */
function endRcu(env: Env): void {
  changeEveryReg(env.state, distrusted);
  for (const { stack } of env.state.frames) {
    for (let i = 0; i < stack.length; i++) {
      const { kinds, reg } = stack[i]!;
      if ((kinds & 15) === BYTES.iter.code) stack[i] = { kinds, reg: distrusted(reg) };
    }
  }
}

function distrusted(reg: Reg): Reg {
  if ((reg.flags & FLAGS.rcu) === 0) return reg;
  return withReg(reg, { flags: (reg.flags & ~(FLAGS.rcu | FLAGS.maybe_null)) | FLAGS.untrusted });
}
