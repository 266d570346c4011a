// The hooks of a system call: which there are, what they are called, and in which order a call comes to them.
//
//   enter   __seccomp_filter (kprobe, kretprobe); the tracepoint sys_enter; the functions of the call from outside in, at each kprobe, fentry, fmod_ret
//   exit    the functions from inside out, at each fexit, kretprobe; the tracepoint sys_exit
//
// Programs of one hook run in the order in which they were attached. At the tracepoint each raw_tp and tp_btf has its own turn, all of raw_syscalls:*
// have one, and so have all of syscalls:*, where the first of them was attached (as measured on Linux 6.18).
//
// Every call of a recording passes __seccomp_filter, as on Linux when a filter
// that allows everything is installed; its arguments are those of Linux 4.9 to 6.x. i386 calls do not come to syscalls:*, as on x86-64.
import { didYouMean } from '../asm/suggest.ts';
import type { ArgSource, TracedFunction } from './functions.ts';
import {
  functionNamed,
  functionNames,
  functionOfCall,
  INNER_FUNCTIONS,
  NATIVE_ABIS,
  renamedFunction,
} from './functions.ts';
import {
  functionCtx,
  kprobeCtx,
  kretprobeCtx,
  rawCtx,
  rawSyscallsCtx,
  SECCOMP_PROBE,
  syscallsCtx,
  type HookCtx,
} from './hook-fills.ts';
import type { HookSection, HookTarget, ParsedSection } from './hook-sections.ts';
import type { CallKey, SyscallIndex } from './syscalls.ts';

/** A hook as an attachment finds it. */
export interface HookPlace extends HookCtx {
  /** '__x64_sys_openat', 'sys_enter', 'raw_syscalls:sys_enter'. A hook whose ctx differs from call to call is several places of one name. */
  readonly name: string;
  readonly at: 'enter' | 'exit';
  /** Lower ones run first. */
  readonly rank: number;
  /** Programs of one group run one after the other, where the first of them was attached. */
  readonly group?: string | undefined;
  readonly calls: 'all' | readonly CallKey[];
  /** A result other than 0 takes the place of the call's. */
  readonly overrides?: true;
}

/** Ranks: those of functions are spread by their depth. */
const RANKS = {
  enter: { seccomp: 0, seccompReturn: 1, tracepoint: 2, function: 10 },
  exit: { function: 10, tracepoint: 100 },
} as const satisfies Record<HookPlace['at'], Record<string, number>>;
const MAX_DEPTH = 8;

const SECCOMP = '__seccomp_filter';

type Places = readonly HookPlace[] | string;

/** The places that a section names; a sentence that says why there are none. */
export function placesOf(parsed: ParsedSection, syscalls: SyscallIndex): Places {
  return PLACES[parsed.row.target](parsed, syscalls);
}

const PLACES = {
  raw_tracepoint: ({ row, target }) => rawPlaces(row, target),
  tracepoint: ({ target }, syscalls) => tracepointPlaces(target, syscalls),
  call({ row, target }, syscalls) {
    const traced = functionOfCall(target, syscalls);
    return traced === undefined
      ? unknown(`system call ${target}`, target, syscalls.names(NATIVE_ABIS))
      : functionPlaces(row, traced);
  },
  function({ prefix, row, target }, syscalls) {
    if (row.pattern === true) return patternPlaces(row, target, syscalls);
    if (target === SECCOMP && row.progType === 'kprobe') return [seccompPlace(row)];
    return namedPlaces(row, prefix, target, syscalls);
  },
  packets: () => [],
  'nothing here': () => [],
  refused: ({ row }) => row.refused ?? '',
} as const satisfies Record<HookTarget, (parsed: ParsedSection, syscalls: SyscallIndex) => Places>;

function seccompPlace({ when }: HookSection): HookPlace {
  const isReturn = when === 'exit';
  const ctx = isReturn ? kretprobeCtx(SECCOMP, () => 0n) : SECCOMP_PROBE;
  const rank = isReturn ? RANKS.enter.seccompReturn : RANKS.enter.seccomp;
  return { ...ctx, name: SECCOMP, at: 'enter', rank, calls: 'all' };
}

