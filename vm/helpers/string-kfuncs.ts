// Kernel functions on strings of kernel memory. A string may be 64 KiB long; where it cannot be read the answer is -EFAULT, -ERANGE for addresses that are
// no kernel's, -E2BIG where no end is found.
// @see kernel/bpf/helpers.c __bpf_strcasecmp, bpf_strnchr, bpf_strchrnul, bpf_strrchr, bpf_strnlen, bpf_strspn, bpf_strcspn, __bpf_strnstr
import { ERRNO } from '../errno.ts';
import { setInt, type HelperContext, type HelperRun } from './context.ts';
import { kernelOffset } from './probe-read.ts';

/** Longest string. @see include/uapi/linux/limits.h XATTR_SIZE_MAX */
const MAX_CHARS = 0x1_0000;
/** Characters that are looked at for nothing; so many more count as an insn each against the budget of the run. */
const CHARS_FREE = 0x1000;

export const STRING_KFUNCS = {
  bpf_strcmp: (context) => setInt(context, compare(context, identity)),
  bpf_strcasecmp: (context) => setInt(context, compare(context, toLower)),
  bpf_strchr: (context) => setInt(context, indexOf(context, context.r[4]! & 0xff, MAX_CHARS)),
  bpf_strnchr: (context) => setInt(context, indexOf(context, context.r[6]! & 0xff, limitIn(context, 2))),
  bpf_strchrnul(context) {
    const char = context.r[4]! & 0xff;
    setInt(
      context,
      scan(context, MAX_CHARS, (seen) => seen === 0 || seen === char),
    );
  },
  bpf_strrchr(context) {
    const char = context.r[4]!; // an int: one that is no character is nowhere
    const text = new Text(context, 1);
    let last = -ERRNO.ENOENT;
    for (let i = 0; i < MAX_CHARS; i++) {
      const seen = text.at(i);
      if (seen < 0) return setInt(context, seen);
      if (seen === char) last = i;
      if (seen === 0) return setInt(context, last);
    }
    setInt(context, -ERRNO.E2BIG);
  },
  bpf_strlen: (context) => setInt(context, scan(context, MAX_CHARS, isEnd)),
  bpf_strnlen(context) {
    const limit = limitIn(context, 2);
    const length = scan(context, limit, isEnd);
    setInt(context, length === -ERRNO.E2BIG && limit < MAX_CHARS ? limit : length);
  },
  bpf_strspn: (context) => setInt(context, span(context, true)),
  bpf_strcspn: (context) => setInt(context, span(context, false)),
  bpf_strstr: (context) => setInt(context, find(context, MAX_CHARS)),
  bpf_strnstr: (context) => setInt(context, find(context, limitIn(context, 3))),
} as const satisfies Record<string, HelperRun>;

/** A string at the address in a register. */
class Text {
  private readonly context: HelperContext;
  /** Offset in linear memory, or -errno. */
  private readonly start: number;
  private looked = 0;

  constructor(context: HelperContext, reg: number) {
    this.context = context;
    this.start = kernelOffset(context, reg);
  }

  /** The character at an index, or -errno. */
  at(index: number): number {
    const { context, start } = this;
    if (start < 0) return start;
    this.looked += 1;
    if (this.looked > CHARS_FREE) context.charge(1);
    const at = start + index;
    return context.kernelMayRead(at, 1) ? context.memory.u8[at]! : -ERRNO.EFAULT;
  }
}

/** A size_t of a register, as far as it matters. */
function limitIn({ q }: HelperContext, reg: number): number {
  return Number(q[reg]! < BigInt(MAX_CHARS) ? q[reg]! : MAX_CHARS);
}

function isEnd(char: number): boolean {
  return char === 0;
}

function identity(char: number): number {
  return char;
}

/** Small letters, those of Latin-1 too. */
function toLower(char: number): number {
  const isUpper = (char >= 0x41 && char <= 0x5a) || (char >= 0xc0 && char <= 0xde && char !== 0xd7);
  return isUpper ? char + 0x20 : char;
}

function compare(context: HelperContext, fold: (char: number) => number): number {
  const first = new Text(context, 1);
  const second = new Text(context, 2);
  if (first.at(0) === -ERRNO.ERANGE || second.at(0) === -ERRNO.ERANGE) return -ERRNO.ERANGE;
  for (let i = 0; i < MAX_CHARS; i++) {
    const a = first.at(i);
    const b = a < 0 ? a : second.at(i);
    if (b < 0) return b;
    const difference = fold(a) - fold(b);
    if (difference !== 0) return Math.sign(difference);
    if (a === 0) return 0;
  }
  return -ERRNO.E2BIG;
}

/** Index of the first character of the string in r1 that is asked for, -E2BIG when there is none among the first `limit`. */
function scan(context: HelperContext, limit: number, isAsked: (char: number) => boolean): number {
  const text = new Text(context, 1);
  if (text.at(0) === -ERRNO.ERANGE) return -ERRNO.ERANGE;
  for (let i = 0; i < limit; i++) {
    const char = text.at(i);
    if (char < 0) return char;
    if (isAsked(char)) return i;
  }
  return -ERRNO.E2BIG;
}

function indexOf(context: HelperContext, char: number, limit: number): number {
  const index = scan(context, limit, (seen) => seen === char || seen === 0);
  if (index === -ERRNO.E2BIG) return limit < MAX_CHARS ? -ERRNO.ENOENT : index;
  if (index < 0) return index;
  return new Text(context, 1).at(index) === char ? index : -ERRNO.ENOENT;
}

/** Length of the beginning of the string in r1 whose characters are all in r2, or none of them is. */
function span(context: HelperContext, isIn: boolean): number {
  const text = new Text(context, 1);
  const set = new Text(context, 2);
  if (text.at(0) === -ERRNO.ERANGE || set.at(0) === -ERRNO.ERANGE) return -ERRNO.ERANGE;
  for (let i = 0; i < MAX_CHARS; i++) {
    const char = text.at(i);
    if (char <= 0) return char === 0 ? i : char;
    const found = has(set, char);
    if (found < 0) return found;
    if ((found === 1) !== isIn) return i;
  }
  return -ERRNO.E2BIG;
}

/** 1 when the character is in the string, 0 when it is not, or -errno. */
function has(set: Text, char: number): number {
  for (let j = 0; j < MAX_CHARS; j++) {
    const other = set.at(j);
    if (other <= 0) return other;
    if (other === char) return 1;
  }
  return -ERRNO.E2BIG;
}

/** Index of the string in r2 in the first `limit` characters of the string in r1. */
function find(context: HelperContext, limit: number): number {
  const text = new Text(context, 1);
  const part = new Text(context, 2);
  if (text.at(0) === -ERRNO.ERANGE || part.at(0) === -ERRNO.ERANGE) return -ERRNO.ERANGE;
  for (let i = 0; i < MAX_CHARS; i++) {
    let j = 0;
    for (; i + j <= limit && j < MAX_CHARS; j++) {
      const wanted = part.at(j);
      if (wanted <= 0) return wanted === 0 ? i : wanted;
      if (i + j === limit) break; // one more is looked at in r2, which may end there
      const char = text.at(i + j);
      if (char <= 0) return char === 0 ? -ERRNO.ENOENT : char;
      if (char !== wanted) break;
    }
    if (j === MAX_CHARS) return -ERRNO.E2BIG;
    if (i + j === limit) return -ERRNO.ENOENT;
  }
  return -ERRNO.E2BIG;
}
