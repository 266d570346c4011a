// What bpf_trace_printk, bpf_trace_vprintk and bpf_snprintf print of a format (format-pieces.ts) and its arguments.
//
// Where Linux hashes %p, it is printed as it is: there is nothing to hide here, and each run gives the same. There are no symbols either: %ps, %pS and %pB
// print the address.
// @see lib/vsprintf.c
import { ERRNO } from '../errno.ts';
import { byteString, type Conversion, type Format, type Spec, type StringSpace } from './format-pieces.ts';

/** How to get at what a pointer conversion points at. */
export interface FormatMemory {
  /** Bytes of a C string without NUL, at most `room` with it; undefined where it cannot be read. 's' looks at the address. */
  string(arg: number, space: StringSpace, room: number): Uint8Array | undefined;
  /** `size` bytes of kernel memory, zeroes where they cannot be read. */
  bytes(arg: number, size: number): Uint8Array;
}

/** Bytes that the arguments of one line may take together, strings included. @see MAX_BPRINTF_BIN_ARGS */
const ARGS_BYTES = 512;

/** A line under construction, and all texts here: a character a byte, which is fast to build. */
interface Line {
  /** What is kept, or a little more. */
  text: string;
  /** Bytes there would be without the limit. */
  length: number;
  /** Bytes left for arguments. */
  room: number;
  /** Bytes there are for the line, its NUL included. */
  readonly size: number;
}

/**
 * Formats a line. `args` are u64, low half and high half of each. Result: the line, a character a byte, as far as it has room in `size` bytes with a NUL behind it, and its full
 * length; or -EINVAL for a format that the kernel refuses, -ENOSPC when the strings are too long together.
 */
export function formatLine(
  format: Format,
  args: Int32Array,
  memory: FormatMemory,
  size: number,
): { text: string; length: number } | number {
  const line: Line = { text: '', length: 0, room: ARGS_BYTES, size };
  let used = 0;
  for (const { text, conversion } of format.pieces) {
    append(line, text);
    if (conversion === undefined) break;
    if (2 * used >= args.length) return -ERRNO.EINVAL;
    const error = print(line, conversion, used, args, memory);
    if (error !== 0) return error;
    used += 1;
  }
  if (!format.isWhole) return -ERRNO.EINVAL;
  return { text: line.text.slice(0, Math.max(0, size - 1)), length: line.length };
}

function append(line: Line, text: string): void {
  line.length += text.length;
  if (line.text.length < line.size) line.text += text;
}

function appendFill(line: Line, count: number, fill: string): void {
  line.length += count;
  const missing = line.size - line.text.length;
  if (missing > 0) line.text += fill.repeat(Math.min(count, missing));
}

/** Appends the argument at an index: 0 or -errno. */
function print(
  line: Line,
  conversion: Conversion,
  index: number,
  args: Int32Array,
  memory: FormatMemory,
): number {
  const { spec, kind, longs, space, isEarly } = conversion;
  // What the kernel has printed before it comes to the line is left out where no room is left at all. (It then takes what follows for other arguments;
  // that is not done here.)
  if (isEarly && line.length >= line.size) return 0;
  const low = args[2 * index]!;
  const high = args[2 * index + 1]!;
  if (space !== undefined) {
    if (line.room <= 0) return -ERRNO.ENOSPC;
    const string = memory.string(index, space, line.room) ?? new Uint8Array(0);
    line.room -= string.length + 1;
    pad(line, spec, '', byteString(string), false);
    return 0;
  }
  if (kind === 'c') {
    line.room -= 1;
    pad(line, spec, '', String.fromCharCode(low & 0xff), false);
    return line.room < 0 ? -ERRNO.ENOSPC : 0;
  }
  if (kind.startsWith('p')) {
    line.room -= 8;
    printPointer(line, spec, kind, index, digitsOf(low, high, 16), memory);
    return line.room < 0 ? -ERRNO.ENOSPC : 0;
  }
  const isLong = longs !== 0;
  line.room -= isLong ? 8 : 4;
  const signed = kind === 'd' || kind === 'i';
  const isBelow0 = signed && (isLong ? high : low) < 0;
  const base = kind === 'x' || kind === 'X' ? 16 : 10;
  // Two's complement: the high half takes over where the low half is 0.
  const digits = isBelow0
    ? digitsOf(-low, isLong ? (low === 0 ? -high : ~high) : 0, base)
    : digitsOf(low, isLong ? high : 0, base);
  const sign = isBelow0 ? '-' : signed && spec.plus ? '+' : signed && spec.space ? ' ' : '';
  pad(line, spec, sign, kind === 'X' ? digits.toUpperCase() : digits, true);
  return line.room < 0 ? -ERRNO.ENOSPC : 0;
}

const TWO_POW_32 = 0x1_0000_0000;
/** High halves of numbers that are exact as an f64. */
const SAFE_HIGH = 0x20_0000;

/** The digits of a u64, its halves as int32. A bigint takes ten times as long to print as a number. */
function digitsOf(low: number, high: number, base: 10 | 16): string {
  const upper = high >>> 0;
  if (upper < SAFE_HIGH) return (upper * TWO_POW_32 + (low >>> 0)).toString(base);
  return ((BigInt(upper) << 32n) | BigInt(low >>> 0)).toString(base);
}

function printPointer(
  line: Line,
  spec: Spec,
  kind: string,
  index: number,
  hex: string,
  memory: FormatMemory,
): void {
  if (kind === 'p' || kind === 'px' || kind === 'pK') {
    const width = spec.width === 0 ? 16 : spec.width;
    pad(line, { ...spec, width, zero: spec.zero || spec.width === 0 }, '', hex, true);
  } else if (kind.endsWith('4')) {
    const parts = [...memory.bytes(index, 4)].map((n) => String(n).padStart(kind === 'pi4' ? 3 : 0, '0'));
    pad(line, spec, '', parts.join('.'), false);
  } else if (kind.endsWith('6')) {
    const parts = [...memory.bytes(index, 16)].map((n) => n.toString(16).padStart(2, '0'));
    const text = parts
      .map((part, i) => (kind === 'pI6' && i > 0 && i % 2 === 0 ? `:${part}` : part))
      .join('');
    pad(line, spec, '', text, false);
  } else {
    pad(line, spec, '', `0x${hex}`, false);
  }
}

/** Appends sign and body, filled up to the width: with zeros between them for numbers that ask for it, else with blanks. */
function pad(line: Line, spec: Spec, sign: string, body: string, number: boolean): void {
  const missing = Math.max(0, spec.width - sign.length - body.length);
  const zeros = number && spec.zero && !spec.minus;
  if (!spec.minus && !zeros) appendFill(line, missing, ' ');
  append(line, sign);
  if (zeros) appendFill(line, missing, '0');
  append(line, body);
  if (spec.minus) appendFill(line, missing, ' ');
}
