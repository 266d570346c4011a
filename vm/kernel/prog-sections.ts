// Which section holds programs of which type: libbpf's names, what stands behind the slash, and what a program is loaded with.
import { didYouMean } from '../asm/suggest.ts';
import { PROG_FLAGS, type ProgTypeName } from './prog-types.ts';

/** Row: the type, and whether a target follows `prefix/`. */
export interface SectionRow {
  readonly type: ProgTypeName;
  /** must: `prefix/TARGET`; may: with or without; none: the prefix is the whole name. */
  readonly hook: 'must' | 'may' | 'none';
  /** expected_attach_type. @see include/uapi/linux/bpf.h enum bpf_attach_type */
  readonly attach?: number;
  readonly flag?: keyof typeof PROG_FLAGS;
}

/**
 * By prefix. Where libbpf knows a prefix alone and older loaders took anything behind it ('xdp/port', 'classifier/in'), so do we.
 * @see tools/lib/bpf/libbpf.c section_defs
 */
// oxfmt-ignore
export const SECTIONS = {
  'socket':                 { type: 'socket_filter',            hook: 'may' },
  'sk_reuseport/migrate':   { type: 'sk_reuseport',             hook: 'none',  attach: 40 },
  'sk_reuseport':           { type: 'sk_reuseport',             hook: 'none',  attach: 39 },
  'kprobe':                 { type: 'kprobe',                   hook: 'may' },
  'kretprobe':              { type: 'kprobe',                   hook: 'may' },
  'uprobe':                 { type: 'kprobe',                   hook: 'may' },
  'uprobe.s':               { type: 'kprobe',                   hook: 'may',   flag: 'sleepable' },
  'uretprobe':              { type: 'kprobe',                   hook: 'may' },
  'uretprobe.s':            { type: 'kprobe',                   hook: 'may',   flag: 'sleepable' },
  'kprobe.multi':           { type: 'kprobe',                   hook: 'may',   attach: 42 },
  'kretprobe.multi':        { type: 'kprobe',                   hook: 'may',   attach: 42 },
  'kprobe.session':         { type: 'kprobe',                   hook: 'may',   attach: 56 },
  'uprobe.multi':           { type: 'kprobe',                   hook: 'may',   attach: 48 },
  'uprobe.multi.s':         { type: 'kprobe',                   hook: 'may',   attach: 48, flag: 'sleepable' },
  'uretprobe.multi':        { type: 'kprobe',                   hook: 'may',   attach: 48 },
  'uretprobe.multi.s':      { type: 'kprobe',                   hook: 'may',   attach: 48, flag: 'sleepable' },
  'uprobe.session':         { type: 'kprobe',                   hook: 'may',   attach: 57 },
  'uprobe.session.s':       { type: 'kprobe',                   hook: 'may',   attach: 57, flag: 'sleepable' },
  'ksyscall':               { type: 'kprobe',                   hook: 'may' },
  'kretsyscall':            { type: 'kprobe',                   hook: 'may' },
  'usdt':                   { type: 'kprobe',                   hook: 'may' },
  'usdt.s':                 { type: 'kprobe',                   hook: 'may',   flag: 'sleepable' },
  'tc/ingress':             { type: 'sched_cls',                hook: 'none',  attach: 46 },
  'tc/egress':              { type: 'sched_cls',                hook: 'none',  attach: 47 },
  'tcx/ingress':            { type: 'sched_cls',                hook: 'none',  attach: 46 },
  'tcx/egress':             { type: 'sched_cls',                hook: 'none',  attach: 47 },
  'tcx':                    { type: 'sched_cls',                hook: 'must' },
  'netkit/primary':         { type: 'sched_cls',                hook: 'none',  attach: 54 },
  'netkit/peer':            { type: 'sched_cls',                hook: 'none',  attach: 55 },
  'netkit':                 { type: 'sched_cls',                hook: 'must' },
  'tc':                     { type: 'sched_cls',                hook: 'may' },
  'classifier':             { type: 'sched_cls',                hook: 'may' },
  'action':                 { type: 'sched_act',                hook: 'may' },
  'tracepoint':             { type: 'tracepoint',               hook: 'may' },
  'tp':                     { type: 'tracepoint',               hook: 'may' },
  'raw_tracepoint':         { type: 'raw_tracepoint',           hook: 'may' },
  'raw_tp':                 { type: 'raw_tracepoint',           hook: 'may' },
  'raw_tracepoint.w':       { type: 'raw_tracepoint_writable',  hook: 'may' },
  'raw_tp.w':               { type: 'raw_tracepoint_writable',  hook: 'may' },
  'tp_btf':                 { type: 'tracing',                  hook: 'may',   attach: 23 },
  'fentry':                 { type: 'tracing',                  hook: 'may',   attach: 24 },
  'fentry.s':               { type: 'tracing',                  hook: 'may',   attach: 24, flag: 'sleepable' },
  'fmod_ret':               { type: 'tracing',                  hook: 'may',   attach: 26 },
  'fmod_ret.s':             { type: 'tracing',                  hook: 'may',   attach: 26, flag: 'sleepable' },
  'fexit':                  { type: 'tracing',                  hook: 'may',   attach: 25 },
  'fexit.s':                { type: 'tracing',                  hook: 'may',   attach: 25, flag: 'sleepable' },
  'freplace':               { type: 'ext',                      hook: 'may' },
  'lsm':                    { type: 'lsm',                      hook: 'may',   attach: 27 },
  'lsm.s':                  { type: 'lsm',                      hook: 'may',   attach: 27, flag: 'sleepable' },
  'lsm_cgroup':             { type: 'lsm',                      hook: 'may',   attach: 43 },
  'iter':                   { type: 'tracing',                  hook: 'may',   attach: 28 },
  'iter.s':                 { type: 'tracing',                  hook: 'may',   attach: 28, flag: 'sleepable' },
  'syscall':                { type: 'syscall',                  hook: 'none',  flag: 'sleepable' },
  'xdp.frags/devmap':       { type: 'xdp',                      hook: 'none',  attach: 33, flag: 'xdpHasFrags' },
  'xdp/devmap':             { type: 'xdp',                      hook: 'none',  attach: 33 },
  'xdp.frags/cpumap':       { type: 'xdp',                      hook: 'none',  attach: 35, flag: 'xdpHasFrags' },
  'xdp/cpumap':             { type: 'xdp',                      hook: 'none',  attach: 35 },
  'xdp.frags':              { type: 'xdp',                      hook: 'may',   attach: 37, flag: 'xdpHasFrags' },
  'xdp':                    { type: 'xdp',                      hook: 'may',   attach: 37 },
  'perf_event':             { type: 'perf_event',               hook: 'none' },
  'lwt_in':                 { type: 'lwt_in',                   hook: 'none' },
  'lwt_out':                { type: 'lwt_out',                  hook: 'none' },
  'lwt_xmit':               { type: 'lwt_xmit',                 hook: 'none' },
  'lwt_seg6local':          { type: 'lwt_seg6local',            hook: 'none' },
  'sockops':                { type: 'sock_ops',                 hook: 'none',  attach: 3 },
  'sk_skb/stream_parser':   { type: 'sk_skb',                   hook: 'none',  attach: 4 },
  'sk_skb/stream_verdict':  { type: 'sk_skb',                   hook: 'none',  attach: 5 },
  'sk_skb/verdict':         { type: 'sk_skb',                   hook: 'none',  attach: 38 },
  'sk_skb':                 { type: 'sk_skb',                   hook: 'may' },
  'sk_msg':                 { type: 'sk_msg',                   hook: 'none',  attach: 7 },
  'lirc_mode2':             { type: 'lirc_mode2',               hook: 'none',  attach: 16 },
  'flow_dissector':         { type: 'flow_dissector',           hook: 'none',  attach: 17 },
  'cgroup_skb/ingress':     { type: 'cgroup_skb',               hook: 'none',  attach: 0 },
  'cgroup_skb/egress':      { type: 'cgroup_skb',               hook: 'none',  attach: 1 },
  'cgroup_skb':             { type: 'cgroup_skb',               hook: 'must' },
  'cgroup/skb':             { type: 'cgroup_skb',               hook: 'none' },
  'cgroup/sock_create':     { type: 'cgroup_sock',              hook: 'none',  attach: 2 },
  'cgroup/sock_release':    { type: 'cgroup_sock',              hook: 'none',  attach: 34 },
  'cgroup/sock':            { type: 'cgroup_sock',              hook: 'none',  attach: 2 },
  'cgroup/post_bind4':      { type: 'cgroup_sock',              hook: 'none',  attach: 12 },
  'cgroup/post_bind6':      { type: 'cgroup_sock',              hook: 'none',  attach: 13 },
  'cgroup/bind4':           { type: 'cgroup_sock_addr',         hook: 'none',  attach: 8 },
  'cgroup/bind6':           { type: 'cgroup_sock_addr',         hook: 'none',  attach: 9 },
  'cgroup/connect4':        { type: 'cgroup_sock_addr',         hook: 'none',  attach: 10 },
  'cgroup/connect6':        { type: 'cgroup_sock_addr',         hook: 'none',  attach: 11 },
  'cgroup/connect_unix':    { type: 'cgroup_sock_addr',         hook: 'none',  attach: 49 },
  'cgroup/sendmsg4':        { type: 'cgroup_sock_addr',         hook: 'none',  attach: 14 },
  'cgroup/sendmsg6':        { type: 'cgroup_sock_addr',         hook: 'none',  attach: 15 },
  'cgroup/sendmsg_unix':    { type: 'cgroup_sock_addr',         hook: 'none',  attach: 50 },
  'cgroup/recvmsg4':        { type: 'cgroup_sock_addr',         hook: 'none',  attach: 19 },
  'cgroup/recvmsg6':        { type: 'cgroup_sock_addr',         hook: 'none',  attach: 20 },
  'cgroup/recvmsg_unix':    { type: 'cgroup_sock_addr',         hook: 'none',  attach: 51 },
  'cgroup/getpeername4':    { type: 'cgroup_sock_addr',         hook: 'none',  attach: 29 },
  'cgroup/getpeername6':    { type: 'cgroup_sock_addr',         hook: 'none',  attach: 30 },
  'cgroup/getpeername_unix':{ type: 'cgroup_sock_addr',         hook: 'none',  attach: 52 },
  'cgroup/getsockname4':    { type: 'cgroup_sock_addr',         hook: 'none',  attach: 31 },
  'cgroup/getsockname6':    { type: 'cgroup_sock_addr',         hook: 'none',  attach: 32 },
  'cgroup/getsockname_unix':{ type: 'cgroup_sock_addr',         hook: 'none',  attach: 53 },
  'cgroup/sysctl':          { type: 'cgroup_sysctl',            hook: 'none',  attach: 18 },
  'cgroup/getsockopt':      { type: 'cgroup_sockopt',           hook: 'none',  attach: 21 },
  'cgroup/setsockopt':      { type: 'cgroup_sockopt',           hook: 'none',  attach: 22 },
  'cgroup/dev':             { type: 'cgroup_device',            hook: 'none',  attach: 6 },
  'struct_ops':             { type: 'struct_ops',               hook: 'may' },
  'struct_ops.s':           { type: 'struct_ops',               hook: 'may',   flag: 'sleepable' },
  'sk_lookup':              { type: 'sk_lookup',                hook: 'none',  attach: 36 },
  'netfilter':              { type: 'netfilter',                hook: 'none',  attach: 45 },
} as const satisfies Record<string, SectionRow>;
export type SectionPrefix = keyof typeof SECTIONS;

