// Which section holds which type of program: libbpf's names, and what stands behind the slash.
import { PROG_FLAGS, type ProgTypeName } from '../kernel/prog-types.ts';
import type { ProgSpec } from '../object.ts';

/** Row: the type (kernel's name in lower case), and whether a hook follows `prefix/`. */
interface SectionRow {
  readonly type: ProgTypeName;
  /** must: `prefix/HOOK`; may: with or without; none: the prefix is the whole name. */
  readonly hook: 'must' | 'may' | 'none';
}

/** By prefix. @see https://docs.kernel.org/bpf/libbpf/program_types.html */
// oxfmt-ignore
export const SECTIONS = {
  'socket':             { type: 'socket_filter',           hook: 'may' },
  'sk_reuseport':       { type: 'sk_reuseport',            hook: 'may' },
  'kprobe':             { type: 'kprobe',                  hook: 'may' },
  'kretprobe':          { type: 'kprobe',                  hook: 'may' },
  'uprobe':             { type: 'kprobe',                  hook: 'may' },
  'uprobe.s':           { type: 'kprobe',                  hook: 'may' },
  'uretprobe':          { type: 'kprobe',                  hook: 'may' },
  'uretprobe.s':        { type: 'kprobe',                  hook: 'may' },
  'kprobe.multi':       { type: 'kprobe',                  hook: 'may' },
  'kretprobe.multi':    { type: 'kprobe',                  hook: 'may' },
  'kprobe.session':     { type: 'kprobe',                  hook: 'may' },
  'uprobe.multi':       { type: 'kprobe',                  hook: 'may' },
  'uretprobe.multi':    { type: 'kprobe',                  hook: 'may' },
  'ksyscall':           { type: 'kprobe',                  hook: 'may' },
  'kretsyscall':        { type: 'kprobe',                  hook: 'may' },
  'usdt':               { type: 'kprobe',                  hook: 'may' },
  'usdt.s':             { type: 'kprobe',                  hook: 'may' },
  'tracepoint':         { type: 'tracepoint',              hook: 'may' },
  'tp':                 { type: 'tracepoint',              hook: 'may' },
  'raw_tracepoint':     { type: 'raw_tracepoint',          hook: 'may' },
  'raw_tp':             { type: 'raw_tracepoint',          hook: 'may' },
  'raw_tracepoint.w':   { type: 'raw_tracepoint_writable', hook: 'may' },
  'raw_tp.w':           { type: 'raw_tracepoint_writable', hook: 'may' },
  'tp_btf':             { type: 'tracing',                 hook: 'may' },
  'fentry':             { type: 'tracing',                 hook: 'may' },
  'fentry.s':           { type: 'tracing',                 hook: 'may' },
  'fmod_ret':           { type: 'tracing',                 hook: 'may' },
  'fmod_ret.s':         { type: 'tracing',                 hook: 'may' },
  'fexit':              { type: 'tracing',                 hook: 'may' },
  'fexit.s':            { type: 'tracing',                 hook: 'may' },
  'iter':               { type: 'tracing',                 hook: 'may' },
  'iter.s':             { type: 'tracing',                 hook: 'may' },
  'freplace':           { type: 'ext',                     hook: 'may' },
  'lsm':                { type: 'lsm',                     hook: 'may' },
  'lsm.s':              { type: 'lsm',                     hook: 'may' },
  'lsm_cgroup':         { type: 'lsm',                     hook: 'may' },
  'struct_ops':         { type: 'struct_ops',              hook: 'may' },
  'struct_ops.s':       { type: 'struct_ops',              hook: 'may' },
  'syscall':            { type: 'syscall',                 hook: 'none' },
  'perf_event':         { type: 'perf_event',              hook: 'none' },
  'tc':                 { type: 'sched_cls',               hook: 'may' },
  'tcx':                { type: 'sched_cls',               hook: 'must' },
  'netkit':             { type: 'sched_cls',               hook: 'must' },
  'classifier':         { type: 'sched_cls',               hook: 'none' },
  'action':             { type: 'sched_act',               hook: 'none' },
  'xdp':                { type: 'xdp',                     hook: 'may' },
  'xdp.frags':          { type: 'xdp',                     hook: 'may' },
  'netfilter':          { type: 'netfilter',               hook: 'none' },
  'flow_dissector':     { type: 'flow_dissector',          hook: 'none' },
  'sk_lookup':          { type: 'sk_lookup',               hook: 'none' },
  'sk_msg':             { type: 'sk_msg',                  hook: 'none' },
  'sk_skb':             { type: 'sk_skb',                  hook: 'may' },
  'sockops':            { type: 'sock_ops',                hook: 'none' },
  'lwt_in':             { type: 'lwt_in',                  hook: 'none' },
  'lwt_out':            { type: 'lwt_out',                 hook: 'none' },
  'lwt_xmit':           { type: 'lwt_xmit',                hook: 'none' },
  'lwt_seg6local':      { type: 'lwt_seg6local',           hook: 'none' },
  'lirc_mode2':         { type: 'lirc_mode2',              hook: 'none' },
  'cgroup_skb':         { type: 'cgroup_skb',              hook: 'must' },
  'cgroup/skb':         { type: 'cgroup_skb',              hook: 'none' },
  'cgroup/dev':         { type: 'cgroup_device',           hook: 'none' },
  'cgroup/sysctl':      { type: 'cgroup_sysctl',           hook: 'none' },
  'cgroup/getsockopt':  { type: 'cgroup_sockopt',          hook: 'none' },
  'cgroup/setsockopt':  { type: 'cgroup_sockopt',          hook: 'none' },
  'cgroup/sock':        { type: 'cgroup_sock',             hook: 'none' },
  'cgroup/sock_create': { type: 'cgroup_sock',             hook: 'none' },
  'cgroup/sock_release':{ type: 'cgroup_sock',             hook: 'none' },
  'cgroup/post_bind4':  { type: 'cgroup_sock',             hook: 'none' },
  'cgroup/post_bind6':  { type: 'cgroup_sock',             hook: 'none' },
  'cgroup/bind4':       { type: 'cgroup_sock_addr',        hook: 'none' },
  'cgroup/bind6':       { type: 'cgroup_sock_addr',        hook: 'none' },
  'cgroup/connect4':    { type: 'cgroup_sock_addr',        hook: 'none' },
  'cgroup/connect6':    { type: 'cgroup_sock_addr',        hook: 'none' },
  'cgroup/sendmsg4':    { type: 'cgroup_sock_addr',        hook: 'none' },
  'cgroup/sendmsg6':    { type: 'cgroup_sock_addr',        hook: 'none' },
  'cgroup/recvmsg4':    { type: 'cgroup_sock_addr',        hook: 'none' },
  'cgroup/recvmsg6':    { type: 'cgroup_sock_addr',        hook: 'none' },
  'cgroup/getpeername4':{ type: 'cgroup_sock_addr',        hook: 'none' },
  'cgroup/getpeername6':{ type: 'cgroup_sock_addr',        hook: 'none' },
  'cgroup/getsockname4':{ type: 'cgroup_sock_addr',        hook: 'none' },
  'cgroup/getsockname6':{ type: 'cgroup_sock_addr',        hook: 'none' },
} as const satisfies Record<string, SectionRow>;
export type SectionPrefix = keyof typeof SECTIONS;

