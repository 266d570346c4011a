// The maps that a program's insns name: which they are, and whose.
import { ERRNO } from '../errno.ts';
import type { Insn } from '../isa/insn.ts';
import { LoadError } from '../load-error.ts';
import type { KernelMap } from '../maps/map.ts';
import { addressOf } from '../memory/linear.ts';
import type { ObjectTable } from './objects.ts';
import type { ProgAttr } from './prog-load.ts';
import type { KernelProg } from './prog.ts';

/** Wide insns that name a map: by fd or by position in fd_array, and whether they load the address of its value. */
const MAP_INSNS: Readonly<Partial<Record<Insn['op']['name'], { byIndex: boolean; value: boolean }>>> = {
  ld_map_fd: { byIndex: false, value: false },
  ld_map_value: { byIndex: false, value: true },
  ld_map_idx: { byIndex: true, value: false },
  ld_map_idx_value: { byIndex: true, value: true },
};

/** The map that a wide insn names, undefined for other insns. Throws LoadError when there is none. */
export function mapOf(attr: ProgAttr, pc: number, insn: Insn, objects: ObjectTable): KernelMap | undefined {
  const row = MAP_INSNS[insn.op.name];
  if (row === undefined) return undefined;
  if (row.byIndex && attr.fdArray === undefined) {
    throw new LoadError('reloc', attr.name, 'fd_idx without fd_array is invalid', {
      errno: -ERRNO.EPROTO,
      pc,
    });
  }
  const fd = row.byIndex ? attr.fdArray?.[insn.imm] : insn.imm;
  const target = fd === undefined ? undefined : objects.target(fd);
  if (target?.kind === 'map') return target.map;
  const errno = target === undefined ? -ERRNO.EBADF : -ERRNO.EINVAL;
  throw new LoadError('reloc', attr.name, `fd ${fd} is not pointing to valid bpf_map`, { errno, pc });
}

/** What the wide insn loads (u64): the map's own address, or that of its only value. @see kernel/bpf/arraymap.c array_map_direct_value_addr */
export function mapAddress({ name }: ProgAttr, pc: number, { op, hi }: Insn, map: KernelMap): bigint {
  if (MAP_INSNS[op.name]?.value !== true) return addressOf(map.at);
  if (map.kind !== 'array') {
    throw new LoadError('reloc', name, 'no direct value access support for this map type', { pc });
  }
  const { valueSize, maxEntries } = map.spec;
  const off = hi >>> 0;
  if (maxEntries !== 1 || off >= valueSize) {
    const errno = maxEntries === 1 ? -ERRNO.EINVAL : -ERRNO.ENOTSUPP;
    const text = `invalid access to map value pointer, value_size=${valueSize} off=${off}`;
    throw new LoadError('reloc', name, text, { errno, pc });
  }
  return addressOf(map.lookup(new Uint8Array(4), 0, 0) + off);
}

/** Refuses maps that belong to programs of another kind; the first that uses one becomes its owner. @see kernel/bpf/core.c bpf_prog_map_compatible */
export function checkOwners(
  { name, ...traits }: Pick<KernelProg, 'name' | 'type' | 'expectedAttachType' | 'flags'>,
  maps: readonly KernelMap[],
): void {
  for (const map of maps) {
    if (map.admits === undefined || map.admits(traits)) continue;
    const text = `the ${map.kind} ${map.spec.name} is owned by programs of another kind`;
    throw new LoadError('owner', name, text);
  }
}
