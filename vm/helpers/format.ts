// The format of bpf_trace_printk: which conversions are allowed, and how each is printed.
//
//   %[flags and width] d i u x X, with l or ll, c, s, p, px pK ps pS pB, pks pus (string of the kernel, of the user), pi4 pI4 pi6 pI6
//
// There is no precision and no '*'. What is printed of a pointer eats the letters and digits that follow it. Where Linux hashes %p, it is printed as it is: there is nothing to hide here, and each run gives the
// same. There are no symbols either: %ps, %pS and %pB print the address.
// @see kernel/bpf/helpers.c bpf_bprintf_prepare, lib/vsprintf.c
import { ERRNO } from '../errno.ts';

/** How to get at what a pointer conversion points at. */
export interface FormatMemory {
  /** Bytes of a C string without NUL, at most `room` with it; undefined where it cannot be read. 's' looks at the address. */
  string(arg: number, space: 's' | 'k' | 'u', room: number): Uint8Array | undefined;
  /** `size` bytes of kernel memory, zeroes where they cannot be read. */
  bytes(arg: number, size: number): Uint8Array;
}

/** Bytes of a line, NUL included; what is longer is cut. @see MAX_BPRINTF_BUF */
const LINE_BYTES = 1024;
/** Widest field; more is taken for this. @see lib/vsprintf.c FIELD_WIDTH_MAX */
const MAX_WIDTH = (1 << 23) - 1;
/** Bytes that the arguments of one line may take together, strings included. @see MAX_BPRINTF_BIN_ARGS */
const ARGS_BYTES = 512;

interface Spec {
  readonly minus: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number;
}

/** A line under construction. */
interface Line {
  /** As far as they are kept. */
  readonly bytes: number[];
  /** How many there would be without the limit. */
  length: number;
  /** Bytes left for arguments. */
  room: number;
}

const BLANK = 0x20;
const PERCENT = 0x25;
const ZERO = 0x30;
const ASCII_END = 0x80;

/**
 * Formats a line. `format` is without its NUL, `args` are u64. Result: the bytes and their full length (more than bytes.length when the line
 * was cut), or -EINVAL for a format that the kernel refuses, -ENOSPC when the strings are too long together.
 */
export function formatLine(
  format: Uint8Array,
  args: readonly bigint[],
  memory: FormatMemory,
): { bytes: Uint8Array; length: number } | number {
  const line: Line = { bytes: [], length: 0, room: ARGS_BYTES };
  let text = '';
  for (const char of format) text += String.fromCharCode(char);
  let used = 0;
  for (let i = 0; i < format.length; i++) {
    const char = format[i]!;
    if (char !== PERCENT) {
      if (!isText(char)) return -ERRNO.EINVAL;
      append(line, [char]);
      continue;
    }
    if (format[i + 1] === PERCENT) {
      append(line, [PERCENT]);
      i += 1;
      continue;
    }
    const conversion = matchConversion(text, i + 1);
    if (conversion === undefined || used >= args.length) return -ERRNO.EINVAL;
    const error = print(line, conversion, used, args[used]!, memory);
    if (error !== 0) return error;
    used += 1;
    i = conversion.end - 1;
  }
  return { bytes: Uint8Array.from(line.bytes), length: line.length };
}

function append(line: Line, bytes: readonly number[]): void {
  line.length += bytes.length;
  const room = LINE_BYTES - 1 - line.bytes.length;
  for (let i = 0; i < Math.min(room, bytes.length); i++) line.bytes.push(bytes[i]!);
}

function appendFill(line: Line, count: number, fill: number): void {
  line.length += count;
  const end = Math.min(LINE_BYTES - 1, line.bytes.length + count);
  while (line.bytes.length < end) line.bytes.push(fill);
}

interface Conversion {
  readonly spec: Spec;
  readonly kind: string;
  readonly longs: number;
  /** Index behind the conversion. */
  readonly end: number;
}

/**
 * Flags and width, then one of the conversions. A bare `p` and strings must be followed by the end, white space or punctuation, as Latin-1
 * has them; the letters and digits behind the other pointers go with them.
 */
