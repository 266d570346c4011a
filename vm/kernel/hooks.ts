// The hooks a program can be attached to, and what it finds there.
//
//   hook               program type     ctx                                                 runs at
//   __seccomp_filter   kprobe           pt_regs: rdi = nr, rsi = struct seccomp_data *      enter, first
//   sys_enter          raw_tracepoint   u64[2]: pt_regs * of the task, nr                   enter
//   sys_exit           raw_tracepoint   u64[2]: pt_regs * of the task, return value         exit
//
// The kprobe has the function's arguments of Linux 4.9 to 6.x: (int nr, const struct seccomp_data *, bool recheck). Every call of a recording
// passes it, as on Linux when a filter that allows everything is installed.
import { addressOf, EVENT_AT, type LinearMemory } from '../memory/linear.ts';
import { plainRegion } from '../memory/regions.ts';
import type { RunEvent } from '../interp/cpu.ts';
import type { SyscallPoint } from './point.ts';
import {
  ARG_REGS,
  AUDIT_ARCH_I386,
  PT_REGS,
  PT_REGS_BYTES,
  SECCOMP_DATA,
  SECCOMP_DATA_BYTES,
} from './pt-regs.ts';

/** A hook. `sections` are the spellings of libbpf. */
export interface HookRow {
  readonly sections: readonly string[];
  readonly progType: string;
  readonly at: 'enter' | 'exit';
  /** What a run there begins with. Its memory is filled by `fill`. */
  readonly event: RunEvent;
  /** Writes ctx and what it points at into linear memory. */
  readonly fill: (memory: LinearMemory, point: SyscallPoint) => void;
}

/** Where the structures of an event lie. */
const PROBE_REGS_AT = EVENT_AT;
const SECCOMP_DATA_AT = EVENT_AT + 0x100;
const TASK_REGS_AT = EVENT_AT + 0x200;
const ARGS_AT = EVENT_AT + 0x300;
/** Two arguments: all that sys_enter and sys_exit have. */
const ARGS_BYTES = 16;
const CALL_ARGS_BYTES = 48;

/** rax at the enter of a call, before there is a result: -ENOSYS. */
const NO_RESULT = -38n;

const taskRegs = plainRegion('the pt_regs of the task', TASK_REGS_AT, PT_REGS_BYTES, false);
const rawEvent: RunEvent = {
  ctxAt: ARGS_AT,
  regions: [plainRegion('the ctx, two u64 arguments', ARGS_AT, ARGS_BYTES, false)],
  kernelRegions: [taskRegs],
};

/** In the order in which a call comes to them. */
export const HOOKS = {
  __seccomp_filter: {
    sections: ['kprobe/__seccomp_filter'],
    progType: 'kprobe',
    at: 'enter',
    event: {
      ctxAt: PROBE_REGS_AT,
      regions: [plainRegion('the ctx, struct pt_regs', PROBE_REGS_AT, PT_REGS_BYTES, false)],
      kernelRegions: [plainRegion('struct seccomp_data', SECCOMP_DATA_AT, SECCOMP_DATA_BYTES, false)],
    },
    fill: fillSeccomp,
  },
  sys_enter: {
    sections: ['raw_tp/sys_enter', 'raw_tracepoint/sys_enter'],
    progType: 'raw_tracepoint',
    at: 'enter',
    event: rawEvent,
    fill(memory, point) {
      fillTaskRegs(memory, point, NO_RESULT);
      writeNumber(memory.view, ARGS_AT + 8, point.nr);
    },
  },
  sys_exit: {
    sections: ['raw_tp/sys_exit', 'raw_tracepoint/sys_exit'],
    progType: 'raw_tracepoint',
    at: 'exit',
    event: rawEvent,
    fill(memory, point) {
      fillTaskRegs(memory, point, point.ret);
      memory.view.setBigInt64(ARGS_AT + 8, point.ret, true);
    },
  },
} as const satisfies Record<string, HookRow>;
export type HookName = keyof typeof HOOKS;
export const HOOK_NAMES = Object.keys(HOOKS) as readonly HookName[]; // the table's own keys

/** The hook that a section names; undefined when it names none here. */
export function hookOfSection(section: string): HookName | undefined {
  return HOOK_NAMES.find((name) => (HOOKS[name].sections as readonly string[]).includes(section));
}

/**
 * True when the section asks for attachment to a named place: 'kprobe/x', 'raw_tp/x'. A number after the slash is a prog_array slot
 * of the 2015 convention and asks for none.
 */
export function wantsHook(section: string): boolean {
  const [prefix, target] = section.split('/', 2);
  const known = HOOK_NAMES.some((name) => HOOKS[name].sections.some((s) => s.startsWith(`${prefix}/`)));
  return known && target !== undefined && target !== '' && !/^\d+$/.test(target);
}

/** Registers that the recording does not know are 0. */
function fillSeccomp({ u8, view }: LinearMemory, point: SyscallPoint): void {
  u8.fill(0, PROBE_REGS_AT, PROBE_REGS_AT + PT_REGS_BYTES);
  view.setInt32(PROBE_REGS_AT + PT_REGS.rdi, point.nr, true);
  view.setBigUint64(PROBE_REGS_AT + PT_REGS.rsi, SECCOMP_DATA_ADDRESS, true);
  view.setInt32(SECCOMP_DATA_AT + SECCOMP_DATA.nr, point.nr, true);
  view.setUint32(SECCOMP_DATA_AT + SECCOMP_DATA.arch, point.audit, true);
  view.setBigUint64(SECCOMP_DATA_AT + SECCOMP_DATA.instruction_pointer, 0n, true);
  for (let i = 0; i < CALL_ARGS_BYTES; i++) u8[SECCOMP_DATA_AT + SECCOMP_DATA.args + i] = point.args[i]!;
}

const SECCOMP_DATA_ADDRESS = addressOf(SECCOMP_DATA_AT);
const TASK_REGS_ADDRESS = addressOf(TASK_REGS_AT);

/** The registers as the task entered the kernel with, and ctx[0] that points at them. */
function fillTaskRegs({ u8, view }: LinearMemory, point: SyscallPoint, rax: bigint): void {
  u8.fill(0, TASK_REGS_AT, TASK_REGS_AT + PT_REGS_BYTES);
  const regs = ARG_REGS[point.audit === AUDIT_ARCH_I386 ? 'i386' : 'native'];
  for (let arg = 0; arg < regs.length; arg++) {
    const to = TASK_REGS_AT + PT_REGS[regs[arg]!];
    for (let i = 0; i < 8; i++) u8[to + i] = point.args[8 * arg + i]!;
  }
  view.setBigInt64(TASK_REGS_AT + PT_REGS.rax, rax, true);
  writeNumber(view, TASK_REGS_AT + PT_REGS.orig_rax, point.nr);
  view.setBigUint64(ARGS_AT, TASK_REGS_ADDRESS, true);
}

/** A system call number as a long: -1 where it is unknown. */
function writeNumber(view: DataView, at: number, nr: number): void {
  view.setInt32(at, nr, true);
  view.setInt32(at + 4, nr < 0 ? -1 : 0, true);
}
