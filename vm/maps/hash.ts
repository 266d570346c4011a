// hash and percpu_hash: all elements made at creation, or with BPF_F_NO_PREALLOC as they are needed.
//
//   the kind's own bytes: one spare element a CPU, u32 each       head of an element: next | hash, or the next unused one | values of all CPUs
//
// An update of an existing key of a hash fills the spare element of the CPU, puts it at the head of its chain and takes the old one out, which becomes the
// spare: a program that still holds the address of the old value reads the old value, as on Linux. Without spare elements (BPF_F_NO_PREALLOC) the
// old one is the next to be used. A percpu_hash writes the values where they are, and so does a hash under BPF_F_LOCK.
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import { HASH_FREE_OFF, HASH_HEAD_BYTES, HashTable } from './hash-table.ts';
import { checkNotZero, invalid, roundUp8, type KernelMap, type MapContext, type MapRefusal } from './map.ts';
import { MAX_PERCPU_VALUE_BYTES } from './percpu-array.ts';
import { copyPercpu, initPercpu, percpuBytes, releasePercpu, writePercpu } from './percpu-values.ts';
import { hasFlag, UPDATE_FLAGS } from './types.ts';
import { clearFields, copyValue, hasSpinLock, kernelFields, writeValue } from './value-fields.ts';

/** Key plus value: what one kmalloc can give, less the kernel's element header. */
const MAX_ELEMENT_BYTES = 0x40_0000 - 48;
const MAX_ENTRIES = 0x8000_0000;

/** With the offset of the values. */
const PERCPU_HEAD_BYTES = HASH_HEAD_BYTES + 4;

/** What all hash maps demand of sizes. @see kernel/bpf/hashtab.c htab_map_alloc_check */
export function checkHashSizes(spec: MapSpec, isPercpu: boolean): MapRefusal | undefined {
  const { type, keySize, valueSize, maxEntries } = spec;
  const zero = checkNotZero(spec);
  if (zero !== undefined) return zero;
  if (keySize + valueSize >= MAX_ELEMENT_BYTES || maxEntries > MAX_ENTRIES) {
    const reason = `an element of ${keySize + valueSize} bytes, or ${maxEntries} of them, is more than the kernel allows`;
    return { errno: -ERRNO.E2BIG, reason };
  }
  if (!isPercpu || roundUp8(valueSize) <= MAX_PERCPU_VALUE_BYTES) return undefined;
  const reason = `values of ${type} maps are at most ${MAX_PERCPU_VALUE_BYTES} bytes long and not ${valueSize}`;
  return { errno: -ERRNO.E2BIG, reason };
}

export function checkHash(spec: MapSpec): MapRefusal | undefined {
  return checkHashSizes(spec, false);
}

export function checkPercpuHash(spec: MapSpec): MapRefusal | undefined {
  if (hasFlag(spec.flags, 'numa_node'))
    return invalid('values of each CPU lie where the CPU is: no numa_node');
  return checkHashSizes(spec, true);
}

/** 0, or why an update with these flags does not go on when there is, or is not, an element with the key. `flags` are known ones. */
export function checkExists(old: number, flags: number): number {
  if (old !== 0 && (flags & UPDATE_FLAGS.noexist) !== 0) return -ERRNO.EEXIST;
  return old === 0 && (flags & UPDATE_FLAGS.exist) !== 0 ? -ERRNO.ENOENT : 0;
}

function makeTable(
  context: MapContext,
  spec: MapSpec,
  cpus: number,
  isByNumber = false,
): HashTable | undefined {
  const { keySize, valueSize, maxEntries, flags } = spec;
  const isFilled = !hasFlag(flags, 'no_prealloc');
  const spares = isFilled && cpus === 0 ? context.cpus : 0;
  const table = HashTable.make(context, spec, {
    element: {
      headBytes: cpus === 0 ? HASH_HEAD_BYTES : PERCPU_HEAD_BYTES,
      freeOff: HASH_FREE_OFF,
      keyBytes: keySize,
      valueBytes: valueSize,
      cpus,
      isCell: true,
    },
    // A hash that grows fills a new element before it lets the old one go.
    elements: maxEntries + (isFilled ? spares : 1),
    capacity: maxEntries,
    isFilled,
    ownBytes: 4 * spares,
    isByNumber,
  });
  if (table === undefined) return undefined;
  for (let cpu = 0; cpu < spares; cpu++) {
    context.memory.view.setUint32(table.ownAt + 4 * cpu, table.pool.take(), true);
  }
  return table;
}

