// What a program holds and must give back.
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';
import type { Held } from '../state.ts';

/** Notes a reference that the insn at `env.pc` acquires: its id. @see acquire_reference */
export function acquire(_env: Env): number {
  return notBuilt('acquire');
}
/** Gives reference `id` back, and makes every pointer that lives in it unreadable. False when it is not held. @see release_reference */
export function release(_env: Env, _id: number): boolean {
  return notBuilt('release');
}
/** Notes a lock. @see acquire_lock_state */
export function acquireLock(_env: Env, _kind: Held['kind'], _id: number, _owner: unknown): void {
  notBuilt('acquireLock');
}
/** False when no such lock is held. @see release_lock_state */
export function releaseLock(_env: Env, _kind: Held['kind'], _id: number, _owner: unknown): boolean {
  return notBuilt('releaseLock');
}
/** Refuses to go on, `doing` this ('tail_call', 'BPF_EXIT instruction in main prog'), while something is held. @see check_resource_leak */
export function checkNothingHeld(_env: Env, _isExit: boolean, _checkLocks: boolean, _doing: string): void {
  notBuilt('checkNothingHeld');
}
