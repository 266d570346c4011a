// What the result of a program means, by program type.
import type { ProgTypeName } from './prog-types.ts';

/** A named result. */
export interface ReturnValue {
  readonly value: number;
  readonly name: string;
  readonly summary: string;
}

/** What r0 (its low 32 bits) means at the end. */
export interface ReturnRow {
  readonly summary: string;
  readonly values?: readonly ReturnValue[];
  /** Smallest and largest result that the verifier lets through; any where absent. */
  readonly range?: readonly [number, number];
}

/** @see include/uapi/linux/pkt_cls.h TC_ACT_* */
// oxfmt-ignore
const TC_ACTIONS = [
  { value: -1, name: 'TC_ACT_UNSPEC',     summary: 'the action that the filter was set up with' },
  { value: 0,  name: 'TC_ACT_OK',         summary: 'the packet goes on' },
  { value: 1,  name: 'TC_ACT_RECLASSIFY', summary: 'classification begins anew' },
  { value: 2,  name: 'TC_ACT_SHOT',       summary: 'the packet is dropped' },
  { value: 3,  name: 'TC_ACT_PIPE',       summary: 'the next action runs' },
  { value: 4,  name: 'TC_ACT_STOLEN',     summary: 'the packet ends here, and the sender is told that it went out' },
  { value: 5,  name: 'TC_ACT_QUEUED',     summary: 'the same, kept for later' },
  { value: 6,  name: 'TC_ACT_REPEAT',     summary: 'the action runs anew' },
  { value: 7,  name: 'TC_ACT_REDIRECT',   summary: 'the packet goes where bpf_redirect or its kin said' },
  { value: 8,  name: 'TC_ACT_TRAP',       summary: 'the packet goes to the CPU of a switch' },
] as const satisfies readonly ReturnValue[];

/** @see include/uapi/linux/bpf.h enum xdp_action */
// oxfmt-ignore
const XDP_ACTIONS = [
  { value: 0, name: 'XDP_ABORTED',  summary: 'the program failed: the packet is dropped and an event told' },
  { value: 1, name: 'XDP_DROP',     summary: 'the packet is dropped' },
  { value: 2, name: 'XDP_PASS',     summary: 'the packet goes on to the network stack' },
  { value: 3, name: 'XDP_TX',       summary: 'the packet goes out where it came in' },
  { value: 4, name: 'XDP_REDIRECT', summary: 'the packet goes where bpf_redirect or bpf_redirect_map said' },
] as const satisfies readonly ReturnValue[];

/** @see include/uapi/linux/bpf.h enum bpf_ret_code */
// oxfmt-ignore
const LWT_CODES = [
  { value: 0,   name: 'BPF_OK',       summary: 'the packet goes on' },
  { value: 2,   name: 'BPF_DROP',     summary: 'the packet is dropped' },
  { value: 7,   name: 'BPF_REDIRECT', summary: 'the packet goes where bpf_redirect said (lwt_xmit)' },
  { value: 128, name: 'BPF_LWT_REROUTE', summary: 'the packet is routed anew' },
] as const satisfies readonly ReturnValue[];

// oxfmt-ignore
const SK_ACTIONS = [
  { value: 0, name: 'SK_DROP', summary: 'the data is dropped' },
  { value: 1, name: 'SK_PASS', summary: 'the data goes on' },
] as const satisfies readonly ReturnValue[];

// oxfmt-ignore
const ALLOW = [
  { value: 0, name: 'drop',  summary: 'the packet is dropped' },
  { value: 1, name: 'allow', summary: 'the packet goes on' },
  { value: 2, name: 'drop, congested',  summary: 'at egress: dropped, and the sender is told of congestion' },
  { value: 3, name: 'allow, congested', summary: 'at egress: sent, and the sender is told of congestion' },
] as const satisfies readonly ReturnValue[];

/** Types of programs on packets. */
const NET_RETURNS = {
  socket_filter: { summary: 'bytes of the packet that the socket gets: 0 none, more than it has all' },
  sched_cls: { summary: 'with direct-action one of TC_ACT_*, else the class', values: TC_ACTIONS },
  sched_act: { summary: 'one of TC_ACT_*', values: TC_ACTIONS },
  xdp: { summary: 'one of XDP_*; any other drops the packet', values: XDP_ACTIONS },
  cgroup_skb: {
    summary: 'whether the packet may pass; at egress with a hint for the sender',
    values: ALLOW,
    range: [0, 3],
  },
  lwt_in: { summary: 'one of BPF_OK, BPF_DROP and BPF_LWT_REROUTE', values: LWT_CODES },
  lwt_out: { summary: 'one of BPF_OK and BPF_DROP', values: LWT_CODES },
  lwt_xmit: { summary: 'one of BPF_OK, BPF_DROP, BPF_REDIRECT and BPF_LWT_REROUTE', values: LWT_CODES },
  lwt_seg6local: { summary: 'one of BPF_OK, BPF_DROP and BPF_REDIRECT', values: LWT_CODES },
  sk_skb: { summary: 'whether the data may pass, or the length of a message', values: SK_ACTIONS },
} as const satisfies Partial<Record<ProgTypeName, ReturnRow>>;

/** Types of programs that trace. What `tracing` must return depends on where it is attached. */
const TRACING_RETURNS = {
  kprobe: { summary: 'nothing here; on Linux other than 0 keeps the perf event of the probe' },
  tracepoint: { summary: 'nothing here; on Linux other than 0 keeps the perf event of the tracepoint' },
  perf_event: { summary: 'nothing here; on Linux other than 0 keeps the sample' },
  raw_tracepoint: { summary: 'nothing' },
  raw_tracepoint_writable: { summary: 'nothing' },
  lsm: { summary: '0 allows, -errno refuses', range: [-4095, 0] },
  syscall: { summary: 'the retval of the test run' },
} as const satisfies Partial<Record<ProgTypeName, ReturnRow>>;

/** Programs of type tracing, by what stands before the slash of the section. @see kernel/bpf/verifier.c check_return_code */
const TRACING_ATTACH_RETURNS = {
  tp_btf: { summary: 'nothing' },
  fentry: { summary: 'nothing, and must be 0', range: [0, 0] },
  fexit: { summary: 'nothing, and must be 0', range: [0, 0] },
  fmod_ret: { summary: '0 lets the function run; -errno takes its place', range: [-4095, 0] },
  iter: { summary: '0 goes on, 1 stops', range: [0, 1] },
} as const satisfies Record<string, ReturnRow>;

/** What a program's result means; undefined for types that run nowhere here. `section` tells programs of type tracing apart. */
export function returnsOf(type: ProgTypeName, section: string): ReturnRow | undefined {
  const rows: Partial<Record<ProgTypeName, ReturnRow>> = { ...NET_RETURNS, ...TRACING_RETURNS };
  const attach: Readonly<Record<string, ReturnRow>> = TRACING_ATTACH_RETURNS;
  const prefix = section.replace(/^\?/, '').replace(/(\.s)?(\/.*)?$/s, '');
  return type === 'tracing' ? attach[prefix] : rows[type];
}
