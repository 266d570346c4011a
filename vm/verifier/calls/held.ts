// What a program holds and must give back.
import type { Env } from '../env.ts';
import { UNKNOWN_REG } from '../reg.ts';
import { refuse } from '../refusal.ts';
import type { Held, State } from '../state.ts';
import { changeEveryReg } from './every-reg.ts';

/** Notes a reference that the insn at `env.pc` acquires: its id. @see acquire_reference */
export function acquire(env: Env): number {
  const id = env.nextId();
  env.state.held = [...env.state.held, { kind: 'ref', id, pc: env.pc, owner: undefined }];
  return id;
}

/** Gives reference `id` back, and makes every pointer that lives in it unreadable. False when it is not held. @see release_reference */
export function release(env: Env, id: number): boolean {
  if (!forget(env.state, id)) return false;
  changeEveryReg(env.state, (reg) => (reg.refId === id ? UNKNOWN_REG : reg));
  return true;
}

/** Gives reference `id` back and leaves the pointers alone. False when it is not held. @see release_reference_nomark */
export function forget(state: State, id: number): boolean {
  const at = state.held.findIndex((held) => held.kind === 'ref' && held.id === id);
  if (at < 0) return false;
  state.held = state.held.toSpliced(at, 1);
  return true;
}

/** Notes a lock. @see acquire_lock_state */
export function acquireLock(env: Env, kind: Held['kind'], id: number, owner: unknown): void {
  const { state } = env;
  state.held = [...state.held, { kind, id, pc: env.pc, owner }];
  state.locks += 1;
  state.lockId = id;
  state.lockOwner = owner;
}

/** False when no such lock is held. @see release_lock_state */
export function releaseLock(env: Env, kind: Held['kind'], id: number, owner: unknown): boolean {
  const { state } = env;
  const at = state.held.findIndex((held) => held.kind === kind && held.id === id && held.owner === owner);
  if (at < 0) return false;
  const before = state.held.slice(0, at).findLast(isLock);
  state.held = state.held.toSpliced(at, 1);
  state.locks -= 1;
  state.lockId = before?.id ?? 0;
  state.lockOwner = before?.owner;
  return true;
}

function isLock({ kind }: Held): boolean {
  return kind !== 'ref' && kind !== 'irq';
}

/**
 * Refuses to go on, `doing` this ('tail_call', 'BPF_EXIT instruction in main prog'), while something is held. References may be held over calls
 * and exits of functions, but not when the program ends by an exception (`isThrow`). @see check_resource_leak
 */
export function checkNothingHeld(env: Env, isThrow: boolean, checkLocks: boolean, doing: string): void {
  const { state } = env;
  if (checkLocks && state.locks > 0) refuse(env, 'held-lock', [], doing);
  checkReferences(env, isThrow, doing);
  if (!checkLocks) return;
  if (state.irqId !== 0) refuse(env, 'held-irq', [], doing);
  if (state.rcuLocks > 0) refuse(env, 'held-rcu', [], doing);
  if (state.preemptLocks > 0) refuse(env, 'held-preempt', [], doing);
}

/** @see check_reference_leak */
function checkReferences(env: Env, isThrow: boolean, doing: string): void {
  const { state } = env;
  if (!isThrow && state.frame.frameno > 0) return;
  const isReturned = (id: number): boolean =>
    env.input.type === 'struct_ops' && !isThrow && env.reg(0).refId === id;
  const leaks = state.held.filter(({ kind, id }) => kind === 'ref' && !isReturned(id));
  if (leaks.length === 0) return;
  for (const { id, pc } of leaks) env.log.line(`Unreleased reference id=${id} alloc_insn=${pc}`);
  refuse(env, 'held-reference', [], doing, leaks[0]!.pc);
}
