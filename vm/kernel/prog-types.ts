// All program types of the kernel: number, and what of each the machine knows.

/** A program type. Any type can be loaded and stored in a prog array; those with `hooks` or `testRun` can also run. */
export interface ProgTypeRow {
  readonly number: number;
  /** Whether its programs may sleep (BPF_F_SLEEPABLE); those of type syscall always may. */
  readonly sleepable?: 'may' | 'always';
  /** Whether its programs may use ld_abs and ld_ind. @see kernel/bpf/verifier.c may_access_skb */
  readonly packetLoads?: true;
  /** Attach types that may be asked for at load, the first in the place of 0 where `orNone`; any where absent. @see enum bpf_attach_type */
  readonly attach?: readonly number[];
  readonly orNone?: true;
  /** How BPF_PROG_TEST_RUN fills the ctx. */
  readonly testRun?: 'skb' | 'xdp' | 'args' | 'syscall' | 'bytes';
}

/** By the kernel's name without BPF_PROG_TYPE_, in lower case. @see include/uapi/linux/bpf.h enum bpf_prog_type */
// oxfmt-ignore
export const PROG_TYPES = {
  socket_filter:           { number: 1, testRun: 'skb', packetLoads: true },
  kprobe:                  { number: 2, sleepable: 'may', testRun: 'bytes' },
  sched_cls:               { number: 3, testRun: 'skb', packetLoads: true },
  sched_act:               { number: 4, testRun: 'skb', packetLoads: true },
  tracepoint:              { number: 5, testRun: 'bytes' },
  xdp:                     { number: 6, testRun: 'xdp' },
  perf_event:              { number: 7, testRun: 'bytes' },
  cgroup_skb:              { number: 8, testRun: 'skb', attach: [0, 1] },
  cgroup_sock:             { number: 9, attach: [2, 12, 13, 34], orNone: true },
  lwt_in:                  { number: 10, testRun: 'skb' },
  lwt_out:                 { number: 11, testRun: 'skb' },
  lwt_xmit:                { number: 12, testRun: 'skb' },
  sock_ops:                { number: 13 },
  sk_skb:                  { number: 14 },
  cgroup_device:           { number: 15 },
  sk_msg:                  { number: 16 },
  raw_tracepoint:          { number: 17, testRun: 'args' },
  cgroup_sock_addr:        { number: 18, attach: [8, 9, 10, 11, 14, 15, 19, 20, 29, 30, 31, 32, 49, 50, 51, 52, 53] },
  lwt_seg6local:           { number: 19 },
  lirc_mode2:              { number: 20 },
  sk_reuseport:            { number: 21, attach: [39, 40], orNone: true },
  flow_dissector:          { number: 22 },
  cgroup_sysctl:           { number: 23 },
  raw_tracepoint_writable: { number: 24, testRun: 'bytes' },
  cgroup_sockopt:          { number: 25, attach: [21, 22] },
  tracing:                 { number: 26, sleepable: 'may', testRun: 'bytes' },
  struct_ops:              { number: 27, sleepable: 'may' },
  ext:                     { number: 28, attach: [0] },
  lsm:                     { number: 29, sleepable: 'may', testRun: 'bytes' },
  sk_lookup:               { number: 30, attach: [36] },
  syscall:                 { number: 31, sleepable: 'always', testRun: 'syscall', attach: [0] },
  netfilter:               { number: 32, attach: [45] },
} as const satisfies Record<string, ProgTypeRow>;
export type ProgTypeName = keyof typeof PROG_TYPES;

/** The row of a type by its name, undefined for a name the kernel does not have. */
export function progTypeRow(name: string): ProgTypeRow | undefined {
  return Object.hasOwn(PROG_TYPES, name) ? PROG_TYPES[name as ProgTypeName] : undefined; // hasOwn has just checked the name
}

/** Flags that BPF_PROG_LOAD knows. @see include/uapi/linux/bpf.h BPF_F_STRICT_ALIGNMENT, BPF_F_TOKEN_FD and between */
export const KNOWN_PROG_FLAGS = 0x1_00ff;

/** Program flags of BPF_PROG_LOAD that the machine looks at. @see include/uapi/linux/bpf.h */
export const PROG_FLAGS = { sleepable: 1 << 4, xdpHasFrags: 1 << 5 } as const satisfies Record<
  string,
  number
>;

/** True for programs that may sleep: asked for at load, or by their type. */
export function isSleepable({ type, flags }: { readonly type: string; readonly flags: number }): boolean {
  return (flags & PROG_FLAGS.sleepable) !== 0 || progTypeRow(type)?.sleepable === 'always';
}
