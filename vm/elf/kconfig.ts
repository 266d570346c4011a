// The contents of the map .kconfig: what a kernel was configured with, and what libbpf knows of it.
// @see tools/lib/bpf/libbpf.c bpf_object__resolve_externs, bpf_object__process_kconfig_line
import type { Kernel } from '../kernel/kernel.ts';
import { LoadError } from '../load-error.ts';
import type { KconfigKind, KconfigPlace } from './kconfig-layout.ts';

/** The first kernel with bpf_get_attach_cookie. */
const COOKIE_SINCE = 0x05_0f_00;

/** Variables that are no options: libbpf answers them by itself. */
const VIRTUAL: Readonly<Record<string, (kernel: Kernel) => bigint>> = {
  LINUX_KERNEL_VERSION: ({ version }) => BigInt(version),
  LINUX_HAS_BPF_COOKIE: ({ version }) => (version >= COOKIE_SINCE ? 1n : 0n),
  LINUX_HAS_SYSCALL_WRAPPER: ({ abi }) => (abi.syscalls === 'wrapper' ? 1n : 0n),
};

/** enum libbpf_tristate, and what char has. */
const TRISTATES: Readonly<Record<string, bigint>> = { n: 0n, y: 1n, m: 2n };

/** The options' bytes. Options that are not set are 0; throws LoadError 'extern' for those of `needed` that are not, and for values of another type. */
export function kconfigData(
  places: readonly KconfigPlace[],
  kernel: Kernel,
  needed: ReadonlySet<string>,
): Uint8Array {
  const data = new Uint8Array(Math.max(0, ...places.map(({ off, bytes }) => off + bytes)));
  for (const place of places) {
    const value = valueOf(place, kernel, needed);
    if (value !== undefined) data.set(value, place.off);
  }
  return data;
}

function valueOf(place: KconfigPlace, kernel: Kernel, needed: ReadonlySet<string>): Uint8Array | undefined {
  const { name } = place;
  if (Object.hasOwn(VIRTUAL, name)) return numberBytes(place, VIRTUAL[name]!(kernel));
  const text = Object.hasOwn(kernel.config, name) ? kernel.config[name] : undefined;
  if (text === undefined || !name.startsWith('CONFIG_')) {
    if (!needed.has(name)) return undefined;
    const why = name.startsWith('CONFIG_')
      ? `${kernel.name} does not set it`
      : `options begin with CONFIG_, and ${Object.keys(VIRTUAL).join(', ')} are known besides`;
    throw new LoadError('extern', name, `${why}: declare the variable __weak, and it is 0`);
  }
  if (text.startsWith('"')) return textBytes(place, text);
  return Object.hasOwn(TRISTATES, text)
    ? tristateBytes(place, text)
    : numberBytes(place, parseNumber(name, text));
}

function tristateBytes(place: KconfigPlace, text: string): Uint8Array {
  const { name, kind, bytes } = place;
  if (kind === 'char') return Uint8Array.of(text.charCodeAt(0));
  if (kind === 'tristate') return littleEndian(TRISTATES[text]!, bytes);
  if (kind !== 'bool' || text === 'm') throw wrongType(name, text, ['bool', 'tristate', 'char'], kind);
  return Uint8Array.of(text === 'y' ? 1 : 0);
}

/** The text without its quotes, cut to what fits, with a 0 behind it. */
function textBytes({ name, kind, bytes }: KconfigPlace, text: string): Uint8Array {
  if (kind !== 'text') throw wrongType(name, text, ['text'], kind);
  const chars = text.replace(/^"|"$/g, '').slice(0, bytes - 1);
  const data = new Uint8Array(bytes);
  data.set(Array.from(chars, (char) => char.charCodeAt(0)));
  return data;
}

function numberBytes({ name, kind, bytes, isSigned }: KconfigPlace, value: bigint): Uint8Array {
  if (kind !== 'int' && kind !== 'char' && kind !== 'bool') {
    throw wrongType(name, String(value), ['int', 'char', 'bool'], kind);
  }
  const bits = 8 * bytes;
  const fits =
    kind === 'bool'
      ? value <= 1n && value >= 0n
      : BigInt.asUintN(bits, value) === value || (isSigned && BigInt.asIntN(bits, value) === value);
  const isBeyond = isSigned && kind !== 'bool' && bits < 64 && BigInt.asIntN(bits, value) !== value;
  if (!fits || isBeyond)
    throw new LoadError(
      'extern',
      name,
      `value ${value} does not fit into the ${bytes} bytes of the variable`,
    );
  return littleEndian(value, bytes);
}

function parseNumber(name: string, text: string): bigint {
  if (/^-?(?:0x[0-9a-f]+|\d+)$/i.test(text)) {
    return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  }
  throw new LoadError(
    'extern',
    name,
    `the kernel's value ${text} is neither y, n, m, a number nor a text in quotes`,
  );
}

function wrongType(name: string, text: string, kinds: readonly string[], kind: KconfigKind): LoadError {
  return new LoadError(
    'extern',
    name,
    `the kernel's value ${text} wants a variable of type ${kinds.join(' or ')}, and this one is ${kind}`,
  );
}

function littleEndian(value: bigint, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
