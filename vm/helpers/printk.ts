// bpf_trace_printk: a format and at most three arguments make one line of the trace.
import { ERRNO } from '../errno.ts';
import { SCRATCH_AT } from '../memory/linear.ts';
import { decodeByteString } from '../memory/text.ts';
import type { HelperContext, HelperRun } from './context.ts';
import { setInt, sizeIn } from './context.ts';
import { formatLine, type FormatMemory } from './format.ts';
import { isUserAddress, readKernel, readKernelString, readUserString, type Reader } from './probe-read.ts';

/** Register of the first argument. */
const FIRST_ARG = 3;

export const PRINTK_HELPERS = {
  trace_printk(context) {
    const size = sizeIn(context, 2);
    const at = context.range(1, size, false);
    const format = context.memory.u8.subarray(at, at + size);
    const end = format.indexOf(0);
    const line =
      end < 0 ? -ERRNO.EINVAL : formatLine(format.subarray(0, end), args(context), memoryOf(context));
    if (typeof line === 'number') {
      setInt(context, line);
      return;
    }
    setInt(context, line.length);
    context.printk(decodeByteString(line.text.endsWith('\n') ? line.text.slice(0, -1) : line.text));
  },
} as const satisfies Record<string, HelperRun>;

function args({ q }: HelperContext): bigint[] {
  return [q[FIRST_ARG]!, q[FIRST_ARG + 1]!, q[FIRST_ARG + 2]!];
}

/** What the conversions read goes to the engine's scratch bytes, not into the program's memory. */
function memoryOf(context: HelperContext): FormatMemory {
  const scratch = (reader: Reader, arg: number, size: number): { bytes: Uint8Array; result: number } => {
    const { u8 } = context.memory;
    const result = reader(context, FIRST_ARG + arg, SCRATCH_AT, size);
    return { bytes: u8.slice(SCRATCH_AT, SCRATCH_AT + size), result };
  };
  return {
    string(arg, space, room) {
      const user = space === 'u' || (space === 's' && isUserAddress(context, FIRST_ARG + arg));
      const { bytes, result } = scratch(user ? readUserString : readKernelString, arg, room);
      return result < 0 ? undefined : bytes.subarray(0, result - 1);
    },
    bytes(arg, size) {
      const { bytes, result } = scratch(readKernel, arg, size);
      return result < 0 ? new Uint8Array(size) : bytes;
    },
  };
}