/** Makes a hash map, or answers -errno. The spec has passed `checkMapSpec`. With `isByNumber` keys are u32, and hashes of themselves. */
export function createHash(context: MapContext, spec: MapSpec, isByNumber = false): KernelMap | number {
  const { memory, id } = context;
  const { valueSize, maxEntries } = spec;
  const table = makeTable(context, spec, 0, isByNumber);
  if (table === undefined) return -ERRNO.ENOMEM;
  const { pool } = table;
  const { valueSkip } = pool;
  const fields = kernelFields(spec);
  const hasLock = hasSpinLock(spec);
  const hasSpares = !hasFlag(spec.flags, 'no_prealloc');

  const fill = (
    element: number,
    key: Uint8Array,
    keyAt: number,
    value: Uint8Array,
    valueAt: number,
  ): void => {
    table.writeKey(element, key, keyAt);
    if (fields !== undefined) clearFields(memory, element + valueSkip, fields);
    writeValue(memory, element + valueSkip, value, valueAt, valueSize, fields);
  };
  const update: KernelMap['update'] = (key, keyAt, value, valueAt, flags, cpu) => {
    if (flags > UPDATE_FLAGS.exist) {
      if ((flags & ~UPDATE_FLAGS.lock) >>> 0 > UPDATE_FLAGS.exist || !hasLock) return -ERRNO.EINVAL;
    }
    const hash = table.hash(key, keyAt);
    const old = table.find(hash, key, keyAt);
    if (flags !== UPDATE_FLAGS.any) {
      const error = checkExists(old, flags);
      if (error !== 0) return error;
      if (old !== 0 && (flags & UPDATE_FLAGS.lock) !== 0) {
        writeValue(memory, old + valueSkip, value, valueAt, valueSize, fields);
        return 0;
      }
    }
    if (old !== 0 && hasSpares) {
      const spareAt = table.ownAt + 4 * cpu;
      const element = memory.view.getUint32(spareAt, true);
      fill(element, key, keyAt, value, valueAt);
      table.replace(old, element, hash);
      memory.view.setUint32(spareAt, old, true);
      if (fields !== undefined) context.released(fields, old + valueSkip);
      return 0;
    }
    if (old === 0 && table.entries >= maxEntries) return -ERRNO.E2BIG;
    const ours = memory.u8;
    const element = pool.take();
    if (element === 0) return -ERRNO.ENOMEM;
    // A new chunk replaces the memory's views, and with them the bytes that a program's key and value are in.
    fill(element, key === ours ? memory.u8 : key, keyAt, value === ours ? memory.u8 : value, valueAt);
    if (old === 0) {
      table.link(element, hash);
      return 0;
    }
    table.replace(old, element, hash);
    if (fields !== undefined) context.released(fields, old + valueSkip);
    pool.give(old);
    return 0;
  };
  return mapOfTable(table, {
    kind: 'hash',
    id,
    spec,
    userValueSize: valueSize,
    lookup(key, keyAt) {
      const element = table.find(table.hash(key, keyAt), key, keyAt);
      return element === 0 ? 0 : element + valueSkip;
    },
    update,
    layout: hasSpares ? { ...table.layout, sparesAt: table.ownAt } : table.layout,
    userUpdate: (key, value, flags) => update(key, 0, value, 0, flags, 0),
    copy: (at) => copyValue(memory, at, valueSize, fields),
    discard(element) {
      if (fields !== undefined) context.released(fields, element + valueSkip);
      pool.give(element);
    },
  });
}

