// The format of bpf_trace_printk, bpf_trace_vprintk and bpf_snprintf: which conversions are allowed, and how each is printed.
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
 * Formats a line. `format` is without its NUL, `args` are u64. Result: the line, a character a byte, as far as it has room in
 * `size` bytes with a NUL behind it, and its full length, or -EINVAL for a format that the kernel refuses, -ENOSPC when the strings are too long together.
 */
export function formatLine(
  format: Uint8Array,
  args: readonly bigint[],
  memory: FormatMemory,
  size: number,
): { text: string; length: number } | number {
  const line: Line = { text: '', length: 0, room: ARGS_BYTES, size };
  const text = byteString(format);
  let used = 0;
  for (let i = 0; i < text.length;) {
    const percent = text.indexOf('%', i);
    const end = percent < 0 ? text.length : percent;
    const plain = text.slice(i, end);
    if (NO_TEXT.test(plain)) return -ERRNO.EINVAL;
    append(line, plain);
    i = end + 2;
    if (percent < 0) break;
    if (text[end + 1] === '%') {
      append(line, '%');
      continue;
    }
    const conversion = matchConversion(text, end + 1);
    if (conversion === undefined || used >= args.length) return -ERRNO.EINVAL;
    const error = print(line, conversion, used, args[used]!, memory);
    if (error !== 0) return error;
    used += 1;
    i = conversion.end;
  }
  return { text: line.text.slice(0, Math.max(0, size - 1)), length: line.length };
}

/** Printable ASCII and white space may stand in a format, and since Linux 6.16 bytes of UTF-8; this matches what may not. */
const NO_TEXT = new RegExp(String.raw`[\0-\x08\x0e-\x1f\x7f]`);

function append(line: Line, text: string): void {
  line.length += text.length;
  if (line.text.length < line.size) line.text += text;
}

function appendFill(line: Line, count: number, fill: string): void {
  line.length += count;
  const missing = line.size - line.text.length;
  if (missing > 0) line.text += fill.repeat(Math.min(count, missing));
}

function byteString(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
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
  // What the kernel has printed before it comes to the line is left out where no room is left at all. (It then takes what follows for other arguments;
  // that is not done here.)
  if (UNPADDED.has(kind) && line.length >= line.size) return 0;
  const space = STRING_SPACES[kind];
  if (space !== undefined) {
    if (line.room <= 0) return -ERRNO.ENOSPC;
    const string = memory.string(index, space, line.room) ?? new Uint8Array(0);
    line.room -= string.length + 1;
    pad(line, spec, '', byteString(string), false);
    return 0;
  }
  if (kind === 'c') {
    line.room -= 1;
    pad(line, spec, '', String.fromCharCode(Number(arg & 0xffn)), false);
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
  pad(line, spec, sign, kind === 'X' ? digits.toUpperCase() : digits, true);
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
