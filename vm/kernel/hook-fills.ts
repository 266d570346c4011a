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
} from './ctx-tracing.ts';
import { argsWriter, pointedAt, writeAddress, type Fill, type FunctionArgs } from './arg-fills.ts';
import { functionAddress } from './functions.ts';
import { KNOWN_TASK_REGS, TASK_REGS } from './kernel-memory.ts';
import type { SyscallPoint } from './point.ts';
import type { ProgTypeName } from './prog-types.ts';
import { PT_REGS, PT_REGS_BYTES, regHoles, writeLong, type PtReg } from './pt-regs.ts';

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
}

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

/** The registers where a function begins. */
export function kprobeCtx(name: string, args: FunctionArgs): HookCtx {
  const regs = FUNCTION_REGS.slice(0, args === 'regs' ? 1 : args.length);
  const event = kprobeEvent(name, ['rip', ...regs], pointedAt(args));
  const writeIp = ipWriter(event.probe.ip);
  const writeArgs = argsWriter(args, REG_PLACES);
  return {
    event,
    fill(memory, kernel, point) {
      memory.u8.fill(0, PROBE_REGS_AT, PROBE_REGS_AT + PT_REGS_BYTES);
      writeIp(memory.view);
      writeArgs(memory, kernel, point);
    },
  };
}

/** The registers where a function returned: the result in rax, nothing known of the others. */
export function kretprobeCtx(name: string, result: (point: SyscallPoint) => bigint): HookCtx {
  return {
    event: kprobeEvent(name, ['rax']),
    fill({ u8, view }, _kernel, point) {
      u8.fill(0, PROBE_REGS_AT, PROBE_REGS_AT + PT_REGS_BYTES);
      view.setBigInt64(PROBE_REGS_AT + PT_REGS.rax, result(point), true);
    },
  };
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
  const writeArgs = argsWriter(args, ARG_PLACES);
  const resultAt = ARG_PLACES[count]!;
  return {
    event,
    fill(memory, kernel, point) {
      kernel.allowLoads();
      writeArgs(memory, kernel, point);
      if (args === 'regs') kernel.taskRegs(); // the program may load from them
      if (hasResult) memory.view.setBigInt64(resultAt, result === 'ret' ? point.ret : 0n, true);
    },
  };
}

/** raw_tp and tp_btf at sys_enter(struct pt_regs *, long nr) and sys_exit(struct pt_regs *, long ret). */
export function rawCtx(type: ProgTypeName, isExit: boolean): HookCtx {
  const isBtf = type === 'tracing';
  return {
    event: ctxOf(isBtf ? argsCtx(2) : rawArgsCtx(2), type, ARGS_AT, 'two u64 arguments', {
      behind: isBtf ? KNOWN_TASK_REGS : [],
    }),
    fill({ view }, kernel, point) {
      if (isExit) kernel.leaveCall();
      if (isBtf) {
        kernel.allowLoads();
        kernel.taskRegs();
      }
      writeAddress(view, ARGS_AT, TASK_REGS.start);
      if (isExit) view.setBigInt64(ARGS_AT + 8, point.ret, true);
      else writeLong(view, ARGS_AT + 8, point.nr);
    },
  };
}

/** Tracepoints raw_syscalls:sys_enter and raw_syscalls:sys_exit. */
export function rawSyscallsCtx(isExit: boolean): HookCtx {
  const layout = isExit ? RAW_SYS_EXIT_CTX : RAW_SYS_ENTER_CTX;
  const name = `struct trace_event_raw_sys_${isExit ? 'exit' : 'enter'}`;
  return { event: recordEvent(layout, name), fill: tracepointFill(isExit, 6, true) };
}

/** Tracepoints syscalls:sys_enter_NAME, of a call with so many arguments, and syscalls:sys_exit_NAME. */
export function syscallsCtx(isExit: boolean, args: number): HookCtx {
  const layout = isExit ? SYS_EXIT_CTX : sysEnterCtx(args);
  const name = `the number of the call and ${isExit ? 'its result' : `${args} arguments`}`;
  return { event: recordEvent(layout, name), fill: tracepointFill(isExit, args, false) };
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

/** `wide`: the number is a long; otherwise an int with 4 bytes of nothing behind it. */
function tracepointFill(isExit: boolean, args: number, wide: boolean): Fill {
  return ({ u8, view }, kernel, point) => {
    if (isExit) kernel.leaveCall();
    view.setFloat64(TRACEPOINT_AT, 0); // the kernel's own, and nobody's to load
    writeLong(view, TRACEPOINT_AT + 8, point.nr);
    if (!wide) view.setInt32(TRACEPOINT_AT + 12, 0, true);
    if (isExit) view.setBigInt64(TRACEPOINT_AT + 16, point.ret, true);
    else for (let i = 0; i < 8 * args; i++) u8[TRACEPOINT_AT + 16 + i] = point.args[i]!;
  };
}

/** Writes rip; the address is taken apart once, so that no event makes a bigint. */
function ipWriter(ip: bigint): (view: DataView) => void {
  const low = Number(ip & 0xffff_ffffn);
  const high = Number(ip >> 32n);
  return (view) => {
    view.setUint32(PROBE_REGS_AT + PT_REGS.rip, low, true);
    view.setUint32(PROBE_REGS_AT + PT_REGS.rip + 4, high, true);
  };
}
