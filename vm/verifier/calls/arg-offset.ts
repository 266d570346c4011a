// Offsets of pointers that a callee is given.
import type { Env } from '../env.ts';
import { checkPointerOffset } from '../memory/pointer-offset.ts';
import { FLAGS, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';

/** Types that may have any offset, checked where they are used. */
const ANY_OFFSET: ReadonlySet<Reg['type']> = new Set([
  'stack',
  'pkt',
  'pkt_meta',
  'map_key',
  'map_value',
  'mem',
  'buf',
  'arena',
  'scalar',
]);
/** Flags of BTF pointers that may have a fixed offset. */
const { alloc, trusted, rcu, non_own_ref } = FLAGS;
const FIXED_OFFSET: ReadonlySet<number> = new Set([
  0,
  alloc,
  trusted,
  rcu,
  alloc | non_own_ref,
  alloc | non_own_ref | rcu,
]);

/** Refuses an offset that register `n` may not have as an argument; one whose reference is given back has none, but for a dynptr. @see check_func_arg_reg_off */
export function checkArgOffset(env: Env, n: number, reg: Reg, isRelease: boolean, isDynptr = false): void {
  if (isRelease) {
    if (isDynptr && reg.type === 'stack') return;
    if (reg.off !== 0) refuse(env, 'release-offset', [{ reg: n }], n, reg.off);
    checkPointerOffset(env, n, reg, false);
    return;
  }
  if (ANY_OFFSET.has(reg.type) && mayHaveAny(reg)) return;
  checkPointerOffset(env, n, reg, reg.type === 'btf_id' && FIXED_OFFSET.has(reg.flags));
}

function mayHaveAny({ type, flags }: Reg): boolean {
  if (type === 'mem') return flags === 0 || flags === FLAGS.rdonly || flags === FLAGS.ringbuf;
  if (type === 'buf') return flags === 0 || flags === FLAGS.rdonly;
  return flags === 0;
}