/** Makes a percpu_hash map, or answers -errno. The spec has passed `checkMapSpec`. */
export function createPercpuHash(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id, cpus } = context;
  const { valueSize, maxEntries } = spec;
  const table = makeTable(context, spec, cpus);
  if (table === undefined) return -ERRNO.ENOMEM;
  const { pool } = table;
  const fields = kernelFields(spec);
  const layout = { cpus, valueSize, stride: pool.valueStride, fields };

  /** An element for a key that is not there, its values not written; or -errno. */
  const add = (hash: number, key: Uint8Array, keyAt: number): number => {
    if (table.entries >= maxEntries) return -ERRNO.E2BIG;
    const ours = memory.u8;
    const element = pool.take();
    if (element === 0) return -ERRNO.ENOMEM;
    table.writeKey(element, key === ours ? memory.u8 : key, keyAt);
    table.link(element, hash);
    return element;
  };
  return mapOfTable(table, {
    kind: 'percpu_hash',
    id,
    spec,
    userValueSize: percpuBytes(valueSize, cpus),
    lookup: (key, keyAt, cpu) => table.valueOf(key, keyAt, cpu),
    update(key, keyAt, value, valueAt, flags, cpu) {
      if (flags > UPDATE_FLAGS.exist) return -ERRNO.EINVAL;
      const hash = table.hash(key, keyAt);
      const old = table.find(hash, key, keyAt);
      const error = checkExists(old, flags);
      if (error !== 0) return error;
      if (old !== 0) {
        writeValue(memory, pool.valueAt(old, cpu), value, valueAt, valueSize, fields);
        if (fields !== undefined) context.released(fields, pool.valueAt(old, cpu));
        return 0;
      }
      const ours = memory.u8;
      const element = add(hash, key, keyAt);
      if (element < 0) return element;
      const bytes = value === ours ? memory.u8 : value;
      initPercpu(memory, pool.valueAt(element, 0), bytes, valueAt, cpu, layout);
      return 0;
    },
    userUpdate(key, values, flags) {
      if (flags > UPDATE_FLAGS.exist) return -ERRNO.EINVAL;
      const hash = table.hash(key, 0);
      const old = table.find(hash, key, 0);
      const error = checkExists(old, flags);
      if (error !== 0) return error;
      const element = old === 0 ? add(hash, key, 0) : old;
      if (element < 0) return element;
      writePercpu(memory, pool.valueAt(element, 0), values, layout);
      if (old !== 0) releasePercpu(context, pool.valueAt(old, 0), layout);
      return 0;
    },
    copy: (at) => copyPercpu(memory, at, layout),
    discard(element) {
      releasePercpu(context, pool.valueAt(element, 0), layout);
      pool.give(element);
    },
  });
}

/** What a kind adds to its table. */
export interface TableMapParts extends Pick<
  KernelMap,
  'kind' | 'id' | 'spec' | 'userValueSize' | 'lookup' | 'update' | 'userUpdate' | 'layout'
> {
  /** The value, or the values of all CPUs, at an offset, as user space gets it. */
  readonly copy: (at: number) => Uint8Array;
  /** An element has been taken out: what its value holds is released, and it is unused again. */
  readonly discard: (element: number) => void;
}

/** A map whose elements are those of a table. */
export function mapOfTable(table: HashTable, { copy, discard, ...parts }: TableMapParts): KernelMap {
  const remove: KernelMap['remove'] = (key, keyAt) => {
    const element = table.takeKey(key, keyAt);
    if (element === 0) return -ERRNO.ENOENT;
    discard(element);
    return 0;
  };
  const userLookup: KernelMap['userLookup'] = (key) => {
    const at = table.valueOf(key, 0, 0);
    return at === 0 ? -ERRNO.ENOENT : copy(at);
  };
  return {
    at: table.at,
    get regions() {
      return table.pool.regions;
    },
    get entries() {
      return table.entries;
    },
    remove,
    userLookup,
    userRemove: (key) => remove(key, 0),
    userTake(key) {
      const value = userLookup(key);
      if (typeof value !== 'number') remove(key, 0);
      return value;
    },
    nextKey: (key) => table.nextKey(key),
    layout: table.layout,
    ...parts,
    buckets: table,
    walk: table,
    free: () => table.free(),
  };
}
