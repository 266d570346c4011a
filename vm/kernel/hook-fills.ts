// What a program finds at each kind of hook: where its ctx lies, what else it may touch, and how both are written from a point.
import type { RunEvent } from '../interp/host.ts';
import { EVENT_AT } from '../memory/linear.ts';
import { regionsBetween, type HoledRegion } from '../memory/holes.ts';
import { plainRegion, type Region } from '../memory/regions.ts';
import { ctxRegions, type CtxLayout } from './ctx.ts';
import {
  argsCtx,
  RAW_SYS_ENTER_CTX,
  RAW_SYS_EXIT_CTX,
  rawArgsCtx,
  SYS_EXIT_CTX,
  sysEnterCtx,
  TRACEPOINT_COMMON_BYTES,
} from './ctx-tracing.ts';
import {
  argFills,
  addressStep,
  pointedAt,
  type Fill,
  type FillWants,
  type FunctionArgs,
} from './arg-fills.ts';
import { fillerOf, type FillStep } from './fill-steps.ts';
import { functionAddress } from './functions.ts';
import { KNOWN_TASK_REGS, TASK_REGS, type KernelMemory } from './kernel-memory.ts';
import type { ProgTypeName } from './prog-types.ts';
import { PT_REGS, PT_REGS_BYTES, regHoles, type PtReg } from './pt-regs.ts';

/** What helpers tell of the hook that runs the program. */
export interface Probe {
  /** What was given at the attachment; 0n for nothing. */
  readonly cookie: bigint;
  /** Address of the traced function; 0n where there is none. */
  readonly ip: bigint;
  /** Arguments of the traced function in a ctx of u64s. */
  readonly args: number;
  /** Whether the result follows them. */
  readonly hasResult: boolean;
}

/** A ctx and how it is filled. */
export interface HookCtx {
  readonly event: RunEvent & { readonly probe: Probe };
  readonly fill: Fill;
  /** `fill` as data, but for what it tells the kernel's memory; undefined where the numbers of the call are not all that it needs. */
  readonly steps: readonly FillStep[] | undefined;
  /** What `fill` tells the kernel's memory before it writes. Telling it twice is telling it once. */
  readonly tell?: Tell | undefined;
  /** The ctx points at the registers of the call (TASK_REGS): before it, or with its result. */
  readonly regs?: 'entered' | 'left' | undefined;
  /** What `fill` asks a point for besides its numbers. */
  readonly wants: FillWants;
}

type Tell = (kernel: KernelMemory) => void;

/** Where the structures of an event lie. */
const PROBE_REGS_AT = EVENT_AT;
export const ARGS_AT = EVENT_AT + 0x200;
/** The record of a tracepoint, up to 8 KiB. */
export const TRACEPOINT_AT = EVENT_AT + 0x300;

/** Registers that carry a function's arguments. @see the System V ABI for x86-64 */
const FUNCTION_REGS = ['rdi', 'rsi', 'rdx', 'rcx', 'r8', 'r9'] as const;
const REG_PLACES: readonly number[] = FUNCTION_REGS.map((reg) => PROBE_REGS_AT + PT_REGS[reg]);
const ARG_PLACES: readonly number[] = Array.from({ length: 7 }, (_, i) => ARGS_AT + 8 * i);

/** Nothing is known of the hook. */
export const NO_PROBE: Probe = { cookie: 0n, ip: 0n, args: 0, hasResult: false };

function ctxOf(
  layout: CtxLayout,
  type: ProgTypeName,
  at: number,
  name: string,
  { behind = [], kernelRegions = [], probe = NO_PROBE }: Partial<Behind> = {},
): HookCtx['event'] {
  const holed = behind.find((region) => 'holes' in region);
  const known = behind.flatMap((region) =>
    'holes' in region ? regionsBetween(region, region.holes) : [region],
  );
  const regions = [...ctxRegions(layout, type, at, `the ctx, ${name}`), ...known];
  return { ctxAt: at, regions, kernelRegions, probe, ...(holed === undefined ? {} : { holed }) };
}

