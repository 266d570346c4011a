// Numbers behind words that strace prints: flags, products, macros of network addresses, sets of signals, states of children.
import type { Arch } from '../../event.ts';
import { evaluate } from '../../import/strace/symbols.ts';
import { ERRNOS } from '../../tables/errnos.ts';
import { SIGNALS } from '../../tables/signals.ts';
import type { ListValue, Value } from './value.ts';

/** The number that a word stands for, in two's complement of 64 bits; undefined where a part of it is not known. */
export function numberOf(arch: Arch, text: string): bigint | undefined {
  if (text === '') return undefined;
  if (text === 'NULL') return 0n;
  const [, macro, inner = ''] = /^(hton[sl])\(([^()]*)\)$/.exec(text) ?? [];
  if (macro !== undefined) return numberOf(arch, inner);
  const address = /^inet_addr\("([^"]*)"\)$/.exec(text)?.[1];
  if (address !== undefined) return fromBytes(ipv4Bytes(address));
  if (/^[\w]+(?:\*[\w]+)+$/.test(text)) return productOf(arch, text);
  const { value, known } = evaluate(arch, text);
  if (known) return value;
  const errno = ERRNOS.number(text);
  return errno === undefined ? undefined : BigInt(errno);
}

/** A length as a value says it: `16`, `[16]`, `[128 => 16]` or `128 => 16`; after the call the smaller one of a change. -1 unknown. */
export function lengthOf(arch: Arch, value: Value, isExit: boolean): number {
  if (value.kind === 'list') return value.items.length === 1 ? lengthOf(arch, value.items[0]!, isExit) : -1;
  if (value.kind === 'change') {
    const before = lengthOf(arch, value.before, isExit);
    return isExit ? Math.min(before, lengthOf(arch, value.after, isExit)) : before;
  }
  const number = value.kind === 'word' ? numberOf(arch, value.text) : undefined;
  return number === undefined || number > 0xffff_ffffn ? -1 : Number(number);
}

function productOf(arch: Arch, text: string): bigint | undefined {
  let product = 1n;
  for (const part of text.split('*')) {
    const { value, known } = evaluate(arch, part);
    if (!known) return undefined;
    product *= value;
  }
  return BigInt.asUintN(64, product);
}

/** Bytes as a number, highest first. */
function fromBytes(bytes: Uint8Array | undefined): bigint | undefined {
  return bytes?.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function ipv4Bytes(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return Uint8Array.from(parts, Number);
}

const IN6_BYTES = 16;

/** The 16 bytes of an IPv6 address in text, `fe80::1` or `::ffff:1.2.3.4`; undefined where it is none. */
export function ipv6Bytes(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => groupBytes(half));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const size = head.length + (tail?.length ?? 0);
  if (halves.length === 1 ? size !== IN6_BYTES : size >= IN6_BYTES) return undefined;
  const bytes = new Uint8Array(IN6_BYTES);
  bytes.set(head);
  if (tail !== undefined) bytes.set(tail, IN6_BYTES - tail.length);
  return bytes;
}

function groupBytes(text: string): number[] | undefined {
  const bytes: number[] = [];
  if (text === '') return bytes;
  for (const group of text.split(':')) {
    const four = group.includes('.') ? ipv4Bytes(group) : undefined;
    if (four !== undefined) {
      bytes.push(...four);
      continue;
    }
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    const number = Number.parseInt(group, 16);
    bytes.push(number >> 8, number & 255);
  }
  return bytes;
}

/** Bits of a list of signals, by number or by name without SIG, signal 1 in bit 0; undefined where one is not known. */
export function signalBits({ items, isCut, isInverse }: ListValue): bigint | undefined {
  if (isCut) return undefined;
  let bits = 0n;
  for (const item of items) {
    if (item.kind !== 'word') return undefined;
    const number = /^\d+$/.test(item.text) ? Number(item.text) : signalNumber(item.text);
    if (number === undefined || number < 1 || number > 64) return undefined;
    bits |= 1n << BigInt(number - 1);
  }
  return isInverse ? BigInt.asUintN(64, ~bits) : bits;
}

function signalNumber(name: string): number | undefined {
  return SIGNALS.number(name.startsWith('SIG') ? name : `SIG${name}`);
}

/** Highest word of a `... == word` among those of a wait status. */
const EQUALS = / == (?:(\d+)|(SIG\w+))$/;
const CORE_DUMP = 0x80;
const STOPPED = 0x7f;
const CONTINUED = 0xffff;

/** What a child left for wait, from the macros that strace prints; undefined for other words. @see wait(2) */
export function waitStatus(value: Value): number | undefined {
  const inner = value.kind === 'struct' && value.members.length === 1 ? value.members[0]![1] : value;
  if (inner.kind !== 'word') return undefined;
  const words = inner.text.split(' && ');
  if (words[0] === 'WIFCONTINUED(s)' && words.length === 1) return CONTINUED;
  const [, digits, name] = EQUALS.exec(words[1] ?? '') ?? [];
  const number =
    digits !== undefined ? Number(digits) : name !== undefined ? SIGNALS.number(name) : undefined;
  if (number === undefined) return plainStatus(inner.text);
  if (words[0] === 'WIFEXITED(s)' && words.length === 2) return (number & 255) << 8;
  if (words[0] === 'WIFSTOPPED(s)' && words.length === 2) return (number << 8) | STOPPED;
  if (words[0] !== 'WIFSIGNALED(s)') return undefined;
  if (words.length === 2) return number;
  return words.length === 3 && words[2] === 'WCOREDUMP(s)' ? number | CORE_DUMP : undefined;
}

function plainStatus(text: string): number | undefined {
  return /^(?:\d+|0x[0-9a-f]+)$/.test(text) ? Number(text) : undefined;
}