/** Expected attach types that libbpf loads programs of a section with. @see include/uapi/linux/bpf.h enum bpf_attach_type */
const ATTACH_TYPES: Partial<Record<SectionPrefix, number>> = {
  tp_btf: 23,
  fentry: 24,
  'fentry.s': 24,
  fexit: 25,
  'fexit.s': 25,
  fmod_ret: 26,
  'fmod_ret.s': 26,
  lsm: 27,
  'lsm.s': 27,
  iter: 28,
  'iter.s': 28,
  'kprobe.multi': 42,
  'kretprobe.multi': 42,
  lsm_cgroup: 43,
};

/** What a section asks for at load besides the type; nothing where the kernel's default will do. */
export function loadAttributes({ prefix }: Section): Pick<ProgSpec, 'attachType' | 'flags'> {
  const attachType = ATTACH_TYPES[prefix];
  const isSleepable = prefix === 'syscall' || prefix.endsWith('.s');
  return {
    ...(attachType === undefined ? {} : { attachType }),
    ...(isSleepable ? { flags: PROG_FLAGS.sleepable } : {}),
  };
}

/** A section name taken apart. `hook` is '' without one; `slot` is the number of a 2015 section such as kprobe/9. */
export interface Section {
  readonly name: string;
  readonly prefix: SectionPrefix;
  readonly type: ProgTypeName;
  readonly hook: string;
  readonly slot: number | undefined;
}

/** Takes a section name apart; a `?` in front (libbpf: not loaded by default) is dropped. 'unknown' or 'hook' says what is wrong. */
export function parseSection(name: string): Section | 'unknown' | { readonly noHook: SectionPrefix } {
  const plain = name.replace(/^\?/, '');
  const prefix = prefixOf(plain);
  if (prefix === undefined) return 'unknown';
  const { type, hook: rule } = SECTIONS[prefix];
  const hook = plain.slice(prefix.length + 1);
  if (hook === '' && (rule === 'must' || plain !== prefix)) return { noHook: prefix };
  const slot =
    /^\d+$/.test(hook) && (type === 'kprobe' || type === 'socket_filter') ? Number(hook) : undefined;
  return { name: plain, prefix, type, hook, slot };
}

/** The whole name, or what stands before the first slash. */
function prefixOf(name: string): SectionPrefix | undefined {
  const isPrefix = (text: string): text is SectionPrefix => Object.hasOwn(SECTIONS, text);
  if (isPrefix(name)) return name;
  const head = name.replace(/\/.*$/s, '');
  return name !== head && isPrefix(head) && SECTIONS[head].hook !== 'none' ? head : undefined;
}
