// Helpers on texts: bpf_strncmp, bpf_strtol, bpf_strtoul.
// @see kernel/bpf/helpers.c bpf_strncmp, __bpf_strtoull; lib/kstrtox.c _parse_integer
import { ERRNO } from '../errno.ts';
import { setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';

/** The bits of the flags that name the base: 0 (as the text says), 8, 10 or 16. */
const BASE_MASK = 0x1fn;
const BASES: ReadonlySet<number> = new Set([0, 8, 10, 16]);
/** Longest number, in characters behind the sign. */
const MAX_DIGITS = 63;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const LETTER_A = 0x61;
const LETTER_X = 0x78;
/** What makes a letter of ASCII a small one. */
const SMALL = 0x20;

export const STRING_HELPERS = {
  strncmp(context) {
    const size = sizeIn(context, 2);
    const at = context.range(1, size, false);
    const other = constString(context, 3);
    const { u8 } = context.memory;
    for (let i = 0; i < size; i++) {
      const difference = u8[at + i]! - u8[other + i]!;
      if (difference !== 0) return setInt(context, Math.sign(difference));
      if (u8[at + i] === 0) break;
    }
    setInt(context, 0);
  },
  strtol(context) {
    const parsed = parse(context);
    if (typeof parsed === 'number') return setInt(context, parsed);
    const value = parsed.isNegative ? -parsed.value : parsed.value;
    if (value !== BigInt.asIntN(64, value)) return setInt(context, -ERRNO.ERANGE);
    answer(context, value, parsed.length);
  },
  strtoul(context) {
    const parsed = parse(context);
    if (typeof parsed === 'number') return setInt(context, parsed);
    if (parsed.isNegative) return setInt(context, -ERRNO.EINVAL);
    answer(context, parsed.value, parsed.length);
  },
} as const satisfies Record<string, HelperRun>;

/** Bytes of a constant string that are looked at for the price of one insn. */
const BYTES_AN_INSN = 1024;

/** Offset of the constant string in register `reg`; the run ends where no NUL follows in what the program may read. */
export function constString(context: HelperContext, reg: number): number {
  const at = context.range(reg, 1, false);
  const end = context.memory.u8.indexOf(0, at);
  if (end < 0 || !context.mayTouch(at, end + 1 - at, false)) {
    context.fault('access', `R${reg} is a string without a NUL at its end`);
  }
  context.charge(Math.floor((end - at) / BYTES_AN_INSN));
  return at;
}

interface Parsed {
  readonly value: bigint;
  readonly isNegative: boolean;
  /** Characters that the number takes, with those before it. */
  readonly length: number;
}

/** The number in r1 (r2 bytes) with the flags in r3, or -errno; makes the result at r4 0. */
function parse(context: HelperContext): Parsed | number {
  const size = sizeIn(context, 2);
  const at = context.range(1, size, false);
  const to = context.range(4, 8, true);
  const flags = context.q[3]!;
  const { u8, view } = context.memory;
  const text = u8.slice(at, at + size);
  view.setBigUint64(to, 0n, true);
  if (size === 0 || (flags & ~BASE_MASK) !== 0n || !BASES.has(Number(flags))) return -ERRNO.EINVAL;
  let start = 0;
  while (start < size && isSpace(text[start]!)) start += 1;
  const isNegative = text[start] === MINUS;
  if (isNegative) start += 1;
  const digits = parseDigits(text.subarray(start, start + MAX_DIGITS), Number(flags));
  return typeof digits === 'number' ? digits : { ...digits, isNegative, length: start + digits.length };
}

/** A number without a sign at the beginning of a text: -EINVAL where there is none, -ERANGE beyond 64 bits. */
function parseDigits(text: Uint8Array, flags: number): { value: bigint; length: number } | number {
  const isHex = text[0] === DIGIT_0 && (text[1]! | SMALL) === LETTER_X;
  const base = flags === 0 ? (isHex && digitOf(text[2]) < 16 ? 16 : text[0] === DIGIT_0 ? 8 : 10) : flags;
  const start = base === 16 && isHex ? 2 : 0;
  let value = 0n;
  let end = start;
  for (; end < text.length; end++) {
    const digit = digitOf(text[end]);
    if (digit >= base) break;
    value = value * BigInt(base) + BigInt(digit);
  }
  if (value !== BigInt.asUintN(64, value)) return -ERRNO.ERANGE;
  return end === start ? -ERRNO.EINVAL : { value, length: end };
}

/** Value of a digit, up to 15; more for what is none. */
function digitOf(char = 0): number {
  if (char >= DIGIT_0 && char < DIGIT_0 + 10) return char - DIGIT_0;
  const letter = (char | SMALL) - LETTER_A;
  return letter >= 0 && letter < 6 ? letter + 10 : Infinity;
}

/** White space as the kernel's ctype has it: that of ASCII, and the hard blank of Latin-1. */
function isSpace(char: number): boolean {
  return (char >= 0x09 && char <= 0x0d) || char === 0x20 || char === 0xa0;
}

function answer(context: HelperContext, value: bigint, length: number): void {
  context.memory.view.setBigInt64(context.range(4, 8, true), value, true);
  setInt(context, length);
}
