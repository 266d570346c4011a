// Helpers that print: bpf_trace_printk and bpf_trace_vprintk into the trace, bpf_snprintf into memory of the program.
// @see kernel/trace/bpf_trace.c bpf_trace_printk, bpf_trace_vprintk, kernel/bpf/helpers.c bpf_snprintf
import { ERRNO } from '../errno.ts';
import { SCRATCH_AT } from '../memory/linear.ts';
import { decodeByteString } from '../memory/text.ts';
import type { HelperContext, HelperRun } from './context.ts';
import { setInt, sizeIn } from './context.ts';
import { formatLine, type FormatMemory } from './format.ts';
import { formatIn, type Format, type StringSpace } from './format-pieces.ts';
import { isUserAddress, readKernel, readKernelString, readUserString, type Reader } from './probe-read.ts';
import { constString } from './strings.ts';

/** Bytes of a line, NUL included; what is longer is cut. @see include/linux/bpf.h MAX_BPRINTF_BUF */
export const LINE_BYTES = 1024;
/** Most arguments that a helper takes from memory. @see include/linux/bpf.h MAX_BPRINTF_VARARGS */
export const MAX_ARGS = 12;
/** Bytes of an argument. */
const ARG_BYTES = 8;
/** The half of a register where the arguments of bpf_trace_printk begin: r3 to r5. */
const FIRST_ARG = 6;

export const PRINTK_HELPERS = {
  trace_printk: (context) => trace(context, context.r.slice(FIRST_ARG, FIRST_ARG + 6)),
  trace_vprintk(context) {
    const args = argsAt(context, 3);
    if (typeof args === 'number') setInt(context, args);
    else trace(context, args);
  },
  snprintf(context) {
    const size = sizeIn(context, 2);
    const to = size === 0 ? 0 : context.range(1, size, true);
    const at = constString(context, 3);
    const args = argsAt(context, 4);
    if (typeof args === 'number') return setInt(context, args);
    const { u8 } = context.memory;
    const format = formatAt(context, at, u8.indexOf(0, at));
    const line = formatLine(format, args, new ArgMemory(context, args), size);
    if (typeof line === 'number') return setInt(context, line);
    const { text } = line;
    for (let i = 0; i < text.length; i++) u8[to + i] = text.charCodeAt(i);
    if (size > 0) u8[to + text.length] = 0;
    setInt(context, line.length + 1);
  },
} as const satisfies Record<string, HelperRun>;

/** The arguments at the address in `reg`, in halves, as many bytes as the register behind it says; -EINVAL for sizes that are not taken. */
function argsAt(context: HelperContext, reg: number): Int32Array | number {
  const size = sizeIn(context, reg + 1);
  if (size % ARG_BYTES !== 0 || size > MAX_ARGS * ARG_BYTES) return -ERRNO.EINVAL;
  if (size === 0) return new Int32Array(0);
  if (context.q[reg] === 0n) return -ERRNO.EINVAL;
  const at = context.range(reg, size, false);
  return new Int32Array(context.memory.u8.slice(at, at + size).buffer);
}

/** Bytes of a format that are taken apart for the price of one insn. */
const FORMAT_BYTES_AN_INSN = 64;

function formatAt(context: HelperContext, at: number, end: number): Format {
  context.charge(Math.floor((end - at) / FORMAT_BYTES_AN_INSN));
  return formatIn(context.memory.u8, at, end);
}

/** The line of the format in r1 (r2 bytes) goes to the trace. */
function trace(context: HelperContext, args: Int32Array): void {
  const line = lineOf(context, 1, args);
  if (typeof line === 'number') return setInt(context, line);
  context.printk(shownLine(line.text));
  setInt(context, line.length);
}

/** A line, a character a byte, as the trace shows it: without its newline. */
export function shownLine(text: string): string {
  return decodeByteString(text.endsWith('\n') ? text.slice(0, -1) : text);
}

/** The line of the format in `reg`, its size behind it, or -errno. */
function lineOf(
  context: HelperContext,
  reg: number,
  args: Int32Array,
): { text: string; length: number } | number {
  const size = sizeIn(context, reg + 1);
  const at = context.range(reg, size, false);
  const { u8 } = context.memory;
  let end = at;
  while (end < at + size && u8[end] !== 0) end += 1;
  if (end === at + size) return -ERRNO.EINVAL;
  return formatLine(formatAt(context, at, end), args, new ArgMemory(context, args), LINE_BYTES);
}

/** Bytes that the format in `reg` (its size behind it) makes of the arguments in `argsReg` (their size behind them), or -errno. */
export function printedLength(context: HelperContext, reg: number, argsReg: number): number {
  const args = argsAt(context, argsReg);
  const line = typeof args === 'number' ? args : lineOf(context, reg, args);
  return typeof line === 'number' ? line : line.length;
}

/** Register that the readers get an argument in: r0, which holds nothing before the result. */
const ARG_REG = 0;

/** What the conversions read goes to the engine's scratch bytes, not into the program's memory. */
class ArgMemory implements FormatMemory {
  private readonly context: HelperContext;
  private readonly args: Int32Array;

  constructor(context: HelperContext, args: Int32Array) {
    this.context = context;
    this.args = args;
  }

  string(arg: number, space: StringSpace, room: number): Uint8Array | undefined {
    const { context } = this;
    this.take(arg);
    const user = space === 'u' || (space === 's' && isUserAddress(context, ARG_REG));
    const { bytes, result } = this.read(user ? readUserString : readKernelString, room);
    return result < 0 ? undefined : bytes.subarray(0, result - 1);
  }

  bytes(arg: number, size: number): Uint8Array {
    this.take(arg);
    const { bytes, result } = this.read(readKernel, size);
    return result < 0 ? new Uint8Array(size) : bytes;
  }

  private take(arg: number): void {
    this.context.r.set(this.args.subarray(2 * arg, 2 * arg + 2), 2 * ARG_REG);
  }

  private read(reader: Reader, size: number): { bytes: Uint8Array; result: number } {
    const result = reader(this.context, ARG_REG, SCRATCH_AT, size);
    return { bytes: this.context.memory.u8.slice(SCRATCH_AT, SCRATCH_AT + size), result };
  }
}
