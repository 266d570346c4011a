// Types that strace prints in a notation of their own, and what decides their size.
import { SOCKOPT_STRUCTS } from '../../tables/user-args.ts';
import type { Image } from './image.ts';
import { type SpecialName, type StructType, typeOf, wordOf } from './layout.ts';
import { ipv6Bytes, numberOf, signalBits, waitStatus } from './numbers.ts';
import { writeCmsgs, sizeOfCmsgs } from './cmsgs.ts';
import { sizeOfDirents, writeDirents } from './dirents.ts';
import type { Task } from './task.ts';
import type { Value } from './value.ts';

interface SpecialType {
  /** Bytes that the value takes. */
  readonly size: (task: Task, value: Value) => number;
  /** Writes it. `isOut`: the kernel did. */
  readonly write: (task: Task, image: Image, off: number, value: Value, isOut: boolean) => void;
}

/** Largest length that is believed of an address, as the kernel's own limit, and of a set. */
const MAX_SOCKADDR = 128;
const MAX_SET = 8192;
/** Bytes of a sockaddr before its address. */
const FAMILY_BYTES = 2;

const sigset = (bytes: 4 | 8): SpecialType => ({
  size: () => bytes,
  write(_task, image, off, value) {
    const bits = value.kind === 'list' ? signalBits(value) : undefined;
    if (bits !== undefined) image.setNumber(off, bytes, bits);
  },
});

const sockaddr: SpecialType = {
  size: ({ arch, length }, value) =>
    length >= 0 ? Math.min(length, MAX_SOCKADDR) : sockaddrOf(arch, value).size + textBytes(value),
  write(task, image, off, value, isOut) {
    task.write(image, off, sockaddrOf(task.arch, value), value, isOut);
  },
};

export const SPECIAL = {
  sigset: sigset(8),
  sigset32: sigset(4),
  sockaddr,
  sockaddr16: { size: () => 16, write: sockaddr.write },
  in6: {
    size: () => 16,
    write(_task, image, off, value) {
      const bytes =
        value.kind === 'string' ? value.bytes : value.kind === 'word' ? in6Of(value.text) : undefined;
      if (bytes?.length === 16) image.set(off, bytes);
    },
  },
  // the name of a socket ends with a NUL where the address is long enough for it; an abstract one begins with a NUL
  path: {
    size: () => 0,
    write(_task, image, off, value) {
      if (value.kind !== 'string') return;
      image.set(off, value.bytes);
      if (!value.isCut && value.bytes[0] !== 0) image.set(off + value.bytes.length, [0]);
    },
  },
  bytes: {
    size: (_task, value) => bytesOf(value).length,
    write(_task, image, off, value) {
      image.set(off, bytesOf(value));
    },
  },
  fdset: {
    size: ({ arch, length }) => roomOf(length, wordOf(arch)),
    // bits from the number of descriptors on are nobody's business, so that the last byte may not be known
    write({ length }, image, off, value) {
      const bytes = setBytes(value, Math.floor(Math.max(0, length) / 8));
      if (bytes !== undefined) image.set(off, bytes);
    },
  },
  cpuset: {
    size: ({ length }) => Math.max(0, Math.min(length, MAX_SET)),
    write({ length }, image, off, value) {
      const bytes = setBytes(value, Math.max(0, Math.min(length, MAX_SET)));
      if (bytes !== undefined) image.set(off, bytes);
    },
  },
  cmsgs: { size: sizeOfCmsgs, write: writeCmsgs },
  caps: { size: () => CAPS_BYTES, write: writeCaps },
  status: {
    size: () => 4,
    write(_task, image, off, value) {
      const only = value.kind === 'list' && value.items.length === 1 ? value.items[0]! : value;
      const status = waitStatus(only);
      if (status !== undefined) image.setNumber(off, 4, BigInt(status));
    },
  },
  dirents: { size: sizeOfDirents, write: writeDirents('dirents') },
  dirents64: { size: sizeOfDirents, write: writeDirents('dirents64') },
  sockopt: { size: ({ length }) => Math.max(0, Math.min(length, MAX_SET)), write: writeSockopt },
} as const satisfies Record<SpecialName, SpecialType>;

/** Structs of addresses by the beginnings of their members' names. */
const SOCKADDRS: Readonly<Record<string, string>> = {
  sin: 'sockaddr_in',
  sin6: 'sockaddr_in6',
  sun: 'sockaddr_un',
  nl: 'sockaddr_nl',
  sll: 'sockaddr_ll',
  svm: 'sockaddr_vm',
  sxdp: 'sockaddr_xdp',
  salg: 'sockaddr_alg',
};

function sockaddrOf(arch: Task['arch'], value: Value): StructType {
  const second = value.kind === 'struct' ? (value.members[1]?.[0] ?? '') : '';
  // The table's rows are structs.
  return typeOf(arch, SOCKADDRS[second.slice(0, second.indexOf('_'))] ?? 'sockaddr_other') as StructType;
}

