// BPF_PROG_LOAD: from insns with map fds to a program that can run, or the reason why not.
import { checkProg } from '../check/check.ts';
import { ERRNO } from '../errno.ts';
import { helperName, helperRow } from '../helpers/table.ts';
import { prepareCode } from '../interp/code.ts';
import { decodeInsn, type Insn } from '../isa/insn.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import { LoadError } from '../load-error.ts';
import type { KernelMap } from '../maps/map.ts';
import { isProgArray } from '../maps/prog-array.ts';
import { addressOf, type LinearMemory } from '../memory/linear.ts';
import { checkMapArgs } from './map-args.ts';
import type { ObjectTable } from './objects.ts';
import { PROG_FLAGS, progTypeRow } from './prog-types.ts';
import { COUNTERS_BYTES, type KernelProg } from './prog.ts';

/** What BPF_PROG_LOAD takes. In `insns`, imm of a wide insn with src 1 or 2 is a map fd. */
export interface ProgAttr {
  readonly name: string;
  /** The kernel's name in lower case without BPF_PROG_TYPE_. */
  readonly type: string;
  readonly insns: Uint8Array;
  /** Empty or absent: not GPL compatible. */
  readonly license?: string;
  readonly expectedAttachType?: number;
  /** BPF_F_* bits. */
  readonly flags?: number;
}

/** Licences that the kernel takes for GPL compatible. @see include/linux/license.h */
const GPL_LICENSES: ReadonlySet<string> = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

/** Loads a program into the table: its fd. Throws LoadError; nothing is left behind then. */
export function loadProg(attr: ProgAttr, objects: ObjectTable, memory: LinearMemory): number {
  const { name, type, insns, expectedAttachType = 0, flags = 0 } = attr;
  if (progTypeRow(type) === undefined)
    throw new LoadError('type', name, `the kernel has no program type ${type}`);
  const finding = checkProg(insns)[0];
  if (finding !== undefined) {
    const { errno, message, why, pc } = finding;
    throw new LoadError('structure', name, `${message} (${why})`, { errno: -errno, pc });
  }
  const maps = new Map<number, KernelMap>();
  const addresses = new Map<number, bigint>();
  for (let pc = 0; pc < insns.length / SLOT_BYTES;) {
    const insn = decodeInsn(insns, pc)!; // checkProg has decoded it
    checkSupport(attr, pc, insn);
    const map = mapOf(attr, pc, insn, objects);
    if (map !== undefined) {
      maps.set(pc, map);
      addresses.set(pc, mapAddress(attr, pc, insn, map));
    }
    pc += insn.op.slots;
  }
  const wrong = checkMapArgs(insns, (pc) => maps.get(pc));
  if (wrong !== undefined) throw new LoadError('map-arg', name, wrong.message, wrong);
  const usedMaps = [...new Set(maps.values())];
  checkSleep(attr, usedMaps);
  const traits = { type, expectedAttachType, flags };
  for (const map of usedMaps) {
    if (isProgArray(map) && !map.admits(traits)) {
      throw new LoadError(
        'owner',
        name,
        `the prog_array ${map.spec.name} is owned by programs of another kind`,
      );
    }
  }
  const countersAt = memory.alloc(COUNTERS_BYTES);
  if (countersAt === 0) {
    throw new LoadError('memory', name, 'no room for the counters of the program', { errno: -ERRNO.ENOMEM });
  }
  const code = prepareCode(insns, addresses);
  const prog: KernelProg = { ...traits, id: objects.nextProgId(), name, code, usedMaps, countersAt };
  return objects.addProg(prog);
}

/**
 * Refuses programs that may sleep where they may not: by type, and with a prog_array.
 * @see kernel/bpf/verifier.c can_be_sleepable, check_map_prog_compatibility
 */
function checkSleep({ name, type, flags = 0 }: ProgAttr, usedMaps: readonly KernelMap[]): void {
  const sleepable = progTypeRow(type)?.sleepable;
  const asked = (flags & PROG_FLAGS.sleepable) !== 0;
  if (asked && sleepable === undefined) {
    const rule = 'Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable';
    throw new LoadError('sleepable', name, rule);
  }
  if ((asked || sleepable === 'always') && usedMaps.some(isProgArray)) {
    const rule = 'Sleepable programs can only use array, hash, ringbuf and local storage maps';
    throw new LoadError('sleepable', name, rule);
  }
}

/** Refuses what the machine cannot run, and helpers that the program may not call. */
function checkSupport({ name, type, license = '' }: ProgAttr, pc: number, { op, imm }: Insn): void {
  if (op.name === 'ld_func' || op.name === 'may_goto') {
    throw new LoadError('unsupported', name, `${op.name} is not implemented in this machine`, { pc });
  }
  if (op.name !== 'call_helper') return;
  const helper = helperName(imm)!; // checkProg knows all helpers that are called
  const row = helperRow(helper);
  if (row.progTypes !== undefined && !(row.progTypes as readonly string[]).includes(type)) {
    throw new LoadError('helper', name, `program of this type cannot use helper bpf_${helper}#${imm}`, {
      pc,
    });
  }
  const gplFree = (row.gplFreeIn ?? []) as readonly string[]; // widened, as `type` is any text
  if (row.gplOnly === true && !gplFree.includes(type) && !GPL_LICENSES.has(license)) {
    const why = `bpf_${helper} needs the licence GPL, and the object's is "${license}"`;
    const rule = 'cannot call GPL-restricted function from non-GPL compatible program';
    throw new LoadError('license', name, `${rule} (${why})`, { pc });
  }
}

/** The map that a wide insn names by fd. */
function mapOf(
  { name }: ProgAttr,
  pc: number,
  { op, imm }: Insn,
  objects: ObjectTable,
): KernelMap | undefined {
  if (op.name !== 'ld_map_fd' && op.name !== 'ld_map_value') return undefined;
  const target = objects.target(imm);
  if (target?.kind === 'map') return target.map;
  const errno = target === undefined ? -ERRNO.EBADF : -ERRNO.EINVAL;
  throw new LoadError('reloc', name, `fd ${imm} is not pointing to valid bpf_map`, { errno, pc });
}

/** What the wide insn loads: the map's own address, or that of its only value. @see kernel/bpf/arraymap.c array_map_direct_value_addr */
function mapAddress({ name }: ProgAttr, pc: number, { op, hi }: Insn, map: KernelMap): bigint {
  if (op.name === 'ld_map_fd') return addressOf(map.at);
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
