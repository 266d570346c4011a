// Hooks at tracepoints: of system calls, and of events.
import { didYouMean } from '../asm/suggest.ts';
import type { Btf } from '../btf/btf.ts';
import { eventArgsCtx, recordCtx } from './event-fills.ts';
import { eventRow, EVENTS } from './events.ts';
import { NATIVE_ABIS } from './function-names.ts';
import { likeOnes } from './function-places.ts';
import type { HookWorld } from './functions.ts';
import { rawCtx, rawSyscallsCtx, syscallsCtx } from './hook-fills.ts';
import { RANKS } from './hook-ranks.ts';
import type { HookSection } from './hook-sections.ts';
import type { Places } from './hooks.ts';
import { recordLayout } from './tracepoint-layout.ts';

const NEVER = 'a recording does not come to this tracepoint';
const EVENT_NAMES = Object.keys(EVENTS);

/** Places of tp/GROUP/NAME. */
export function tracepointPlaces(target: string, world: HookWorld): Places {
  const [group = '', name = ''] = target.split(/[/:]/, 2);
  if (group === 'raw_syscalls' || group === 'syscalls') return callPlaces(group, name, world);
  const row = eventRow(name);
  if (row === undefined)
    return missing(`tracepoint ${group}:${name}`, name, `trace_event_raw_${name}`, world);
  if (row.group !== group)
    return { refused: `there is no tracepoint ${group}:${name}; the kernel has ${row.group}:${name}` };
  const layout = recordLayout(world.kernel.types, row.structs);
  if (layout === undefined) {
    const structs = row.structs.map((struct) => `struct ${struct}`).join(' or ');
    return {
      refused: `the types of ${world.kernel.name} do not tell what is in the record of ${name}: no ${structs}`,
    };
  }
  const place = {
    ...recordCtx(row, layout),
    name: `${group}:${name}`,
    at: row.at,
    rank: rankOf(name),
    group: name,
  };
  return { places: [place] };
}

/** Places of raw_syscalls and syscalls. */
function callPlaces(group: 'raw_syscalls' | 'syscalls', event: string, { syscalls }: HookWorld): Places {
  const [, when, call] = /^sys_(enter|exit)(?:_(\w+))?$/.exec(event) ?? [];
  const at = when === 'exit' ? 'exit' : 'enter';
  const isExit = at === 'exit';
  const place = { name: `${group}:${event}`, at, rank: RANKS[at].tracepoint, group } as const;
  if (group === 'raw_syscalls' && when !== undefined && call === undefined) {
    return { places: [{ ...rawSyscallsCtx(isExit), ...place, calls: 'all' }] };
  }
  const found = group === 'syscalls' && call !== undefined ? syscalls.find(call, NATIVE_ABIS) : undefined;
  if (found !== undefined) {
    return { places: [{ ...syscallsCtx(isExit, found.args), ...place, calls: found.keys }] };
  }
  const other = call === undefined ? undefined : syscalls.renamed(call, NATIVE_ABIS);
  const all =
    'raw_syscalls:sys_enter, raw_syscalls:sys_exit, syscalls:sys_enter_NAME, syscalls:sys_exit_NAME';
  const hint =
    other === undefined
      ? nearest(call ?? '', syscalls.names(NATIVE_ABIS))
      : `; the kernel calls it sys_${when}_${other}`;
  return { refused: `there is no tracepoint ${group}:${event}${hint}; there are ${all} of each system call` };
}

/** Places of raw_tp/NAME and tp_btf/NAME. */
export function rawPlaces({ progTypes }: HookSection, name: string, world: HookWorld): Places {
  const type = progTypes[0]!; // the sections of raw tracepoints have one type
  if (name === 'sys_enter' || name === 'sys_exit') {
    const at = name === 'sys_exit' ? 'exit' : 'enter';
    const ctx = rawCtx(type, at === 'exit');
    return { places: [{ ...ctx, name, at, rank: RANKS[at].tracepoint, calls: 'all' }] };
  }
  const row = eventRow(name);
  if (row === undefined || lacksTracepoint(name, world)) {
    return missing(`raw tracepoint ${name}`, name, `btf_trace_${name}`, world);
  }
  return {
    places: [{ ...eventArgsCtx(row, name, type, world.kernel.types), name, at: row.at, rank: rankOf(name) }],
  };
}

function rankOf(name: string): number {
  return EVENT_NAMES.indexOf(name);
}

/** Types that list the tracepoints of a kernel hold more of them than recordings come to. */
const WHOLE_LIST = 200;
const TRACEPOINTS = new WeakMap<Btf, ReadonlySet<string> | undefined>();

/** True when the types list all tracepoints of the kernel, and this one is not there. */
function lacksTracepoint(name: string, { kernel: { types } }: HookWorld): boolean {
  if (!TRACEPOINTS.has(types)) {
    const names = types.ids('typedef').flatMap((id) => {
      const record = types.type(id);
      return record.kind === 'typedef' && record.name.startsWith('btf_trace_') ? [record.name] : [];
    });
    TRACEPOINTS.set(types, names.length > WHOLE_LIST ? new Set(names) : undefined);
  }
  const all = TRACEPOINTS.get(types);
  return all !== undefined && !all.has(`btf_trace_${name}`);
}

/** A tracepoint that recordings never come to, or that the kernel does not have. `type` tells in the kernel's types that it is there. */
function missing(what: string, name: string, type: string, world: HookWorld): Places {
  const { types, name: kernel } = world.kernel;
  const isThere = types.find('struct', type) ?? types.find('typedef', type);
  const names = ['sys_enter', 'sys_exit', ...EVENT_NAMES];
  if (isThere === undefined && lacksTracepoint(name, world))
    return { refused: `${kernel} has no ${what}${nearest(name, names)}` };
  return { idle: `${NEVER}${likeOnes(name, names)}` };
}

function nearest(name: string, candidates: readonly string[]): string {
  const hint = didYouMean(name, candidates);
  return hint === '' ? '' : ` (${hint})`;
}
