// How far a pointer to a struct may be relied on.
import { FLAGS, type Reg, type RegType } from '../reg.ts';

/** Pointers of other types that stand for structs of the kernel, and which. @see reg2btf_ids */
export const STRUCT_OF: Readonly<Partial<Record<RegType, string>>> = {
  sock: 'sock',
  sock_common: 'sock_common',
  tcp_sock: 'tcp_sock',
  map_ptr: 'bpf_map',
};

const SAFE = FLAGS.alloc | FLAGS.trusted | FLAGS.non_own_ref;

/** Flags that make more of a pointer's use doubtful than trust can settle. @see bpf_type_has_unsafe_modifiers */
export function hasUnsafeFlags({ flags }: Reg): boolean {
  return (flags & ~SAFE) !== 0;
}

/** The object is there, and stays for as long as the program runs or holds it. @see is_trusted_reg */
export function isTrusted(reg: Reg): boolean {
  if (reg.refId !== 0) return true;
  if (hasUnsafeFlags(reg)) return false;
  return STRUCT_OF[reg.type] !== undefined || (reg.flags & SAFE) !== 0;
}

/** @see is_rcu_reg */
export function isRcu({ flags }: Reg): boolean {
  return (flags & FLAGS.rcu) !== 0;
}
