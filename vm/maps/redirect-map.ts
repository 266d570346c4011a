// devmap, devmap_hash, cpumap, xskmap: where bpf_redirect_map may send a packet. Programs look entries up and send packets there; user space fills
// them. The machine has no list of network devices: it takes every index above 0. There are no AF_XDP sockets, so nothing fits into an xskmap.
//
//   value: device index or queue size u32 | program u32: its fd when written, its id when read; absent in values of 4 bytes
//
// @see kernel/bpf/devmap.c, kernel/bpf/cpumap.c, net/xdp/xskmap.c
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import { createHash } from './hash.ts';
import { plainRegion } from '../memory/regions.ts';
import {
  allocMap,
  indexOf,
  invalid,
  MAP_HEADER_BYTES,
  nextIndex,
  roundUp8,
  type KernelMap,
  type MapContext,
  type MapRefusal,
} from './map.ts';
import { isLikeOwner, OWNER_BYTES, type OwnerTraits } from './prog-owner.ts';
import { UPDATE_FLAGS } from './types.ts';

/** expected_attach_type of the programs that an entry may name. @see include/uapi/linux/bpf.h BPF_XDP_DEVMAP, BPF_XDP_CPUMAP */
const ATTACH_TYPES = { devmap: 33, devmap_hash: 33, cpumap: 35 } as const;
/** Most CPUs of a cpumap: CONFIG_NR_CPUS as distributions set it. */
const MAX_CPUS = 8192;
const MAX_QUEUE = 16_384;
const MAX_HASH_ENTRIES = 2 ** 31;
/** Spare bytes behind each entry, so that an access past its end is caught. */
const GUARD_BYTES = 8;

type Filled = keyof typeof ATTACH_TYPES;

export function checkRedirectMap({ type, keySize, valueSize, maxEntries }: MapSpec): MapRefusal | undefined {
  const wide = valueSize === 8 && type !== 'xskmap';
  if (maxEntries === 0 || keySize !== 4 || (valueSize !== 4 && !wide)) {
    return invalid(
      `a ${type} has entries, keys of 4 bytes and values of ${type === 'xskmap' ? '4' : '4 or 8'}; not ${maxEntries}, ${keySize}, ${valueSize}`,
    );
  }
  if (type === 'cpumap' && maxEntries > MAX_CPUS) {
    return { errno: -ERRNO.E2BIG, reason: `a cpumap has at most ${MAX_CPUS} entries and not ${maxEntries}` };
  }
  if (type !== 'devmap_hash' || maxEntries <= MAX_HASH_ENTRIES) return undefined;
  return invalid(`a devmap_hash has at most ${MAX_HASH_ENTRIES} entries and not ${maxEntries}`);
}

/** What stands in an entry, from a value with the fd of a program; -errno for a value that the kind does not take. Undefined empties the entry. */
function entryOf(
  { cpus, progs }: MapContext,
  type: Filled,
  key: number,
  value: Uint8Array,
  admits: (prog: OwnerTraits) => boolean,
): Uint8Array | undefined | number {
  const first = indexOf(value, 0);
  const fd = value.length === 8 ? indexOf(value, 4) | 0 : 0;
  if (type === 'cpumap') {
    if (first > MAX_QUEUE) return -ERRNO.EOVERFLOW;
    if (key >= cpus) return -ERRNO.ENODEV;
  }
  if (first === 0) return type === 'devmap' && fd > 0 ? -ERRNO.EINVAL : undefined;
  const entry = value.slice();
  if (value.length === 8) entry.fill(0, 4);
  if (fd <= 0) return entry;
  const prog = progs.byFd(fd);
  const isOfMap =
    typeof prog !== 'number' && prog.type === 'xdp' && prog.expectedAttachType === ATTACH_TYPES[type];
  // A cpumap says only that it could not make the entry.
  if (!isOfMap || !admits(prog)) return type === 'cpumap' ? -ERRNO.ENOMEM : -ERRNO.EINVAL;
  new DataView(entry.buffer).setUint32(4, prog.id, true);
  return entry;
}

/** Takes and lets go of the programs that entries name. */
function programsOf({ memory, progs }: MapContext, valueSize: number) {
  const at = (entry: number) =>
    entry === 0 || valueSize < 8 ? undefined : progs.byId(memory.view.getUint32(entry + 4, true));
  return {
    hold(entry: number): void {
      const prog = at(entry);
      if (prog !== undefined) progs.hold(prog);
    },
    drop(entry: number): void {
      const prog = at(entry);
      if (prog !== undefined) progs.drop(prog);
    },
  };
}

