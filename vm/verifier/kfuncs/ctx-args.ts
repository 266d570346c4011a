// Kernel functions that take the ctx: which program types have it in that form.
import { isStruct } from '../../btf/query.ts';
import type { ProgTypeName } from '../../kernel/prog-types.ts';
import type { BtfType } from '../btf-type.ts';
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';

/** The struct of the ctx that a kernel function takes. */
export const CTX_STRUCTS: Readonly<Record<string, string>> = {
  bpf_dynptr_from_skb: '__sk_buff',
  bpf_dynptr_from_skb_meta: '__sk_buff',
  bpf_dynptr_from_xdp: 'xdp_md',
  bpf_xdp_pull_data: 'xdp_md',
  bpf_xdp_metadata_rx_timestamp: 'xdp_md',
  bpf_xdp_metadata_rx_hash: 'xdp_md',
  bpf_xdp_metadata_rx_vlan_tag: 'xdp_md',
  bpf_skb_ct_alloc: '__sk_buff',
  bpf_skb_ct_lookup: '__sk_buff',
  bpf_xdp_ct_alloc: 'xdp_md',
  bpf_xdp_ct_lookup: 'xdp_md',
  bpf_xdp_get_xfrm_state: 'xdp_md',
  bpf_sk_assign_tcp_reqsk: '__sk_buff',
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

/** The function's ctx is the program's; one takes that of any program. @see btf_is_prog_ctx_type */
export function isCtxHere(env: Env, kfunc: string): boolean {
  const struct = CTX_STRUCTS[kfunc];
  return struct === undefined || TYPES_OF[struct]?.includes(env.input.type) === true;
}

/** The kernel's own struct behind the ctx of the program. @see get_kern_ctx_btf_id */
export function kernelCtx(env: Env): BtfType {
  const { kernel, type } = env.input;
  const table = kernel.find('struct', 'bpf_ctx_convert');
  const record = table === undefined ? undefined : kernel.type(table);
  const members = record !== undefined && isStruct(record) ? record.members : [];
  const id = members.find(({ name }) => name === `BPF_PROG_TYPE_${type.toUpperCase()}_kern`)?.type ?? 0;
  if (!isStruct(kernel.type(id))) refuse(env, 'kernel-ctx', [{ reg: 1 }], id, type);
  return { btf: kernel, id };
}