function rawPlaces({ progType }: HookSection, target: string): Places {
  if (target !== 'sys_enter' && target !== 'sys_exit') {
    return `there is no raw tracepoint ${target}; there are sys_enter, sys_exit`;
  }
  const at = target === 'sys_exit' ? 'exit' : 'enter';
  return [{ ...rawCtx(progType, at === 'exit'), name: target, at, rank: RANKS[at].tracepoint, calls: 'all' }];
}

function tracepointPlaces(target: string, syscalls: SyscallIndex): Places {
  const name = target.replace('/', ':');
  const [, group, when, call] = /^(raw_syscalls|syscalls)[/:]sys_(enter|exit)(?:_(\w+))?$/.exec(target) ?? [];
  const at = when === 'exit' ? 'exit' : 'enter';
  const isExit = at === 'exit';
  if (group === 'raw_syscalls' && call === undefined) {
    return [{ ...rawSyscallsCtx(isExit), name, at, rank: RANKS[at].tracepoint, group, calls: 'all' }];
  }
  const found = group === 'syscalls' && call !== undefined ? syscalls.find(call, NATIVE_ABIS) : undefined;
  if (found !== undefined) {
    return [
      { ...syscallsCtx(isExit, found.args), name, at, rank: RANKS[at].tracepoint, group, calls: found.keys },
    ];
  }
  const other = call === undefined ? undefined : syscalls.renamed(call, NATIVE_ABIS);
  const all =
    'raw_syscalls/sys_enter, raw_syscalls/sys_exit, syscalls/sys_enter_NAME, syscalls/sys_exit_NAME';
  const hint = other === undefined ? '' : `; the kernel calls it sys_${when}_${other}`;
  return `there is no tracepoint ${target}${hint}; there are ${all} of each system call`;
}

function namedPlaces(row: HookSection, prefix: string, target: string, syscalls: SyscallIndex): Places {
  if (target.includes('+')) return 'a recording does not come to places inside of a function';
  const traced = functionNamed(target, syscalls);
  if (traced !== undefined) return functionPlaces(row, traced);
  const other = renamedFunction(target, syscalls);
  if (other !== undefined) return `there is no function ${target}; the kernel calls it ${other}`;
  const inner = Object.keys(INNER_FUNCTIONS).join(', ');
  const first = row.progType === 'kprobe' ? `${prefix}/${SECCOMP}, ` : '';
  const forms = `${first}${prefix}/__x64_sys_NAME of each system call, and of the functions in it ${inner}`;
  return `${unknown(`function ${target}`, target, functionNames(syscalls))}; there are ${forms}`;
}

function patternPlaces(row: HookSection, pattern: string, syscalls: SyscallIndex): Places {
  const matches = new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
  const names = functionNames(syscalls).filter((name) => matches.test(name));
  const places = names.flatMap((name) => functionPlaces(row, functionNamed(name, syscalls)!));
  if (matches.test(SECCOMP)) places.unshift(seccompPlace(row));
  return places.length > 0 ? places : `no function that a recording comes to matches ${pattern}`;
}

/** The places of a function: one for each way in which calls come to it. */
function functionPlaces(row: HookSection, { name, depth, calls }: TracedFunction): HookPlace[] {
  return calls.map(({ keys, args }) => {
    const isExit = row.when === 'exit';
    const at = isExit ? 'exit' : 'enter';
    const isProbe = row.progType === 'kprobe';
    const order = row.when === 'modify' ? 2 : isProbe === isExit ? 1 : 0;
    const rank = RANKS[at].function + 3 * (isExit ? MAX_DEPTH - depth : depth) + order;
    const overrides = row.when === 'modify' ? { overrides: true as const } : {};
    return { ...functionCtxOf(row, name, args), name, at, rank, calls: keys, ...overrides };
  });
}

function functionCtxOf(
  { progType, when }: HookSection,
  name: string,
  args: 'regs' | readonly ArgSource[],
): HookCtx {
  if (progType === 'kprobe') {
    return when === 'exit' ? kretprobeCtx(name, ({ ret }) => ret) : kprobeCtx(name, args);
  }
  return functionCtx(name, args, when === 'exit' ? 'ret' : when === 'modify' ? 'zero' : 'none');
}

/** "there is no X", with the nearest name. */
function unknown(what: string, name: string, candidates: readonly string[]): string {
  const hint = didYouMean(name, candidates);
  if (candidates.length === 0) return `there is no ${what}: the machine was told of no system calls`;
  return `there is no ${what}${hint === '' ? '' : ` (${hint})`}`;
}
