// Helpers that only programs call which load here and are never fed: iterators (section iter/NAME) and security hooks. A test run on bytes of the caller
// may come to them. There is no file behind the seq_file that such a run names, and no path: they answer as Linux does where nothing more fits in, and where a
// path cannot be read.
// @see kernel/trace/bpf_trace.c bpf_seq_printf, bpf_seq_write, bpf_seq_printf_btf, bpf_d_path
import { ERRNO } from '../errno.ts';
import { setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import { printedLength } from './printk.ts';

export const UNFED_HELPERS = {
  seq_printf(context) {
    const length = printedLength(context, 2, 4);
    setInt(context, length < 0 ? length : -ERRNO.EOVERFLOW);
  },
  seq_write: overflow,
  seq_printf_btf: overflow,
  d_path(context) {
    const size = sizeIn(context, 3);
    if (size === 0) return setInt(context, 0);
    const to = context.range(2, size, true);
    const path = context.kernel.pathAt(context.r[2]! >>> 0);
    if (path === undefined) {
      context.countUnknownRead('path of a file');
      return setInt(context, -ERRNO.EFAULT);
    }
    if (path.length + 1 > size) return setInt(context, -ERRNO.ENAMETOOLONG);
    context.memory.write(to, path, 0, path.length);
    context.memory.u8[to + path.length] = 0;
    setInt(context, path.length + 1);
  },
} as const satisfies Record<string, HelperRun>;

/** r2 memory, r3 its size: it does not fit into a file that is not there. */
function overflow(context: HelperContext): void {
  const size = sizeIn(context, 3);
  if (size > 0) context.range(2, size, false);
  setInt(context, -ERRNO.EOVERFLOW);
}
