// Iterators on a program's stack: over numbers, over bits in memory, over tasks. A program that writes over one harms only itself: each step checks what
// stands there.
// @see kernel/bpf/bpf_iter.c bpf_iter_num_new, kernel/bpf/helpers.c bpf_iter_bits_new, kernel/bpf/task_iter.c bpf_iter_task_new
import { ERRNO } from '../errno.ts';
import { MAX_LOOPS } from '../interp/frames.ts';
import { SCRATCH_AT } from '../memory/linear.ts';
import { plainRegion } from '../memory/regions.ts';
import { setAddress, setInt, type HelperContext, type HelperRun, type Owed } from './context.ts';
import { readKernel } from './probe-read.ts';

/** struct bpf_iter_num: the number before the next one, and the end; both int. */
const NUM = { bytes: 8, cur: 0, end: 4 } as const;
/** struct bpf_iter_bits: the bits, or where they are when there are more than 64; how many; the last one that was given, -1 before the first. */
const BITS = { bytes: 16, bits: 0, count: 8, bit: 12 } as const;
/** struct bpf_iter_task: the task that comes next, 0 at the end. */
const TASK = { bytes: 24, next: 0 } as const;
/** Most words of an iterator over bits. */
const MAX_WORDS = 511;
const WORD_BITS = 64;
/** BPF_TASK_ITER_ALL_PROCS, BPF_TASK_ITER_ALL_THREADS, BPF_TASK_ITER_PROC_THREADS. */
const PROC_THREADS = 2;

export const ITER_KFUNCS = {
  bpf_iter_num_new(context) {
    const { r, memory } = context;
    const at = context.range(1, NUM.bytes, true);
    const start = r[4]!;
    const end = r[6]!;
    const error = start > end ? -ERRNO.EINVAL : end - start > MAX_LOOPS ? -ERRNO.E2BIG : 0;
    memory.view.setInt32(at + NUM.cur, error === 0 ? start - 1 : 0, true);
    memory.view.setInt32(at + NUM.end, error === 0 ? end : 0, true);
    setInt(context, error);
  },
  bpf_iter_num_next(context) {
    const at = context.range(1, NUM.bytes, true);
    const { view } = context.memory;
    const next = (view.getInt32(at + NUM.cur, true) + 1) | 0;
    const isEnd = next >= view.getInt32(at + NUM.end, true);
    view.setInt32(at + NUM.cur, isEnd ? 0 : next, true);
    if (isEnd) view.setInt32(at + NUM.end, 0, true);
    setAddress(context, isEnd ? 0 : at + NUM.cur);
  },
  bpf_iter_num_destroy: (context) => wipe(context, NUM.bytes),

  bpf_iter_bits_new(context) {
    const { r, q, memory } = context;
    const at = context.range(1, BITS.bytes, true);
    const words = r[6]! >>> 0;
    memory.u8.fill(0, at, at + BITS.bytes);
    memory.view.setInt32(at + BITS.bit, -1, true);
    if (q[2] === 0n || words === 0) return setInt(context, -ERRNO.EINVAL);
    if (words > MAX_WORDS) return setInt(context, -ERRNO.E2BIG);
    if (readKernel(context, 2, SCRATCH_AT, 8 * words) < 0) return setInt(context, -ERRNO.EFAULT);
    const to = words === 1 ? at + BITS.bits : lendWords(context, words);
    if (to === 0) return setInt(context, -ERRNO.ENOMEM);
    memory.u8.copyWithin(to, SCRATCH_AT, SCRATCH_AT + 8 * words);
    if (words > 1) memory.view.setBigUint64(at + BITS.bits, BigInt(to), true);
    memory.view.setInt32(at + BITS.count, WORD_BITS * words, true);
    setInt(context, 0);
  },
  bpf_iter_bits_next(context) {
    const at = context.range(1, BITS.bytes, true);
    const { view, u8 } = context.memory;
    const count = view.getInt32(at + BITS.count, true);
    const words = wordsOf(context, at, count);
    const last = view.getInt32(at + BITS.bit, true);
    if (words === 0 || last < -1 || last >= count) return setAddress(context, 0);
    let bit = last;
    do bit += 1;
    while (bit < count && (u8[words + (bit >> 3)]! & (1 << (bit & 7))) === 0);
    context.charge(Math.floor((bit - last) / WORD_BITS));
    view.setInt32(at + BITS.bit, bit, true);
    setAddress(context, bit < count ? at + BITS.bit : 0);
  },
  bpf_iter_bits_destroy(context) {
    const at = context.range(1, BITS.bytes, true);
    const { view } = context.memory;
    const count = view.getInt32(at + BITS.count, true);
    const words = wordsOf(context, at, count);
    if (count > WORD_BITS && words !== 0) {
      const owed = context.owedAt(words)!; // wordsOf has found it
      context.takeBack(words);
      owed.giveBack(words); // all of it, whatever the program has made of the count
    }
    wipe(context, BITS.bytes);
  },

  // The current task is all that a recording shows of a moment.
  bpf_iter_task_new(context) {
    const { r, q, memory } = context;
    const at = context.range(1, TASK.bytes, true);
    memory.u8.fill(0, at, at + TASK.bytes);
    const flags = r[6]! >>> 0;
    if (flags > PROC_THREADS || (flags === PROC_THREADS && q[2] === 0n))
      return setInt(context, -ERRNO.EINVAL);
    memory.view.setUint32(at + TASK.next, 1, true);
    setInt(context, 0);
  },
  bpf_iter_task_next(context) {
    const at = context.range(1, TASK.bytes, true);
    const { view } = context.memory;
    const isNext = view.getUint32(at + TASK.next, true) === 1;
    view.setUint32(at + TASK.next, 0, true);
    setAddress(context, isNext ? context.currentTask() : 0);
  },
  bpf_iter_task_destroy: (context) => wipe(context, TASK.bytes),
} as const satisfies Record<string, HelperRun>;

/** The iterator in r1 becomes zeroes. */
function wipe(context: HelperContext, bytes: number): void {
  const at = context.range(1, bytes, true);
  context.memory.u8.fill(0, at, at + bytes);
}

/** Room for a copy of more words than an iterator holds; 0 when there is none. */
function lendWords(context: HelperContext, words: number): number {
  const { memory } = context;
  const at = memory.alloc(8 * words);
  if (at === 0) return 0;
  const owed: Owed = { what: WORDS, giveBack: (start) => memory.free(start, 8 * words) };
  context.lend(plainRegion(WORDS, at, 8 * words, false), owed);
  return at;
}

const WORDS = 'the bits of an iterator';

/** Offset of the bits of the iterator at an offset; 0 where it has none, or none that are its own. */
function wordsOf(context: HelperContext, at: number, count: number): number {
  if (count === WORD_BITS) return at + BITS.bits;
  const words = Number(context.memory.view.getBigUint64(at + BITS.bits, true));
  if (context.owedAt(words)?.what !== WORDS) return 0;
  return context.mayTouch(words, count / 8, false) && count > WORD_BITS ? words : 0;
}
