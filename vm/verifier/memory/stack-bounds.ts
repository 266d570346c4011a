// Whether an access stays within the 512 bytes below r10.
import type { Env } from '../env.ts';
import { printTnum } from '../print-state.ts';
import type { Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { growStack } from './stack.ts';

/** Bytes of stack below r10. @see include/linux/filter.h MAX_BPF_STACK */
export const STACK_BYTES = 512;
/** A variable part of an offset is smaller than this. @see include/linux/bpf_verifier.h BPF_MAX_VAR_OFF */
export const MAX_VAR_OFF = 1n << 29n;

/** The constant part of an offset with its variable part, where that is constant too. */
export function fixedOff(reg: Reg, off: number): number {
  return reg.scalar.umax === 0n ? off : off + Number(reg.scalar.smin);
}

/**
 * Refuses an access of `bytes` at `off` (register's offset included) of stack pointer `n` that leaves the stack, and makes room for one that does not.
 * @see check_stack_access_within_bounds
 */
export function checkStackBounds(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  access: 'read' | 'write',
): void {
  const doing = access === 'read' ? 'read from' : 'write to';
  const isFixed = isConst(reg.scalar);
  if (!isFixed && (reg.scalar.smax >= MAX_VAR_OFF || reg.scalar.smin <= -MAX_VAR_OFF)) {
    refuse(env, 'stack-unbounded', [{ reg: n }], doing, n);
  }
  const lowest = isFixed ? fixedOff(reg, off) : Number(reg.scalar.smin) + off;
  const end = (isFixed ? lowest : Number(reg.scalar.smax) + off) + bytes;
  if (lowest < -STACK_BYTES || lowest > -1) {
    if (isFixed) refuse(env, 'stack-bounds', [{ reg: n }], doing, n, off, bytes);
    refuse(env, 'stack-bounds-variable', [{ reg: n }], doing, n, printTnum(reg.scalar.bits), off, bytes);
  }
  if (end > 0) {
    if (isFixed) refuse(env, 'stack-end', [{ reg: n }], doing, n, off, bytes);
    refuse(env, 'stack-end-variable', [{ reg: n }], doing, n, printTnum(reg.scalar.bits), off, bytes);
  }
  growStack(env, env.frameOf(reg), -lowest);
}
