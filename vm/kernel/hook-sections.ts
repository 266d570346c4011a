// Which sections ask to be attached, and to what: the names of libbpf. @see https://docs.kernel.org/bpf/libbpf/program_types.html
import type { ProgTypeName } from './prog-types.ts';

/** What stands behind the slash. `nothing here`: a hook of Linux that no recording comes to. `refused`: one that this machine does not have. */
export type HookTarget =
  | 'function'
  | 'call'
  | 'tracepoint'
  | 'raw_tracepoint'
  | 'packets'
  | 'nothing here'
  | 'refused';

export interface HookSection {
  readonly progType: ProgTypeName;
  readonly target: HookTarget;
  /** Of functions: before they run, after they ran, or before with a say in whether they run. */
  readonly when?: 'enter' | 'exit' | 'modify';
  /** The target may hold * and ?, and names all that match. */
  readonly pattern?: true;
  /** Why programs there are never run. */
  readonly idle?: string;
  /** Why there is no such hook. */
  readonly refused?: string;
}

const USER = 'a recording of system calls holds no functions of programs';
const SAMPLES = 'nothing samples a recording';
const SECURITY = 'a recording does not tell when security hooks were come to';

/** By what stands before the slash. */
// oxfmt-ignore
export const HOOK_SECTIONS = {
  'kprobe':           { progType: 'kprobe', target: 'function', when: 'enter' },
  'kretprobe':        { progType: 'kprobe', target: 'function', when: 'exit' },
  'kprobe.multi':     { progType: 'kprobe', target: 'function', when: 'enter', pattern: true },
  'kretprobe.multi':  { progType: 'kprobe', target: 'function', when: 'exit', pattern: true },
  'kprobe.session':   { progType: 'kprobe', target: 'refused', refused: 'a probe has no sessions here: attach kprobe and kretprobe' },
  'ksyscall':         { progType: 'kprobe', target: 'call', when: 'enter' },
  'kretsyscall':      { progType: 'kprobe', target: 'call', when: 'exit' },
  'tp':               { progType: 'tracepoint', target: 'tracepoint' },
  'tracepoint':       { progType: 'tracepoint', target: 'tracepoint' },
  'raw_tp':           { progType: 'raw_tracepoint', target: 'raw_tracepoint' },
  'raw_tracepoint':   { progType: 'raw_tracepoint', target: 'raw_tracepoint' },
  'raw_tp.w':         { progType: 'raw_tracepoint_writable', target: 'raw_tracepoint' },
  'raw_tracepoint.w': { progType: 'raw_tracepoint_writable', target: 'raw_tracepoint' },
  'tp_btf':           { progType: 'tracing', target: 'raw_tracepoint' },
  'fentry':           { progType: 'tracing', target: 'function', when: 'enter' },
  'fentry.s':         { progType: 'tracing', target: 'function', when: 'enter' },
  'fexit':            { progType: 'tracing', target: 'function', when: 'exit' },
  'fexit.s':          { progType: 'tracing', target: 'function', when: 'exit' },
  'fmod_ret':         { progType: 'tracing', target: 'function', when: 'modify' },
  'fmod_ret.s':       { progType: 'tracing', target: 'function', when: 'modify' },
  'uprobe':           { progType: 'kprobe', target: 'nothing here', idle: USER },
  'uprobe.s':         { progType: 'kprobe', target: 'nothing here', idle: USER },
  'uprobe.multi':     { progType: 'kprobe', target: 'nothing here', idle: USER },
  'uprobe.multi.s':   { progType: 'kprobe', target: 'nothing here', idle: USER },
  'uretprobe':        { progType: 'kprobe', target: 'nothing here', idle: USER },
  'uretprobe.s':      { progType: 'kprobe', target: 'nothing here', idle: USER },
  'uretprobe.multi':  { progType: 'kprobe', target: 'nothing here', idle: USER },
  'uretprobe.multi.s':{ progType: 'kprobe', target: 'nothing here', idle: USER },
  'usdt':             { progType: 'kprobe', target: 'nothing here', idle: USER },
  'usdt.s':           { progType: 'kprobe', target: 'nothing here', idle: USER },
  'socket':           { progType: 'socket_filter', target: 'packets' },
  'perf_event':       { progType: 'perf_event', target: 'nothing here', idle: SAMPLES },
  'lsm':              { progType: 'lsm', target: 'nothing here', idle: SECURITY },
  'lsm.s':            { progType: 'lsm', target: 'nothing here', idle: SECURITY },
  'lsm_cgroup':       { progType: 'lsm', target: 'nothing here', idle: SECURITY },
} as const satisfies Record<string, HookSection>;

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
  if (!Object.hasOwn(HOOK_SECTIONS, prefix)) return undefined;
  const row = HOOK_SECTIONS[prefix as keyof typeof HOOK_SECTIONS]; // hasOwn has just checked the prefix
  return { prefix, row, target: slash < 0 ? '' : plain.slice(slash + 1) };
}

/**
 * True when the section asks for attachment to a named place: 'kprobe/x', 'raw_tp/x'. A number after the slash is a prog_array slot
 * of the 2015 convention and asks for none; without a slash, whoever loads the program attaches it, but for 'socket': there is one kind of it.
 */
export function wantsHook(section: string): boolean {
  const parsed = parseHookSection(section);
  if (parsed === undefined || /^\d+$/.test(parsed.target)) return false;
  return parsed.target !== '' || parsed.row.target === 'packets';
}
