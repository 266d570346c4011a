// Which sections ask to be attached, and to what: the names of libbpf. @see https://docs.kernel.org/bpf/libbpf/program_types.html
import { olderPrefix, typesAt } from './prog-sections.ts';
import type { ProgTypeName } from './prog-types.ts';

/** What stands behind the slash. `nothing here`: a hook of Linux that no recording comes to. */
export type HookTarget =
  | 'function'
  | 'call'
  | 'tracepoint'
  | 'raw_tracepoint'
  | 'socket'
  | 'xdp'
  | 'tc'
  | 'nothing here';

interface HookRow {
  readonly target: HookTarget;
  /** Of functions: before they run, after they ran, before with a say in whether they run, or before and after. */
  readonly when?: 'enter' | 'exit' | 'modify' | 'both';
  /** The target may hold * and ?, and names all that match. */
  readonly pattern?: true;
  /** Of tc: the result is a verdict of tcx; elsewhere a classifier's whose result is an action at once (direct-action). */
  readonly tcx?: true;
  /** Why programs there are never run. */
  readonly idle?: string;
}

export interface HookSection extends HookRow {
  /** Of programs there; several where what stands behind the slash decides. */
  readonly progTypes: readonly ProgTypeName[];
}

const USER = 'a recording of system calls holds no functions of programs';
const SAMPLES = 'nothing samples a recording';
const SECURITY = 'a recording does not tell when security hooks were come to';
const ITER = 'nobody reads an iterator: it runs when its file is read';
const CGROUP = 'a recording does not tell what control groups are asked for';
const SOCKET = 'a recording does not tell what happens inside of sockets';
const ROUTE = 'a recording has packets at devices only, none on a route';
const OTHER_PROG = 'it takes the place of a function of another program, when that is attached';
const OPS = 'the kernel calls it through a table of functions; no recording tells when';

/** By what stands before the slash. Their types are those of SECTIONS. */
// oxfmt-ignore
const TARGETS = {
  'kprobe':           { target: 'function', when: 'enter' },
  'kretprobe':        { target: 'function', when: 'exit' },
  'kprobe.multi':     { target: 'function', when: 'enter', pattern: true },
  'kretprobe.multi':  { target: 'function', when: 'exit', pattern: true },
  'kprobe.session':   { target: 'function', when: 'both', pattern: true },
  'ksyscall':         { target: 'call', when: 'enter' },
  'kretsyscall':      { target: 'call', when: 'exit' },
  'tp':               { target: 'tracepoint' },
  'tracepoint':       { target: 'tracepoint' },
  'raw_tp':           { target: 'raw_tracepoint' },
  'raw_tracepoint':   { target: 'raw_tracepoint' },
  'raw_tp.w':         { target: 'raw_tracepoint' },
  'raw_tracepoint.w': { target: 'raw_tracepoint' },
  'tp_btf':           { target: 'raw_tracepoint' },
  'fentry':           { target: 'function', when: 'enter' },
  'fentry.s':         { target: 'function', when: 'enter' },
  'fexit':            { target: 'function', when: 'exit' },
  'fexit.s':          { target: 'function', when: 'exit' },
  'fmod_ret':         { target: 'function', when: 'modify' },
  'fmod_ret.s':       { target: 'function', when: 'modify' },
  'uprobe':           { target: 'nothing here', idle: USER },
  'uprobe.s':         { target: 'nothing here', idle: USER },
  'uprobe.multi':     { target: 'nothing here', idle: USER },
  'uprobe.multi.s':   { target: 'nothing here', idle: USER },
  'uprobe.session':   { target: 'nothing here', idle: USER },
  'uprobe.session.s': { target: 'nothing here', idle: USER },
  'uretprobe':        { target: 'nothing here', idle: USER },
  'uretprobe.s':      { target: 'nothing here', idle: USER },
  'uretprobe.multi':  { target: 'nothing here', idle: USER },
  'uretprobe.multi.s':{ target: 'nothing here', idle: USER },
  'usdt':             { target: 'nothing here', idle: USER },
  'usdt.s':           { target: 'nothing here', idle: USER },
  'socket':           { target: 'socket' },
  'xdp':              { target: 'xdp' },
  'xdp.frags':        { target: 'xdp' },
  'tc':               { target: 'tc' },
  'classifier':       { target: 'tc' },
  'action':           { target: 'tc' },
  'tcx':              { target: 'tc', tcx: true },
  'netkit':           { target: 'nothing here', idle: 'a recording has no netkit devices' },
  'perf_event':       { target: 'nothing here', idle: SAMPLES },
  'lsm':              { target: 'nothing here', idle: SECURITY },
  'lsm.s':            { target: 'nothing here', idle: SECURITY },
  'lsm_cgroup':       { target: 'nothing here', idle: SECURITY },
  'iter':             { target: 'nothing here', idle: ITER },
  'iter.s':           { target: 'nothing here', idle: ITER },
  'freplace':         { target: 'nothing here', idle: OTHER_PROG },
  'struct_ops':       { target: 'nothing here', idle: OPS },
  'struct_ops.s':     { target: 'nothing here', idle: OPS },
  'cgroup_skb':       { target: 'nothing here', idle: CGROUP },
  'cgroup':           { target: 'nothing here', idle: CGROUP },
  'sockops':          { target: 'nothing here', idle: SOCKET },
  'sk_skb':           { target: 'nothing here', idle: SOCKET },
  'sk_msg':           { target: 'nothing here', idle: SOCKET },
  'sk_lookup':        { target: 'nothing here', idle: SOCKET },
  'sk_reuseport':     { target: 'nothing here', idle: SOCKET },
  'lwt_in':           { target: 'nothing here', idle: ROUTE },
  'lwt_out':          { target: 'nothing here', idle: ROUTE },
  'lwt_xmit':         { target: 'nothing here', idle: ROUTE },
  'lwt_seg6local':    { target: 'nothing here', idle: ROUTE },
  'netfilter':        { target: 'nothing here', idle: ROUTE },
  'flow_dissector':   { target: 'nothing here', idle: 'the kernel takes packets apart with it when it wants their flow; no recording tells when' },
  'lirc_mode2':       { target: 'nothing here', idle: 'a recording has no remote controls' },
} as const satisfies Record<string, HookRow>;
type HookPrefix = keyof typeof TARGETS;