interface Behind {
  /** What else the program may touch. */
  readonly behind: readonly (Region | HoledRegion)[];
  readonly kernelRegions: readonly Region[];
  readonly probe: Probe;
}

/** `known`: registers that are. */
function kprobeEvent(
  name: string,
  known: readonly PtReg[],
  kernelRegions: readonly (Region | HoledRegion)[] = [],
): HookCtx['event'] {
  const region = plainRegion('the ctx, struct pt_regs', PROBE_REGS_AT, PT_REGS_BYTES, false);
  const holed = { ...region, holes: regHoles(PROBE_REGS_AT, known) };
  return {
    ctxAt: PROBE_REGS_AT,
    regions: regionsBetween(region, holed.holes),
    kernelRegions: [holed, ...kernelRegions],
    holed,
    probe: { ...NO_PROBE, ip: functionAddress(name) },
  };
}

/** A ctx whose fill is all steps. */
function plainCtx(
  event: HookCtx['event'],
  steps: readonly FillStep[],
  tell?: Tell,
  regs?: HookCtx['regs'],
): HookCtx {
  const fill = fillerOf(steps);
  return {
    event,
    steps,
    tell,
    regs,
    wants: 'numbers',
    fill(memory, kernel, point) {
      tell?.(kernel);
      fill(memory, point);
    },
  };
}

/** A ctx that is filled by steps, and between them by the arguments of a function. */
function argsCtxOf(
  event: HookCtx['event'],
  args: FunctionArgs,
  places: readonly number[],
  {
    before = [],
    after = [],
    tell,
  }: { before?: readonly FillStep[]; after?: readonly FillStep[]; tell?: Tell },
): HookCtx {
  const { steps, writer, wants } = argFills(args, places);
  // The hooks of functions come before the one that says that the call has returned.
  const regs = args === 'regs' ? 'entered' : undefined;
  if (steps !== undefined) return plainCtx(event, [...before, ...steps, ...after], tell, regs);
  const first = fillerOf(before);
  const last = fillerOf(after);
  return {
    event,
    steps,
    tell,
    wants,
    fill(memory, kernel, point) {
      tell?.(kernel);
      first(memory, point);
      writer(memory, kernel, point);
      last(memory, point);
    },
  };
}

const NO_REGS: FillStep = { kind: 'zero', at: PROBE_REGS_AT, bytes: PT_REGS_BYTES };

/** The registers where a function begins. */
export function kprobeCtx(name: string, args: FunctionArgs): HookCtx {
  const regs = FUNCTION_REGS.slice(0, args === 'regs' ? 1 : args.length);
  const event = kprobeEvent(name, ['rip', ...regs], pointedAt(args));
  const ip: FillStep = { kind: 'constant', at: PROBE_REGS_AT + PT_REGS.rip, value: event.probe.ip };
  return argsCtxOf(event, args, REG_PLACES, { before: [NO_REGS, ip] });
}

/** What a hook finds as the result of a function. */
function resultStep(at: number, result: 'zero' | 'ret'): FillStep {
  return result === 'ret' ? { kind: 'ret', at } : { kind: 'constant', at, value: 0n };
}

/** The registers where a function returned: the result in rax, nothing known of the others. */
export function kretprobeCtx(name: string, result: 'zero' | 'ret'): HookCtx {
  return plainCtx(kprobeEvent(name, ['rax']), [NO_REGS, resultStep(PROBE_REGS_AT + PT_REGS.rax, result)]);
}

