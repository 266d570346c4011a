// The value of arguments that strace prints by name: `O_RDONLY|O_CLOEXEC`, `SIGCHLD`, `1<<21`, `_IOC(...)`, `makedev(0x1, 0x3)`.
import type { Arch } from '../../event.ts';
import { constantValue } from '../../tables/constants.ts';
import { SIGNALS } from '../../tables/signals.ts';

/** A value, and whether all of its parts were known; unknown parts count as 0. */
export interface SymbolValue {
  readonly value: bigint;
  readonly known: boolean;
}

const UNKNOWN: SymbolValue = { value: 0n, known: false };
const MASK_64 = (1n << 64n) - 1n;
/** Characters of a part; the longest of strace are names of ioctls, joined by ` or `. A longer one is no name. */
const MAX_PART = 1024;

/** Reads `text`, parts joined by `|`. strace writes `A or B` where one number has two names; the first that is known counts. */
export function evaluate(arch: Arch, text: string): SymbolValue {
  let value = 0n;
  let known = true;
  for (const part of text.split('|')) {
    const found = evaluatePart(arch, part.trim());
    value |= found.value;
    known &&= found.known;
  }
  return { value: value & MASK_64, known };
}

function evaluatePart(arch: Arch, part: string): SymbolValue {
  if (part === '') return { value: 0n, known: true };
  if (part.length > MAX_PART) return UNKNOWN;
  const number = parseNumber(part);
  if (number !== undefined) return { value: number, known: true };
  const or = part.indexOf(' or ');
  if (or > 0) {
    const first = evaluatePart(arch, part.slice(0, or));
    return first.known ? first : evaluatePart(arch, part.slice(or + ' or '.length));
  }
  const shift = part.indexOf('<<');
  if (shift > 0) {
    const left = evaluatePart(arch, part.slice(0, shift).trim());
    const right = evaluatePart(arch, part.slice(shift + 2).trim());
    if (!left.known || !right.known || right.value > 63n) return UNKNOWN;
    return { value: left.value << right.value, known: true };
  }
  const open = part.indexOf('(');
  if (open > 0 && part.endsWith(')'))
    return evaluateMacro(arch, part.slice(0, open), part.slice(open + 1, -1));
  const constant = constantValue(arch, part) ?? SIGNALS.number(part);
  return constant === undefined ? UNKNOWN : { value: BigInt(constant), known: true };
}

/** The macros that strace prints: an ioctl number by its four fields, a device by its two. */
function evaluateMacro(arch: Arch, name: string, inner: string): SymbolValue {
  const fields = inner.split(',').map((field) => evaluate(arch, field));
  if (fields.some((field) => !field.known)) return UNKNOWN;
  const [a = 0n, b = 0n, c = 0n, d = 0n] = fields.map((field) => field.value);
  if (name === '_IOC' && fields.length === 4)
    return { value: (a << 30n) | (d << 16n) | (b << 8n) | c, known: true };
  if (name === 'makedev' && fields.length === 2) {
    const major = ((a & 0xfffn) << 8n) | ((a & ~0xfffn) << 32n);
    const minor = (b & 0xffn) | ((b & ~0xffn) << 12n);
    return { value: major | minor, known: true };
  }
  return UNKNOWN;
}

/** Decimal, 0x and 0 octal with an optional minus; undefined for anything else. */
function parseNumber(text: string): bigint | undefined {
  const negative = text.startsWith('-');
  const digits = negative ? text.slice(1) : text;
  if (!/^(?:0x[0-9a-fA-F]+|[0-9]+)$/.test(digits)) return undefined;
  const octal = /^0[0-7]+$/.test(digits);
  if (!octal && /^0[0-9]/.test(digits)) return undefined;
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  return negative ? -value : value;
}