/** Bytes of the string that ends an address. */
function textBytes(value: Value): number {
  const last = value.kind === 'struct' ? value.members.at(-1)?.[1] : undefined;
  return last?.kind === 'string' && value.kind === 'struct' && value.members.length === FAMILY_BYTES
    ? last.bytes.length
    : 0;
}

/** A string, or hex digits after 0x, as handles of files are shown. */
function bytesOf(value: Value): Uint8Array {
  if (value.kind === 'string') return value.bytes;
  if (value.kind !== 'word' || !/^0x(?:[0-9a-f]{2})+$/i.test(value.text)) return NO_BYTES;
  return Uint8Array.from(value.text.slice(2).match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

const NO_BYTES = new Uint8Array(0);

function in6Of(text: string): Uint8Array | undefined {
  const address = /^inet_pton\(AF_INET6, "([^"]*)"/.exec(text)?.[1];
  return address === undefined ? undefined : ipv6Bytes(address);
}

/** Bytes of a set of `bits` bits in whole words. */
function roomOf(bits: number, word: number): number {
  return Math.min(Math.ceil(Math.max(0, bits) / (8 * word)) * word, MAX_SET);
}

/** The first `size` bytes of a set of numbers, bit 0 of byte 0 the first; undefined where one of them is not known. */
function setBytes(value: Value, size: number): Uint8Array | undefined {
  if (value.kind !== 'list' || value.isCut || value.isInverse) return undefined;
  const bytes = new Uint8Array(Math.min(size, MAX_SET));
  for (const item of value.items) {
    if (item.kind !== 'word' || !/^\d+$/.test(item.text)) return undefined;
    const number = Number(item.text);
    if (number < bytes.length * 8) bytes[number >> 3]! |= 1 << (number & 7);
  }
  return bytes;
}

const CAPS_BYTES = 24;
const CAP_SETS = ['effective', 'permitted', 'inheritable'] as const;
/** The one version of which there is one word a set. */
const CAP_VERSION_1 = 0x19980330n;

/** The sets of capabilities: low words of all three, then high words. @see capget(2) */
function writeCaps(task: Task, image: Image, off: number, value: Value): void {
  if (value.kind !== 'struct') return;
  const header = task.argument(0);
  const version = header?.kind === 'struct' ? header.members[0]?.[1] : undefined;
  const isShort = version?.kind === 'word' && numberOf(task.arch, version.text) === CAP_VERSION_1;
  for (const [i, name] of CAP_SETS.entries()) {
    const shown = value.members.find(([member]) => member === name)?.[1];
    const words = shown?.kind === 'word' ? capWords(task.arch, shown.text) : undefined;
    if (words === undefined) continue;
    image.setNumber(off + 4 * i, 4, words[0]);
    if (!isShort) image.setNumber(off + 12 + 4 * i, 4, words[1]);
  }
}

/** Low and high word of a set. By numbers strace shows them one after the other, and leaves out a word that is 0 unless both are. */
function capWords(arch: Task['arch'], text: string): readonly [bigint, bigint] | undefined {
  const parts = text.split('|').map((part) => part.trim());
  if (parts.every((part) => /^(?:0x[0-9a-f]+|0)$/.test(part))) {
    const [low = 0n, high = 0n] = parts.map(BigInt);
    if (parts.length > 2 || (parts.length === 1 && low > 0n && low < 0x1_0000n)) return undefined;
    return [low, high];
  }
  const number = text.includes('CAP_') ? numberOf(arch, text) : undefined;
  return number === undefined ? undefined : [number & 0xffff_ffffn, number >> 32n];
}

/** The value of an option of a socket: a number as long as the call says, or a struct. */
function writeSockopt(task: Task, image: Image, off: number, value: Value, isOut: boolean): void {
  const { arch, length } = task;
  if (value.kind === 'struct') {
    const first = value.members[0]?.[0] ?? '';
    const name = Object.hasOwn(SOCKOPT_STRUCTS, first)
      ? SOCKOPT_STRUCTS[first as keyof typeof SOCKOPT_STRUCTS] // as just tested
      : undefined;
    const second = value.members[1]?.[0] ?? '';
    if (name === 'timeval' && second === 'tv_nsec') return;
    if (name !== undefined) task.write(image, off, typeOf(arch, name), value, isOut);
  } else if (value.kind === 'list' && value.items.length > 0) {
    const size = length / value.items.length;
    const type = ({ 1: 'u8', 2: 'u16', 4: 's32', 8: 'u64' } as Readonly<Record<number, string>>)[size];
    if (type !== undefined) task.write(image, off, typeOf(arch, type), value, isOut);
  }
}
