// The ctx of the tracing program types as data.
import type { CtxField, CtxLayout } from './ctx.ts';
import type { ProgTypeName } from './prog-types.ts';
import { PT_REGS } from './pt-regs.ts';

/** Numbers of 8 bytes, of which parts may be loaded too. */
const readable = (off: number, size: number): CtxField => ({ ...wholly(off, size), narrow: 'loads' });

/** Numbers of 8 bytes that are loaded as a whole. */
const wholly = (off: number, size: number): CtxField => ({
  off,
  size,
  read: 'all',
  write: 'none',
  kind: 'number',
  element: 8,
});

/** A program of type kprobe: struct pt_regs at the probe. @see kernel/trace/bpf_trace.c kprobe_prog_is_valid_access */
export const KPROBE_CTX: CtxLayout = Object.fromEntries(
  Object.entries(PT_REGS).map(([name, off]) => [name, readable(off, 8)]),
);

/**
 * A program of type perf_event: struct bpf_perf_event_data.
 * @see include/uapi/linux/bpf_perf_event.h; kernel/trace/bpf_trace.c pe_prog_is_valid_access
 */
export const PERF_EVENT_CTX: CtxLayout = {
  ...Object.fromEntries(Object.entries(PT_REGS).map(([name, off]) => [name, wholly(off, 8)])),
  sample_period: readable(168, 8),
  addr: readable(176, 8),
};

/** Structs that are the ctx of a whole type. */
export const TRACING_CTX: Partial<Record<ProgTypeName, CtxLayout>> = {
  kprobe: KPROBE_CTX,
  perf_event: PERF_EVENT_CTX,
};

/** Bytes at the start of every tracepoint's ctx that no program may read. @see kernel/trace/bpf_trace.c tp_prog_is_valid_access */
export const TRACEPOINT_COMMON_BYTES = 8;

/** raw_syscalls:sys_enter. @see include/trace/events/syscalls.h */
export const RAW_SYS_ENTER_CTX: CtxLayout = { id: readable(8, 8), args: readable(16, 48) };
/** raw_syscalls:sys_exit. */
export const RAW_SYS_EXIT_CTX: CtxLayout = { id: readable(8, 8), ret: readable(16, 8) };

/** syscalls:sys_enter_NAME of a call with so many arguments: each is a long. @see kernel/trace/trace_syscalls.c perf_call_bpf_enter */
export function sysEnterCtx(args: number): CtxLayout {
  const nr = { __syscall_nr: readable(8, 8) };
  return args === 0 ? nr : { ...nr, args: readable(16, 8 * args) };
}
/** syscalls:sys_exit_NAME. @see kernel/trace/trace_syscalls.c perf_call_bpf_exit */
export const SYS_EXIT_CTX: CtxLayout = { __syscall_nr: readable(8, 8), ret: readable(16, 8) };

/** Most arguments of a raw tracepoint or a traced function. @see include/linux/bpf.h MAX_BPF_FUNC_ARGS */
export const MAX_FUNC_ARGS = 12;

/** So many u64 arguments: tp_btf, fentry; of fexit and fmod_ret with the result after them. */
export function argsCtx(count: number): CtxLayout {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`arg${i}`, wholly(8 * i, 8)]));
}

/** So many u64 arguments of a raw tracepoint. @see kernel/trace/bpf_trace.c raw_tp_prog_is_valid_access */
export function rawArgsCtx(count: number): CtxLayout {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`arg${i}`, readable(8 * i, 8)]));
}
