// What the ctx of each program type is: a struct with fields, words that can be read at any offset, or the arguments of a function.
import { KPROBE_CTX, MAX_FUNC_ARGS, PERF_EVENT_CTX } from '../../kernel/ctx-tracing.ts';
import { SK_BUFF, XDP_MD } from '../../kernel/ctx-net.ts';
import {
  CGROUP_DEVICE_CTX,
  CGROUP_SOCK_CTX,
  CGROUP_SOCKOPT_CTX,
  CGROUP_SYSCTL_CTX,
  FLOW_DISSECTOR_CTX,
  LIRC_CTX,
  NETFILTER_CTX,
  SK_LOOKUP_CTX,
  SK_MSG_CTX,
  SK_REUSEPORT_CTX,
  SOCK_ADDR_CTX,
  SOCK_OPS_CTX,
} from '../../kernel/ctx-sock.ts';
import type { CtxLayout } from '../../kernel/ctx.ts';
import { PROG_TYPES, type ProgTypeName, type ProgTypeRow } from '../../kernel/prog-types.ts';
import type { VerifyInput } from '../input.ts';

/** What a ctx is made of. */
export type CtxRule =
  /** Fields; a load or store lies within one. */
  | { readonly kind: 'fields'; readonly struct: string; readonly layout: CtxLayout }
  /** Numbers: loads of any size at multiples of it, from byte `from` on, that begin before byte `to`. */
  | {
      readonly kind: 'words';
      readonly struct: string;
      readonly from: number;
      readonly to: number;
      readonly isWritable: boolean;
    }
  /** The arguments of the function that the program is attached to, 8 bytes each. */
  | { readonly kind: 'args'; readonly struct: string };

const SKB: CtxRule = { kind: 'fields', struct: 'struct __sk_buff', layout: SK_BUFF };
const ARGS: CtxRule = { kind: 'args', struct: 'the array of its arguments' };
const fields = (struct: string, layout: CtxLayout): CtxRule => ({ kind: 'fields', struct, layout });
const words = (struct: string, from: number, to: number, isWritable = false): CtxRule => {
  return { kind: 'words', struct, from, to, isWritable };
};

/** PERF_MAX_TRACE_SIZE: no tracepoint's record is longer. @see include/linux/trace_events.h */
const MAX_TRACE_BYTES = 8192;
const RAW_ARGS_BYTES = 8 * MAX_FUNC_ARGS;

/** By program type. @see include/linux/bpf_types.h; is_valid_access of each */
// oxfmt-ignore
const RULES: Readonly<Record<ProgTypeName, CtxRule>> = {
  socket_filter:           SKB,
  kprobe:                  words('struct pt_regs', 0, 8 * Object.keys(KPROBE_CTX).length),
  sched_cls:               SKB,
  sched_act:               SKB,
  tracepoint:              words('the record of the tracepoint', 8, MAX_TRACE_BYTES),
  xdp:                     fields('struct xdp_md', XDP_MD),
  perf_event:              fields('struct bpf_perf_event_data', PERF_EVENT_CTX),
  cgroup_skb:              SKB,
  cgroup_sock:             fields('struct bpf_sock', CGROUP_SOCK_CTX),
  lwt_in:                  SKB,
  lwt_out:                 SKB,
  lwt_xmit:                SKB,
  sock_ops:                fields('struct bpf_sock_ops', SOCK_OPS_CTX),
  sk_skb:                  SKB,
  cgroup_device:           fields('struct bpf_cgroup_dev_ctx', CGROUP_DEVICE_CTX),
  sk_msg:                  fields('struct sk_msg_md', SK_MSG_CTX),
  raw_tracepoint:          words('struct bpf_raw_tracepoint_args', 0, RAW_ARGS_BYTES),
  cgroup_sock_addr:        fields('struct bpf_sock_addr', SOCK_ADDR_CTX),
  lwt_seg6local:           SKB,
  lirc_mode2:              fields('an unsigned int', LIRC_CTX),
  sk_reuseport:            fields('struct sk_reuseport_md', SK_REUSEPORT_CTX),
  flow_dissector:          fields('struct __sk_buff', FLOW_DISSECTOR_CTX),
  cgroup_sysctl:           fields('struct bpf_sysctl', CGROUP_SYSCTL_CTX),
  raw_tracepoint_writable: words('struct bpf_raw_tracepoint_args', 0, RAW_ARGS_BYTES),
  cgroup_sockopt:          fields('struct bpf_sockopt', CGROUP_SOCKOPT_CTX),
  tracing:                 ARGS,
  struct_ops:              ARGS,
  ext:                     ARGS,
  lsm:                     ARGS,
  sk_lookup:               fields('struct bpf_sk_lookup', SK_LOOKUP_CTX),
  syscall:                 words('the bytes that the caller gives', 0, 0xffff, true),
  netfilter:               fields('struct bpf_nf_ctx', NETFILTER_CTX),
};

export function ctxRule(type: ProgTypeName): CtxRule {
  return RULES[type];
}

/** The expected attach type that rights depend on: that of the load, or what the kernel puts in the place of 0. @see bpf_prog_load_fixup_attach_type */
export function attachTypeOf({ type, attachType }: VerifyInput): number {
  const { orNone, attach }: ProgTypeRow = PROG_TYPES[type];
  return attachType === 0 && orNone === true ? (attach?.[0] ?? 0) : attachType;
}
