// Helpers for the branches that a CPU has taken. No recording has any: they answer as on a machine that records none.
// @see kernel/trace/bpf_trace.c bpf_read_branch_records, bpf_get_branch_snapshot
import { ERRNO } from '../errno.ts';
import { setInt, sizeIn, type HelperRun } from './context.ts';

/** BPF_F_GET_BRANCH_RECORDS_SIZE: only tell the size. */
const SIZE_FLAG = 1n;

export const BRANCH_HELPERS = {
  read_branch_records(context) {
    const size = sizeIn(context, 3);
    if (size > 0) context.range(2, size, true);
    setInt(context, (context.q[4]! & ~SIZE_FLAG) === 0n ? -ERRNO.ENOENT : -ERRNO.EINVAL);
  },
  get_branch_snapshot(context) {
    const size = sizeIn(context, 2);
    if (size > 0) context.range(1, size, true);
    setInt(context, context.q[3] === 0n ? -ERRNO.ENOENT : -ERRNO.EINVAL);
  },
} as const satisfies Record<string, HelperRun>;
