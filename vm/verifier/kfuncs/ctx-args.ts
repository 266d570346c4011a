// Kernel functions that take the ctx: which program types have it in that form.
import type { ProgTypeName } from '../../kernel/prog-types.ts';
import type { Env } from '../env.ts';

/** The struct of the ctx that a kernel function takes. */
export const CTX_STRUCTS: Readonly<Record<string, string>> = {
  bpf_dynptr_from_skb: '__sk_buff',
  bpf_dynptr_from_xdp: 'xdp_md',
};

/** The kernel's own struct behind a ctx struct: programs without such a ctx may give that. @see btf_is_projection_of */
export const PROJECTED: Readonly<Record<string, string>> = { __sk_buff: 'sk_buff', xdp_md: 'xdp_buff' };

/** Program types whose ctx is a struct of that name. @see include/linux/bpf_types.h */
const TYPES_OF: Readonly<Record<string, readonly ProgTypeName[]>> = {
  __sk_buff: [
    'socket_filter',
    'sched_cls',
    'sched_act',
    'cgroup_skb',
    'lwt_in',
    'lwt_out',
    'lwt_xmit',
    'lwt_seg6local',
    'sk_skb',
    'flow_dissector',
  ],
  xdp_md: ['xdp'],
};

/** The function's ctx is the program's. @see btf_is_prog_ctx_type */
export function isCtxHere(env: Env, kfunc: string): boolean {
  return TYPES_OF[CTX_STRUCTS[kfunc] ?? '']?.includes(env.input.type) === true;
}