/** Types of the programs in sections of a prefix, or of all whose prefix goes on behind it ('cgroup'), each once. */
export function typesAt(prefix: string): readonly ProgTypeName[] {
  const own = Object.entries(SECTIONS).filter(([name]) => name === prefix);
  const behind = Object.entries(SECTIONS).filter(([name]) => name.startsWith(`${prefix}/`));
  return [...new Set((own.length > 0 ? own : behind).map(([, { type }]) => type))];
}

/** A section name taken apart. `hook` is '' without one; `slot` is the number of a 2015 section such as kprobe/9. */
export interface Section {
  /** Without the `?` in front. */
  readonly name: string;
  readonly prefix: SectionPrefix;
  readonly type: ProgTypeName;
  readonly hook: string;
  readonly slot: number | undefined;
  /** `?` in front: loaded only when it is asked for. */
  readonly isOptional: boolean;
}

/** Takes a section name apart. 'unknown' or 'noHook' says what is wrong. */
export function parseSection(name: string): Section | 'unknown' | { readonly noHook: SectionPrefix } {
  const isOptional = name.startsWith('?');
  const plain = isOptional ? name.slice(1) : name;
  const prefix = prefixOf(plain);
  if (prefix === undefined) {
    const older = olderPrefix(plain);
    if (older === undefined) return 'unknown';
    const { type } = SECTIONS[older];
    return { name: plain, prefix: older, type, hook: '', slot: undefined, isOptional };
  }
  const { type, hook: rule } = SECTIONS[prefix];
  const hook = plain.slice(prefix.length + 1);
  if (hook === '' && (rule === 'must' || plain !== prefix)) return { noHook: prefix };
  const slot =
    /^\d{1,9}$/.test(hook) && (type === 'kprobe' || type === 'socket_filter') ? Number(hook) : undefined;
  return { name: plain, prefix, type, hook, slot, isOptional };
}

