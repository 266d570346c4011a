// The type information of this machine's kernel, as far as tests need it: ids of types, members of structures, arguments of functions.
import { readFileSync } from 'node:fs';

const PATH = '/sys/kernel/btf/vmlinux';
const STRUCT = 4;
const UNION = 5;
const TYPEDEF = 8;
const FUNC = 12;

const BTF_KINDS = { struct: STRUCT, typedef: TYPEDEF, func: FUNC } as const;

/** Bytes behind the three words of a type: by kind, plus so many for each of its members. @see Documentation/bpf/btf.rst */
const TAILS: Readonly<Record<number, readonly [fixed: number, each: number]>> = {
  1: [4, 0],
  3: [12, 0],
  4: [0, 12],
  5: [0, 12],
  6: [0, 8],
  13: [0, 8],
  14: [4, 0],
  15: [0, 12],
  17: [4, 0],
  19: [0, 12],
};

interface BtfType {
  readonly at: number;
  readonly kind: number;
  readonly name: string;
}

interface Btf {
  readonly bytes: Buffer;
  /** By id. */
  readonly types: readonly BtfType[];
  /** By kind and name; of several of one name the last. */
  readonly ids: ReadonlyMap<string, number>;
  readonly nameAt: (offset: number) => string;
}

let known: Btf | undefined;

/** Whether the kernel tells of its types. */
export function hasKernelTypes(): boolean {
  return btf().types.length > 1;
}

/** Id of a named type of the running kernel; undefined where it has none, or tells nothing of its types. */
export function kernelTypeId(kind: keyof typeof BTF_KINDS, name: string): number | undefined {
  return btf().ids.get(`${BTF_KINDS[kind]} ${name}`);
}

/** Bytes from the start of a struct by the name of each member, those of unnamed members among them; undefined where there is no such struct. */
export function kernelStruct(name: string): ReadonlyMap<string, number> | undefined {
  const type = typeOf('struct', name);
  return type === undefined ? undefined : new Map(members(type, 0));
}

/** Names of the functions that begin so. */
export function kernelFunctions(prefix: string): string[] {
  const { types } = btf();
  return types.filter(({ kind, name }) => kind === FUNC && name.startsWith(prefix)).map(({ name }) => name);
}

/** How many arguments a function has; undefined where there is no such function. */
export function kernelFunctionArgs(name: string): number | undefined {
  const { bytes, types } = btf();
  const type = typeOf('func', name);
  if (type === undefined) return undefined;
  const proto = types[bytes.readUInt32LE(type.at + 8)]!;
  return bytes.readUInt32LE(proto.at + 4) & 0xffff;
}

function typeOf(kind: keyof typeof BTF_KINDS, name: string): BtfType | undefined {
  const id = kernelTypeId(kind, name);
  return id === undefined ? undefined : btf().types[id];
}

function members({ at }: BtfType, base: number): [string, number][] {
  const { bytes, types, nameAt } = btf();
  const info = bytes.readUInt32LE(at + 4);
  const isBitfields = info >>> 31 === 1;
  return Array.from({ length: info & 0xffff }, (_, i) => at + 12 + 12 * i).flatMap((member) => {
    const word = bytes.readUInt32LE(member + 8);
    const off = base + Math.floor((isBitfields ? word & 0xff_ffff : word) / 8);
    const name = nameAt(bytes.readUInt32LE(member));
    const type = types[bytes.readUInt32LE(member + 4)]!;
    const isOpen = name === '' && (type.kind === STRUCT || type.kind === UNION);
    return isOpen ? members(type, off) : [[name, off] as [string, number]];
  });
}

function btf(): Btf {
  known ??= readTypes();
  return known;
}

function readTypes(): Btf {
  let bytes: Buffer;
  try {
    bytes = readFileSync(PATH);
  } catch {
    return { bytes: Buffer.alloc(0), types: [], ids: new Map(), nameAt: () => '' };
  }
  const header = bytes.readUInt32LE(4);
  const from = header + bytes.readUInt32LE(8);
  const end = from + bytes.readUInt32LE(12);
  const strings = header + bytes.readUInt32LE(16);
  const nameAt = (offset: number): string =>
    bytes.toString('latin1', strings + offset, bytes.indexOf(0, strings + offset));
  const types: BtfType[] = [{ at: 0, kind: 0, name: 'void' }];
  for (let at = from; at < end;) {
    const info = bytes.readUInt32LE(at + 4);
    const kind = (info >>> 24) & 31;
    types.push({ at, kind, name: nameAt(bytes.readUInt32LE(at)) });
    const [fixed, each] = TAILS[kind] ?? [0, 0];
    at += 12 + fixed + each * (info & 0xffff);
  }
  const ids = new Map(types.map(({ kind, name }, id) => [`${kind} ${name}`, id]));
  return { bytes, types, ids, nameAt };
}
