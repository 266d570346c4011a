// The hooks of a recording: what they are called, and in which order its points come to them.
//
//   enter   __seccomp_filter (at each kprobe, fentry, and its return); the tracepoint sys_enter; the functions of the call from outside in, at each
//           kprobe, fentry, fmod_ret
//   exit    the functions from inside out, at each fexit, kretprobe; the tracepoint sys_exit
//   event   its tracepoints, in the order of events.ts
//   packet  net/packet-path.ts
//
// Programs of one hook run in the order in which they were attached. At a tracepoint each raw_tp and tp_btf has its own turn, all tp of it have one
// (of system calls all of raw_syscalls:*, and all of syscalls:*), where the first of them was attached (as measured on Linux 6.18).
//
// Every call of a recording passes the function of the seccomp filters, as on Linux when a filter that allows everything is installed; struct
// seccomp_data is there though Linux from 5.9 on hands over NULL and fills one of its own. i386 calls do not come to syscalls:*, as on x86-64.
import type { EventCtx } from './event-fills.ts';
import type { EventName } from './event-point.ts';
import { functionPlaces, callPlaces } from './function-places.ts';
import type { ArgTest, HookWorld } from './functions.ts';
import type { HookCtx } from './hook-fills.ts';
import type { HookTarget, ParsedSection } from './hook-sections.ts';
import { socketHook, tcHook, xdpHook, type PacketHook } from './net/packet-hooks.ts';
import type { CallKey } from './syscalls.ts';
import { rawPlaces, tracepointPlaces } from './tracepoint-places.ts';

interface Place {
  /** '__x64_sys_openat', 'sys_enter', 'raw_syscalls:sys_enter'. A hook whose ctx differs from call to call is several places of one name. */
  readonly name: string;
  /** Lower ones run first. */
  readonly rank: number;
  /** Programs of one group run one after the other, where the first of them was attached. */
  readonly group?: string | undefined;
}

/** A hook of system calls as an attachment finds it. */
export interface CallPlace extends Place, HookCtx {
  readonly at: 'enter' | 'exit';
  readonly calls: 'all' | readonly CallKey[];
  /** Of these calls only those. */
  readonly only?: ArgTest | undefined;
  /** A result other than 0 takes the place of the call's. */
  readonly overrides?: true;
}

/** A hook of an event. */
export interface EventPlace extends Place, EventCtx {
  readonly at: EventName;
}

export type HookPlace = CallPlace | EventPlace;

/** What a section names: places of points, of packets, a hook that recordings never come to, or nothing, with the reason. */
export type Places =
  | { readonly places: readonly HookPlace[] }
  | { readonly packets: PacketHook }
  | { readonly idle: string }
  | { readonly refused: string };

/** The places that a section names. */
export function placesOf(parsed: ParsedSection, world: HookWorld): Places {
  return PLACES[parsed.row.target](parsed, world);
}

const PLACES = {
  raw_tracepoint: ({ row, target }, world) => rawPlaces(row, target, world),
  tracepoint: ({ target }, world) => tracepointPlaces(target, world),
  call: ({ row, target }, world) => callPlaces(row, target, world),
  function: functionPlaces,
  socket: ({ target }) => socketHook(target),
  xdp: ({ target }) => xdpHook(target),
  tc: ({ row, target }) => tcHook(row, target),
  'nothing here': ({ row }) => ({ idle: row.idle ?? '' }),
} as const satisfies Record<HookTarget, (parsed: ParsedSection, world: HookWorld) => Places>;