/** The same with the types of the programs there. */
export const HOOK_SECTIONS = Object.fromEntries(
  Object.entries(TARGETS).map(([prefix, row]) => [
    prefix,
    Object.assign({ progTypes: typesAt(prefix) }, row),
  ]),
) as Readonly<Record<HookPrefix, HookSection>>; // the table's own keys

/** A section taken apart. `target` is '' where there is none. */
export interface ParsedSection {
  readonly prefix: string;
  readonly row: HookSection;
  readonly target: string;
}

/** What a section asks for; undefined when its programs have no hooks here. A `?` in front (libbpf: not loaded by default) is dropped. */
export function parseHookSection(section: string): ParsedSection | undefined {
  const plain = section.replace(/^\?/, '');
  const slash = plain.indexOf('/');
  const prefix = slash < 0 ? plain : plain.slice(0, slash);
  if (!Object.hasOwn(HOOK_SECTIONS, prefix)) {
    const older = olderPrefix(plain);
    return older === undefined ? undefined : parseHookSection(older);
  }
  const row = HOOK_SECTIONS[prefix as HookPrefix]; // hasOwn has just checked the prefix
  return { prefix, row, target: slash < 0 ? '' : plain.slice(slash + 1) };
}

/** Kinds of programs that need no name behind the slash: there is one hook of each. */
const NAMELESS: ReadonlySet<HookTarget> = new Set(['socket', 'xdp', 'tc', 'nothing here']);
const ON_PACKETS: ReadonlySet<HookTarget> = new Set(['socket', 'xdp', 'tc']);

/** Whether the section is for programs that packets come to. */
export function isOnPackets(section: string): boolean {
  const parsed = parseHookSection(section);
  return parsed !== undefined && ON_PACKETS.has(parsed.row.target);
}

/**
 * True when the section asks for attachment to a place: 'kprobe/x', 'raw_tp/x', 'xdp'. A number after the slash is a prog_array slot of the 2015
 * convention and asks for none; without a slash, whoever loads a program of a function or tracepoint attaches it. `isInSlot`: the object itself puts
 * the program into a prog_array: of those on packets, whose sections say nothing but their type, tail calls come to it then and nothing else.
 */
export function wantsHook(section: string, isInSlot: boolean): boolean {
  const parsed = parseHookSection(section);
  if (parsed === undefined || /^\d+$/.test(parsed.target)) return false;
  if (isInSlot && ON_PACKETS.has(parsed.row.target)) return false;
  return parsed.target !== '' || NAMELESS.has(parsed.row.target);
}
