// BPF_PROG_TEST_RUN: one run of a program on a ctx that the caller makes up.
import type { TestRunInput } from '../api.ts';
import { ERRNO } from '../errno.ts';
import type { RunEvent } from '../interp/host.ts';
import { EVENT_AT, type LinearMemory } from '../memory/linear.ts';
import { plainRegion } from '../memory/regions.ts';
import { prepareSkb } from './net/skb-run.ts';
import { prepareXdp } from './net/xdp-run.ts';
import { progTypeRow, type ProgTypeName, type ProgTypeRow } from './prog-types.ts';
import type { KernelProg } from './prog.ts';
import { MAX_FUNC_ARGS, TRACEPOINT_COMMON_BYTES, TRACING_CTX } from './ctx-tracing.ts';

const CTX_AT = EVENT_AT + 0x400;

const MAX_ARGS_BYTES = 8 * MAX_FUNC_ARGS;

/** A test run, laid out in memory. */
export interface TestRun {
  readonly event: RunEvent;
  /** The packet as it is now, and the ctx as the kernel gives it back: copies, empty where there is none. */
  data(): Uint8Array;
  ctx(): Uint8Array;
}

type Prepare = (memory: LinearMemory, prog: KernelProg, input: TestRunInput) => TestRun | number;

/** Prepares memory for a test run of a program: what the run begins with, or -errno. */
export function prepareTestRun(
  memory: LinearMemory,
  prog: KernelProg,
  input: TestRunInput,
): TestRun | number {
  const kind = progTypeRow(prog.type)?.testRun;
  return kind === undefined ? -ERRNO.ENOTSUPP : PREPARE[kind](memory, prog, input);
}

const NOTHING = (): Uint8Array => new Uint8Array(0);

const prepareArgs: Prepare = (memory, _prog, { data, ctx, repeat = 0 }) => {
  const length = ctx?.length ?? 0;
  if (data !== undefined || repeat !== 0 || length > MAX_ARGS_BYTES) return -ERRNO.EINVAL;
  memory.u8.set(ctx ?? [], CTX_AT);
  const regions = [plainRegion('the ctx, u64 arguments', CTX_AT, length, false)];
  return { event: { ctxAt: CTX_AT, regions, kernelRegions: [] }, data: NOTHING, ctx: NOTHING };
};

/** Longest ctx of a program of type syscall, in bytes. @see net/bpf/test_run.c bpf_prog_test_run_syscall */
const MAX_SYSCALL_CTX = 0xffff;

/** The ctx is the program's to write, and the caller gets it back. */
const prepareSyscall: Prepare = (memory, _prog, { data, ctx = new Uint8Array(0), repeat = 0 }) => {
  if (data !== undefined || repeat !== 0 || ctx.length > MAX_SYSCALL_CTX) return -ERRNO.EINVAL;
  memory.u8.set(ctx, CTX_AT);
  const regions = [plainRegion('the ctx, the bytes of the test run', CTX_AT, ctx.length, true)];
  const after = (): Uint8Array => memory.u8.slice(CTX_AT, CTX_AT + ctx.length);
  return { event: { ctxAt: CTX_AT, regions, kernelRegions: [] }, data: NOTHING, ctx: after };
};

/** Bytes of the struct that is the ctx of a type; without one, what fits. */
function longestCtx(type: string): number {
  const layout = TRACING_CTX[type as ProgTypeName]; // loaded programs are of the table's types
  return layout === undefined
    ? MAX_SYSCALL_CTX
    : Math.max(...Object.values(layout).map(({ off, size }) => off + size));
}

/** Linux runs no test of these types: without a ctx the answer is its own. With one, the program runs on these bytes, for labs and tests. */
const prepareBytes: Prepare = (memory, { type }, { data, ctx }) => {
  if (ctx === undefined) return -ERRNO.ENOTSUPP;
  if (data !== undefined || ctx.length > longestCtx(type)) return -ERRNO.EINVAL;
  memory.u8.set(ctx, CTX_AT);
  const hidden = type === 'tracepoint' ? TRACEPOINT_COMMON_BYTES : 0;
  const size = Math.max(0, ctx.length - hidden);
  const regions = [plainRegion('the ctx, the bytes of the test run', CTX_AT + hidden, size, false)];
  return { event: { ctxAt: CTX_AT, regions, kernelRegions: [] }, data: NOTHING, ctx: NOTHING };
};

const PREPARE = {
  skb: (memory, { type }, input) => prepareSkb(memory, type as ProgTypeName, input), // loaded programs are of the table's types
  xdp: (memory, { expectedAttachType }, input) => prepareXdp(memory, input, expectedAttachType),
  args: prepareArgs,
  syscall: prepareSyscall,
  bytes: prepareBytes,
} as const satisfies Record<NonNullable<ProgTypeRow['testRun']>, Prepare>;