/** Makes a devmap, cpumap or xskmap, or answers -errno. The spec has passed `checkMapSpec`. */
export function createRedirectArray(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id, files } = context;
  const { maxEntries, valueSize } = spec;
  const type = spec.type as Exclude<Filled, 'devmap_hash'> | 'xskmap'; // kinds.ts makes these here
  const stride = roundUp8(valueSize) + GUARD_BYTES;
  const byteSize = OWNER_BYTES + maxEntries * stride;
  const at = allocMap(context, spec, byteSize);
  if (at === 0) return -ERRNO.ENOMEM;
  const ownerAt = at + MAP_HEADER_BYTES;
  const cellsAt = ownerAt + OWNER_BYTES;
  /** What a program was loaded to be attached to does not matter here. */
  const admits = (prog: OwnerTraits): boolean =>
    isLikeOwner(memory, ownerAt, { type: prog.type, flags: prog.flags, expectedAttachType: 0 });
  const programs = programsOf(context, valueSize);
  const cell = (index: number): number => cellsAt + index * stride;
  const filled = (index: number): number =>
    index < maxEntries && memory.view.getUint32(cell(index), true) !== 0 ? cell(index) : 0;
  const put = (index: number, entry: Uint8Array | undefined): void => {
    const old = filled(index);
    // The new program is held first: it may be the old one.
    if (entry !== undefined && entry.length === 8) holdNew(context, entry);
    programs.drop(old);
    memory.u8.fill(0, cell(index), cell(index) + valueSize);
    if (entry !== undefined) memory.write(cell(index), entry, 0, valueSize);
  };
  const remove = (key: Uint8Array, keyAt: number): number => {
    const index = indexOf(key, keyAt);
    if (index >= maxEntries) return -ERRNO.EINVAL;
    put(index, undefined);
    return 0;
  };

  return {
    kind: type,
    id,
    spec,
    at,
    ...(type === 'xskmap' ? {} : { admits }),
    regions: [
      {
        ...plainRegion(`a value of map ${spec.name}`, cellsAt, maxEntries * stride, false),
        stride,
        size: valueSize,
      },
    ],
    entries: maxEntries,
    userValueSize: valueSize,
    lookup: (key, keyAt) => filled(indexOf(key, keyAt)),
    update: () => -ERRNO.EINVAL,
    remove,
    userLookup(key) {
      if (type === 'xskmap') return -ERRNO.EOPNOTSUPP;
      const at = filled(indexOf(key, 0));
      return at === 0 ? -ERRNO.ENOENT : memory.u8.slice(at, at + valueSize);
    },
    userUpdate(key, value, flags) {
      const index = indexOf(key, 0);
      if (flags > UPDATE_FLAGS.exist) return -ERRNO.EINVAL;
      if (index >= maxEntries) return -ERRNO.E2BIG;
      if (type === 'xskmap')
        return files.fileByFd(indexOf(value, 0)) === -ERRNO.EBADF ? -ERRNO.EBADF : -ERRNO.ENOTSOCK;
      if (flags === UPDATE_FLAGS.noexist) return -ERRNO.EEXIST;
      const entry = entryOf(context, type, index, value, admits);
      if (typeof entry === 'number') return entry;
      put(index, entry);
      return 0;
    },
    userRemove: (key) => remove(key, 0),
    nextKey: (key) => nextIndex(key, maxEntries),
    free() {
      for (let index = 0; index < maxEntries; index++) programs.drop(filled(index));
      memory.free(at, MAP_HEADER_BYTES + byteSize);
    },
  };
}

function holdNew({ progs }: MapContext, entry: Uint8Array): void {
  const prog = progs.byId(indexOf(entry, 4));
  if (prog !== undefined) progs.hold(prog);
}

/** Makes a devmap_hash, or answers -errno: a hash whose values are checked. The spec has passed `checkMapSpec`. */
export function createDevmapHash(context: MapContext, spec: MapSpec): KernelMap | number {
  const hash = createHash(context, { ...spec, flags: 0 }, true);
  if (typeof hash === 'number') return hash;
  const { memory } = context;
  const programs = programsOf(context, spec.valueSize);
  const remove = (key: Uint8Array, keyAt: number): number => {
    programs.drop(hash.lookup(key, keyAt, 0));
    return hash.remove(key, keyAt);
  };
  return {
    kind: 'devmap_hash',
    id: hash.id,
    spec,
    at: hash.at,
    regions: hash.regions.map((region) => ({ ...region, write: false })),
    get entries() {
      return hash.entries;
    },
    userValueSize: spec.valueSize,
    lookup: (key, keyAt, cpu) => hash.lookup(key, keyAt, cpu),
    update: () => -ERRNO.EINVAL,
    remove,
    userLookup: (key) => hash.userLookup(key),
    userUpdate(key, value, flags) {
      if (flags > UPDATE_FLAGS.exist) return -ERRNO.EINVAL;
      if (indexOf(value, 0) === 0) return -ERRNO.EINVAL;
      const old = hash.lookup(key, 0, 0);
      if (old !== 0 && flags === UPDATE_FLAGS.noexist) return -ERRNO.EEXIST;
      const entry = entryOf(context, 'devmap_hash', indexOf(key, 0), value, () => true);
      if (entry === undefined || typeof entry === 'number') return entry ?? -ERRNO.EINVAL;
      const before = old === 0 ? undefined : memory.u8.slice(old, old + spec.valueSize);
      const error = hash.userUpdate(key, entry, UPDATE_FLAGS.any);
      if (error !== 0) return error;
      programs.hold(hash.lookup(key, 0, 0));
      if (before?.length === 8) {
        const prog = context.progs.byId(indexOf(before, 4));
        if (prog !== undefined) context.progs.drop(prog);
      }
      return 0;
    },
    userRemove: (key) => remove(key, 0),
    nextKey: (key) => hash.nextKey(key),
    free() {
      for (let key = hash.nextKey(undefined); typeof key !== 'number'; key = hash.nextKey(key)) {
        programs.drop(hash.lookup(key, 0, 0));
      }
      hash.free();
    },
  };
}
