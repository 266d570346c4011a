// All program types of the kernel: number, and what of each the machine knows.

/** A program type. Any type can be loaded and stored in a prog array; those with `hooks` or `testRun` can also run. */
export interface ProgTypeRow {
  readonly number: number;
  /** Tracing types may call helpers that others may not. */
  readonly tracing?: true;
  /** Whether its programs may sleep (BPF_F_SLEEPABLE); those of type syscall always may. */
  readonly sleepable?: 'may' | 'always';
  /** Whether its programs may use ld_abs and ld_ind. @see kernel/bpf/verifier.c may_access_skb */
  readonly packetLoads?: true;
  /** How BPF_PROG_TEST_RUN fills the ctx. */
  readonly testRun?: 'skb' | 'xdp' | 'args' | 'syscall' | 'bytes';
}

/** By the kernel's name without BPF_PROG_TYPE_, in lower case. @see include/uapi/linux/bpf.h enum bpf_prog_type */
// oxfmt-ignore
export const PROG_TYPES = {
  socket_filter:           { number: 1, testRun: 'skb', packetLoads: true },
  kprobe:                  { number: 2, tracing: true, sleepable: 'may', testRun: 'bytes' },
  sched_cls:               { number: 3, testRun: 'skb', packetLoads: true },
  sched_act:               { number: 4, testRun: 'skb', packetLoads: true },
  tracepoint:              { number: 5, tracing: true, testRun: 'bytes' },
  xdp:                     { number: 6, testRun: 'xdp' },
  perf_event:              { number: 7, tracing: true, testRun: 'bytes' },
  cgroup_skb:              { number: 8, testRun: 'skb' },
  cgroup_sock:             { number: 9 },
  lwt_in:                  { number: 10, testRun: 'skb' },
  lwt_out:                 { number: 11, testRun: 'skb' },
  lwt_xmit:                { number: 12, testRun: 'skb' },
  sock_ops:                { number: 13 },
  sk_skb:                  { number: 14 },
  cgroup_device:           { number: 15 },
  sk_msg:                  { number: 16 },
  raw_tracepoint:          { number: 17, tracing: true, testRun: 'args' },
  cgroup_sock_addr:        { number: 18 },
  lwt_seg6local:           { number: 19, testRun: 'skb' },
  lirc_mode2:              { number: 20 },
  sk_reuseport:            { number: 21 },
  flow_dissector:          { number: 22 },
  cgroup_sysctl:           { number: 23 },
  raw_tracepoint_writable: { number: 24, tracing: true, testRun: 'bytes' },
  cgroup_sockopt:          { number: 25 },
  tracing:                 { number: 26, tracing: true, sleepable: 'may', testRun: 'bytes' },
  struct_ops:              { number: 27, sleepable: 'may' },
  ext:                     { number: 28 },
  lsm:                     { number: 29, tracing: true, sleepable: 'may', testRun: 'bytes' },
  sk_lookup:               { number: 30 },
  syscall:                 { number: 31, sleepable: 'always', testRun: 'syscall' },
  netfilter:               { number: 32 },
} as const satisfies Record<string, ProgTypeRow>;
export type ProgTypeName = keyof typeof PROG_TYPES;

/** The row of a type by its name, undefined for a name the kernel does not have. */
export function progTypeRow(name: string): ProgTypeRow | undefined {
  return Object.hasOwn(PROG_TYPES, name) ? PROG_TYPES[name as ProgTypeName] : undefined; // hasOwn has just checked the name
}

/** Program flags of BPF_PROG_LOAD that the machine looks at. @see include/uapi/linux/bpf.h */
export const PROG_FLAGS = { sleepable: 1 << 4, xdpHasFrags: 1 << 5 } as const satisfies Record<
  string,
  number
>;