/** fentry, fexit, fmod_ret: the arguments as u64, after them the result where the section has one (0 before the call). */
export function functionCtx(name: string, args: FunctionArgs, result: 'none' | 'zero' | 'ret'): HookCtx {
  const count = args === 'regs' ? 1 : args.length;
  const hasResult = result !== 'none';
  const event = ctxOf(
    argsCtx(count + (hasResult ? 1 : 0)),
    'tracing',
    ARGS_AT,
    `${count} arguments${hasResult ? ' and the result' : ''}`,
    {
      behind: args === 'regs' ? KNOWN_TASK_REGS : pointedAt(args),
      probe: { cookie: 0n, ip: functionAddress(name), args: count, hasResult },
    },
  );
  return argsCtxOf(event, args, ARG_PLACES, {
    after: hasResult ? [resultStep(ARG_PLACES[count]!, result)] : [],
    tell(kernel) {
      kernel.allowLoads();
      if (args === 'regs') kernel.taskRegs(); // the program may load from them
    },
  });
}

/** raw_tp and tp_btf at sys_enter(struct pt_regs *, long nr) and sys_exit(struct pt_regs *, long ret). */
export function rawCtx(type: ProgTypeName, isExit: boolean): HookCtx {
  const isBtf = type === 'tracing';
  const event = ctxOf(isBtf ? argsCtx(2) : rawArgsCtx(2), type, ARGS_AT, 'two u64 arguments', {
    behind: isBtf ? KNOWN_TASK_REGS : [],
  });
  const second: FillStep = { kind: isExit ? 'ret' : 'long_nr', at: ARGS_AT + 8 };
  const tell: Tell = (kernel) => {
    if (isExit) kernel.leaveCall();
    if (!isBtf) return;
    kernel.allowLoads();
    kernel.taskRegs();
  };
  const steps = [addressStep(ARGS_AT, TASK_REGS.start), second];
  return plainCtx(event, steps, tell, isExit ? 'left' : 'entered');
}

/** Tracepoints raw_syscalls:sys_enter and raw_syscalls:sys_exit. */
export function rawSyscallsCtx(isExit: boolean): HookCtx {
  const layout = isExit ? RAW_SYS_EXIT_CTX : RAW_SYS_ENTER_CTX;
  const name = `struct trace_event_raw_sys_${isExit ? 'exit' : 'enter'}`;
  return tracepointCtx(recordEvent(layout, name), isExit, 6, 'long_nr');
}

/** Tracepoints syscalls:sys_enter_NAME, of a call with so many arguments, and syscalls:sys_exit_NAME. */
export function syscallsCtx(isExit: boolean, args: number): HookCtx {
  const layout = isExit ? SYS_EXIT_CTX : sysEnterCtx(args);
  const name = `the number of the call and ${isExit ? 'its result' : `${args} arguments`}`;
  return tracepointCtx(recordEvent(layout, name), isExit, args, 'u64_nr');
}

/** The record of a call, which the kernel reads from its start. */
function recordEvent(layout: CtxLayout, name: string): HookCtx['event'] {
  return ctxOf(layout, 'tracepoint', TRACEPOINT_AT, name, {
    kernelRegions: [plainRegion('the record of the tracepoint', TRACEPOINT_AT, recordEnd(layout), false)],
  });
}

/** Bytes of a record up to the end of its last field. */
export function recordEnd(layout: CtxLayout): number {
  return Math.max(...Object.values(layout).map(({ off, size }) => off + size));
}

/** `nr`: the number is a long, or an int with 4 bytes of nothing behind it. */
function tracepointCtx(
  event: HookCtx['event'],
  isExit: boolean,
  args: number,
  nr: 'long_nr' | 'u64_nr',
): HookCtx {
  const at = TRACEPOINT_AT + 16;
  return plainCtx(
    event,
    [
      { kind: 'zero', at: TRACEPOINT_AT, bytes: TRACEPOINT_COMMON_BYTES }, // the kernel's own, and nobody's to load
      { kind: nr, at: TRACEPOINT_AT + 8 },
      isExit ? { kind: 'ret', at } : { kind: 'args', at, first: 0, count: args },
    ],
    isExit ? (kernel) => kernel.leaveCall() : undefined,
  );
}
