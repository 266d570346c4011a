// The formats of bpf_trace_printk, bpf_trace_vprintk and bpf_snprintf, taken apart: which conversions are allowed, and what stands between them.
//
//   %[flags and width] d i u x X, with l or ll, c, s, p, px pK ps pS pB, pks pus (string of the kernel, of the user), pi4 pI4 pi6 pI6
//
// There is no precision and no '*'. What is printed of a pointer eats the letters and digits that follow it.
// @see kernel/bpf/helpers.c bpf_bprintf_prepare

/** A format of the kernel, as far as it is one. */
export interface Format {
  readonly bytes: Uint8Array;
  readonly pieces: readonly Piece[];
  /** False when the kernel refuses what stands behind the pieces. */
  readonly isWhole: boolean;
}

/** Text, a character a byte, and the conversion behind it; there is none behind the last. */
export interface Piece {
  readonly text: string;
  readonly conversion: Conversion | undefined;
}

export interface Conversion {
  readonly spec: Spec;
  readonly kind: string;
  readonly longs: number;
  /** Where a string is read from: anywhere, as its address is; the kernel; the user. Undefined where none is printed. */
  readonly space: StringSpace | undefined;
  /** True for what the kernel prints before it comes to the line. */
  readonly isEarly: boolean;
}

export type StringSpace = 's' | 'k' | 'u';

/** Flags and width. */
export interface Spec {
  readonly minus: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number;
}

/** Widest field; more is taken for this. @see lib/vsprintf.c FIELD_WIDTH_MAX */
const MAX_WIDTH = (1 << 23) - 1;

/** Formats that were taken apart, by a hash of their bytes; a program has few. A power of two. Longer ones are not kept. */
const KEPT = 256;
const KEPT_BYTES = 1024;
const kept: (Format | undefined)[] = Array.from({ length: KEPT }, () => undefined);

/** The format in `bytes[at..end)`, which is without its NUL. */
export function formatIn(bytes: Uint8Array, at: number, end: number): Format {
  if (end - at > KEPT_BYTES) return takeApart(bytes.slice(at, end));
  let hash = 0;
  for (let i = at; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  const slot = hash & (KEPT - 1);
  const known = kept[slot];
  if (known !== undefined && isAt(known.bytes, bytes, at, end)) return known;
  const format = takeApart(bytes.slice(at, end));
  kept[slot] = format;
  return format;
}

function isAt(format: Uint8Array, bytes: Uint8Array, at: number, end: number): boolean {
  if (format.length !== end - at) return false;
  for (let i = 0; i < format.length; i++) if (format[i] !== bytes[at + i]) return false;
  return true;
}

function takeApart(bytes: Uint8Array): Format {
  const text = byteString(bytes);
  const pieces: Piece[] = [];
  let plain = '';
  for (let i = 0; ;) {
    const percent = text.indexOf('%', i);
    const end = percent < 0 ? text.length : percent;
    const before = text.slice(i, end);
    if (NO_TEXT.test(before)) return { bytes, pieces, isWhole: false };
    plain += before;
    if (percent < 0) break;
    if (text[end + 1] === '%') {
      plain += '%';
      i = end + 2;
      continue;
    }
    const found = matchConversion(text, end + 1);
    if (found === undefined) return { bytes, pieces, isWhole: false };
    pieces.push({ text: plain, conversion: found.conversion });
    plain = '';
    i = found.end;
  }
  if (plain !== '') pieces.push({ text: plain, conversion: undefined });
  return { bytes, pieces, isWhole: true };
}

/** Printable ASCII and white space may stand in a format, and since Linux 6.16 bytes of UTF-8; this matches what may not. */
const NO_TEXT = new RegExp(String.raw`[\0-\x08\x0e-\x1f\x7f]`);

/** Bytes as text, a character a byte. */
export function byteString(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/**
 * Flags and width, then one of the conversions. A bare `p` and strings must be followed by the end, white space or punctuation, as Latin-1
 * has them; the letters and digits behind the other pointers go with them.
 */
const CONVERSION =
  /([0+\- ]*)([1-9]\d*)?(?:(l{0,2})([diuxX])|(c)|(p[iI][46]|p[KxsSB])(?:[\dA-Za-z\xc0-\xd6\xd8-\xf6\xf8-\xff]*)|(p[ku]s|[ps])(?![^\t-\r !-/:-@[-`{-~\xa0-\xbf\xd7\xf7]))/y;

/** The conversion at `at`, behind its percent sign, and the index behind it. */
function matchConversion(text: string, at: number): { conversion: Conversion; end: number } | undefined {
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
  const isEarly = EARLY.has(kind);
  const conversion = {
    spec: isEarly ? NO_SPEC : spec,
    kind,
    longs: longs.length,
    space: STRING_SPACES[kind],
    isEarly,
  };
  return { conversion, end: at + all.length };
}

/** Conversions that print a string. */
const STRING_SPACES: Readonly<Record<string, StringSpace>> = { s: 's', pks: 'k', pus: 'u' };

/** What is printed before the kernel comes to the line has no width there. */
const EARLY: ReadonlySet<string> = new Set(['pks', 'pus', 'pB', 'pi4', 'pI4', 'pi6', 'pI6']);
const NO_SPEC: Spec = { minus: false, plus: false, space: false, zero: false, width: 0 };