/** Prefixes behind which libbpf before 1.0 took anything: 'xdp_pass', 'socket1', 'perf_event/cpu'. @see libbpf 0.8 SEC_SLOPPY_PFX */
const OLDER_PREFIXES = [
  'cgroup_skb/ingress',
  'cgroup_skb/egress',
  'cgroup/skb',
  'cgroup/sock',
  'cgroup/dev',
  'flow_dissector',
  'lwt_seg6local',
  'lwt_xmit',
  'lwt_out',
  'lwt_in',
  'lirc_mode2',
  'perf_event',
  'classifier',
  'sockops',
  'action',
  'socket',
  'sk_skb',
  'sk_msg',
  'xdp',
] as const satisfies readonly SectionPrefix[];

/** The prefix of a section as older objects have them; undefined for none. */
export function olderPrefix(name: string): SectionPrefix | undefined {
  return OLDER_PREFIXES.find((prefix) => name.startsWith(prefix));
}

/** What a section asks for at load besides the type; nothing where the kernel's default will do. */
export function loadAttributes({ prefix }: Pick<Section, 'prefix'>): {
  readonly attachType?: number;
  readonly flags?: number;
} {
  const row: SectionRow = SECTIONS[prefix];
  return {
    ...(row.attach === undefined || row.attach === 0 ? {} : { attachType: row.attach }),
    ...(row.flag === undefined ? {} : { flags: PROG_FLAGS[row.flag] }),
  };
}

/** A hint for a section that is none; '' where none is near. */
export function sectionHint(name: string): string {
  const plain = name.replace(/^\?/, '');
  const whole = didYouMean(plain, Object.keys(SECTIONS));
  return whole === '' ? didYouMean(plain.replace(/\/.*/s, ''), Object.keys(SECTIONS)) : whole;
}

/** The longest prefix that is the whole name, or stands in front of a slash. */
function prefixOf(name: string): SectionPrefix | undefined {
  const isPrefix = (text: string): text is SectionPrefix => Object.hasOwn(SECTIONS, text);
  if (isPrefix(name)) return name;
  const head = name.replace(/\/.*$/s, '');
  return name !== head && isPrefix(head) && SECTIONS[head].hook !== 'none' ? head : undefined;
}