const CONVERSION =
  /([0+\- ]*)([1-9]\d*)?(?:(l{0,2})([diuxX])|(c)|(p[iI][46]|p[KxsSB])(?:[\dA-Za-z\xc0-\xd6\xd8-\xf6\xf8-\xff]*)|(p[ku]s|[ps])(?![^\t-\r !-/:-@[-`{-~\xa0-\xbf\xd7\xf7]))/y;

function matchConversion(text: string, at: number): Conversion | undefined {
  CONVERSION.lastIndex = at;
  const match = CONVERSION.exec(text);
  if (match === null) return undefined;
  const [all, flags = '', width = '0', longs = '', integer, char, pointer, plain] = match;
  const spec = {
    minus: flags.includes('-'),
    plus: flags.includes('+'),
    space: flags.includes(' '),
    zero: flags.includes('0'),
    width: Math.min(MAX_WIDTH, Number(width)),
  };
  const kind = integer ?? char ?? pointer ?? plain ?? '';
  // What the kernel prints before it comes to the line has no width there.
  return { spec: UNPADDED.has(kind) ? NO_SPEC : spec, kind, longs: longs.length, end: at + all.length };
}

const UNPADDED: ReadonlySet<string> = new Set(['pks', 'pus', 'pB', 'pi4', 'pI4', 'pi6', 'pI6']);
const NO_SPEC: Spec = { minus: false, plus: false, space: false, zero: false, width: 0 };

/** Appends one argument: 0 or -errno. */
function print(line: Line, conversion: Conversion, index: number, arg: bigint, memory: FormatMemory): number {
  const { spec, kind, longs } = conversion;
  const space = STRING_SPACES[kind];
  if (space !== undefined) {
    if (line.room <= 0) return -ERRNO.ENOSPC;
    const string = memory.string(index, space, line.room) ?? new Uint8Array(0);
    line.room -= string.length + 1;
    pad(line, spec, '', [...string], false);
    return 0;
  }
  if (kind === 'c') {
    line.room -= 1;
    pad(line, spec, '', [Number(arg & 0xffn)], false);
    return line.room < 0 ? -ERRNO.ENOSPC : 0;
  }
  if (kind.startsWith('p')) {
    line.room -= 8;
    printPointer(line, spec, kind, index, arg, memory);
    return line.room < 0 ? -ERRNO.ENOSPC : 0;
  }
  line.room -= longs === 0 ? 4 : 8;
  const bits = longs === 0 ? 32 : 64;
  const signed = kind === 'd' || kind === 'i';
  const value = signed ? BigInt.asIntN(bits, arg) : BigInt.asUintN(bits, arg);
  const digits = (value < 0n ? -value : value).toString(kind === 'x' || kind === 'X' ? 16 : 10);
  const sign = value < 0n ? '-' : signed && spec.plus ? '+' : signed && spec.space ? ' ' : '';
  pad(line, spec, sign, ascii(kind === 'X' ? digits.toUpperCase() : digits), true);
  return line.room < 0 ? -ERRNO.ENOSPC : 0;
}

/** Conversions that print a string, and where it is read from. */
const STRING_SPACES: Readonly<Record<string, 's' | 'k' | 'u'>> = { s: 's', pks: 'k', pus: 'u' };

function printPointer(
  line: Line,
  spec: Spec,
  kind: string,
  index: number,
  arg: bigint,
  memory: FormatMemory,
): void {
  const hex = arg.toString(16);
  if (kind === 'p' || kind === 'px' || kind === 'pK') {
    const width = spec.width === 0 ? 16 : spec.width;
    pad(line, { ...spec, width, zero: spec.zero || spec.width === 0 }, '', ascii(hex), true);
  } else if (kind.endsWith('4')) {
    const parts = [...memory.bytes(index, 4)].map((n) => String(n).padStart(kind === 'pi4' ? 3 : 0, '0'));
    pad(line, spec, '', ascii(parts.join('.')), false);
  } else if (kind.endsWith('6')) {
    const parts = [...memory.bytes(index, 16)].map((n) => n.toString(16).padStart(2, '0'));
    const text = parts
      .map((part, i) => (kind === 'pI6' && i > 0 && i % 2 === 0 ? `:${part}` : part))
      .join('');
    pad(line, spec, '', ascii(text), false);
  } else {
    pad(line, spec, '', ascii(`0x${hex}`), false);
  }
}

/** Appends sign and body, filled up to the width: with zeros between them for numbers that ask for it, else with blanks. */
function pad(line: Line, spec: Spec, sign: string, body: readonly number[], number: boolean): void {
  const missing = Math.max(0, spec.width - sign.length - body.length);
  const zeros = number && spec.zero && !spec.minus;
  if (!spec.minus && !zeros) appendFill(line, missing, BLANK);
  append(line, ascii(sign));
  if (zeros) appendFill(line, missing, ZERO);
  append(line, body);
  if (spec.minus) appendFill(line, missing, BLANK);
}

function ascii(text: string): number[] {
  return Array.from(text, (char) => char.charCodeAt(0));
}

/** Printable ASCII and white space may stand in a format, and since Linux 6.16 bytes of UTF-8. */
function isText(char: number): boolean {
  return char >= ASCII_END || (char >= 0x20 && char < 0x7f) || (char >= 0x09 && char <= 0x0d);
}
