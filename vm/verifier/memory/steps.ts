// Insns that touch memory.
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';

/** Kinds load and acquire. */
export function stepLoad(_env: Env, _insn: Insn): void {
  notBuilt('stepLoad');
}
/** Kinds store and release. */
export function stepStore(_env: Env, _insn: Insn): void {
  notBuilt('stepStore');
}
/** Kind atomic. */
export function stepAtomic(_env: Env, _insn: Insn): void {
  notBuilt('stepAtomic');
}
/** Kind packet: ld_abs, ld_ind. @see check_ld_abs */
export function stepPacketLoad(_env: Env, _insn: Insn): void {
  notBuilt('stepPacketLoad');
}
