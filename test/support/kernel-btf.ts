// The type information of this machine's kernel, as far as tests need it: ids of its functions and types by name.
import { readFileSync } from 'node:fs';

const PATH = '/sys/kernel/btf/vmlinux';
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

export const BTF_KINDS = { struct: 4, typedef: 8, func: 12 } as const;

let known: Map<string, number> | undefined;

/** Id of a named type of the running kernel; undefined where it has none, or tells nothing of its types. */
export function kernelTypeId(kind: keyof typeof BTF_KINDS, name: string): number | undefined {
  known ??= readIds();
  return known.get(`${BTF_KINDS[kind]} ${name}`);
}

function readIds(): Map<string, number> {
  const ids = new Map<string, number>();
  let bytes: Buffer;
  try {
    bytes = readFileSync(PATH);
  } catch {
    return ids;
  }
  const header = bytes.readUInt32LE(4);
  const types = header + bytes.readUInt32LE(8);
  const end = types + bytes.readUInt32LE(12);
  const strings = header + bytes.readUInt32LE(16);
  const kinds = new Set<number>(Object.values(BTF_KINDS));
  let id = 1;
  for (let at = types; at < end; id++) {
    const info = bytes.readUInt32LE(at + 4);
    const kind = (info >>> 24) & 31;
    if (kinds.has(kind)) {
      const from = strings + bytes.readUInt32LE(at);
      ids.set(`${kind} ${bytes.toString('latin1', from, bytes.indexOf(0, from))}`, id);
    }
    const [fixed, each] = TAILS[kind] ?? [0, 0];
    at += 12 + fixed + each * (info & 0xffff);
  }
  return ids;
}
