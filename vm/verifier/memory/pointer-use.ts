// What kind of pointer an insn loads or stores through: what it is compiled to depends on that, so that all paths must agree.
import type { Env } from '../env.ts';
import { FLAGS, type Reg, type RegType } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { noteMixed } from './frame-facts.ts';

/** Pointers whose accesses are compiled in their own way. @see reg_type_mismatch_ok */
const OWN_WAY: ReadonlySet<RegType> = new Set([
  'ctx',
  'sock',
  'sock_common',
  'tcp_sock',
  'xdp_sock',
  'btf_id',
  'arena',
]);
/** What two kinds have in common once they meet at a load. */
const MERGED = FLAGS.untrusted | FLAGS.rdonly;

/**
 * Notes that the running insn goes through this pointer, and refuses it when another path came with one of a different kind. `mayMix`: a load copes with trusted
 * and untrusted pointers. @see save_aux_ptr_type
 */
export function notePointer(env: Env, n: number, { type, flags }: Reg, mayMix: boolean): void {
  const facts = env.facts[env.pc]!;
  if (facts.pointer === undefined) {
    facts.pointer = type;
    facts.pointerFlags = flags;
    return;
  }
  const before = facts.pointer;
  const flagsBefore = facts.pointerFlags ?? 0;
  if (before === type && flagsBefore === flags) return;
  if (before === 'stack' || type === 'stack') noteMixed(env);
  if (!OWN_WAY.has(type) && !OWN_WAY.has(before)) {
    facts.pointerFlags = flagsBefore | (flags & MERGED);
    return;
  }
  if (!mayMix || !isObject(type) || !isObject(before)) {
    refuse(env, 'pointer-kinds', [{ reg: n }], type, before);
  }
  facts.pointer = type === 'mem' || before === 'mem' ? 'mem' : 'btf_id';
  // Memory and an object of the kernel: who compiles the load trusts neither.
  const mixed = type === before ? 0 : FLAGS.untrusted;
  facts.pointerFlags = ((flags | flagsBefore) & MERGED) | mixed;
}

function isObject(type: RegType): boolean {
  return type === 'mem' || type === 'btf_id';
}
