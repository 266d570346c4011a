// lru_hash and lru_percpu_hash: hash maps that evict when they are full.
//
//   the kind's own bytes: the lists of lru-lists.ts       head of an element: next | hash | node of a list, 12 bytes | values of all CPUs
//
// An update takes an unused element before it looks for the key, as on Linux, and that may evict: even the key that is updated. So a map can be short of
// its maxEntries while CPUs keep unused elements. User space counts as CPU 0, and its look-ups leave the order of eviction alone.
// @see kernel/bpf/hashtab.c htab_lru_map_update_elem, __htab_lru_percpu_map_update_elem
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import { HashTable } from './hash-table.ts';
import { checkExists, checkHashSizes, mapOfTable } from './hash.ts';
import { lruBytes, LruLists } from './lru-lists.ts';
import { LRU_NODE_BYTES } from './lru-nodes.ts';
import type { TableLayout } from './layout.ts';
import { invalid, type KernelMap, type MapContext, type MapRefusal } from './map.ts';
import { copyPercpu, initPercpu, percpuBytes, releasePercpu, writePercpu } from './percpu-values.ts';
import { hasFlag, UPDATE_FLAGS } from './types.ts';
import { clearFields, copyValue, kernelFields, writeValue } from './value-fields.ts';

/** Offset of the node in an element. */
const NODE_OFF = 8;
const HEAD_BYTES = NODE_OFF + LRU_NODE_BYTES + 4;
const USER_CPU = 0;

function checkLru(spec: MapSpec, isPercpu: boolean): MapRefusal | undefined {
  const { type, flags } = spec;
  if (hasFlag(flags, 'no_prealloc')) {
    return { errno: -ERRNO.ENOTSUPP, reason: `a ${type} makes all its elements at creation: no no_prealloc` };
  }
  if (hasFlag(flags, 'numa_node') && (isPercpu || hasFlag(flags, 'no_common_lru'))) {
    return invalid('what each CPU has lies where the CPU is: no numa_node');
  }
  return checkHashSizes(spec, isPercpu);
}

/** @see kernel/bpf/hashtab.c htab_map_alloc_check */
export function checkLruHash(spec: MapSpec): MapRefusal | undefined {
  return checkLru(spec, false);
}

export function checkLruPercpuHash(spec: MapSpec): MapRefusal | undefined {
  return checkLru(spec, true);
}

/** Lets go of what the value of an element holds. */
type Release = (table: HashTable, element: number) => void;

/** A hash table with its lists: elements are taken from them and given back to them. */
class LruTable {
  readonly table: HashTable;
  private readonly lists: LruLists;
  private readonly release: Release;

  get layout(): TableLayout {
    return { ...this.table.layout, lru: this.lists.layout(NODE_OFF) };
  }

  private constructor(table: HashTable, lists: LruLists, release: Release) {
    this.table = table;
    this.lists = lists;
    this.release = release;
  }

  /** Undefined when there is no memory. `cpus` of the elements are 0 for one value; `release` is told each element that goes. */
  static make(context: MapContext, spec: MapSpec, cpus: number, release: Release): LruTable | undefined {
    const isPercpu = hasFlag(spec.flags, 'no_common_lru');
    // Lists of their own: each CPU the same number of elements.
    const elements = isPercpu ? Math.ceil(spec.maxEntries / context.cpus) * context.cpus : spec.maxEntries;
    const table = HashTable.make(context, spec, {
      element: {
        headBytes: HEAD_BYTES,
        freeOff: NODE_OFF,
        keyBytes: spec.keySize,
        valueBytes: spec.valueSize,
        cpus,
        isCell: true,
      },
      elements,
      capacity: elements,
      isFilled: true,
      ownBytes: lruBytes(context.cpus, isPercpu),
    });
    if (table === undefined) return undefined;
    const lists = new LruLists(context.memory, table.ownAt, context.cpus, isPercpu, elements, {
      evict(node) {
        const element = node - NODE_OFF;
        if (!table.unlink(element)) return false;
        release(table, element);
        return true;
      },
      claim: (node, hash) => table.setHash(node - NODE_OFF, hash),
    });
    lists.init();
    const share = isPercpu ? elements / context.cpus : elements;
    for (let i = 0; i < elements; i++) lists.add(table.pool.take() + NODE_OFF, Math.floor(i / share));
    return new LruTable(table, lists, release);
  }

  /** An element that is in no bucket, with this key; 0 when none can be had. */
  take(hash: number, key: Uint8Array, keyAt: number, cpu: number): number {
    const node = this.lists.take(hash, cpu);
    if (node === 0) return 0;
    this.table.writeKey(node - NODE_OFF, key, keyAt);
    return node - NODE_OFF;
  }

  give(element: number): void {
    this.lists.give(element + NODE_OFF);
  }

  /** Gives an element back that had a value. */
  discard(element: number): void {
    this.release(this.table, element);
    this.give(element);
  }

  reference(element: number): void {
    this.lists.reference(element + NODE_OFF);
  }

  /** The element of a key, marked as used; 0 for none. */
  use(key: Uint8Array, keyAt: number): number {
    const element = this.table.find(this.table.hash(key, keyAt), key, keyAt);
    if (element !== 0) this.reference(element);
    return element;
  }
}

/** Makes an lru_hash map, or answers -errno. The spec has passed `checkMapSpec`. */
export function createLruHash(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id } = context;
  const { valueSize } = spec;
  const fields = kernelFields(spec);
  const released = ({ pool }: HashTable, element: number): void => {
    if (fields !== undefined) context.released(fields, element + pool.valueSkip);
  };
  const lru = LruTable.make(context, spec, 0, released);
  if (lru === undefined) return -ERRNO.ENOMEM;
  const { table } = lru;
  const { pool } = table;
  const { valueSkip } = pool;

  const update: KernelMap['update'] = (key, keyAt, value, valueAt, flags, cpu) => {
    if (flags > UPDATE_FLAGS.exist) return -ERRNO.EINVAL;
    const hash = table.hash(key, keyAt);
    const element = lru.take(hash, key, keyAt, cpu);
    if (element === 0) return -ERRNO.ENOMEM;
    // Before the value is written: the key may stand in what was just evicted.
    const old = table.find(hash, key, keyAt);
    if (fields !== undefined) clearFields(memory, element + valueSkip, fields);
    writeValue(memory, element + valueSkip, value, valueAt, valueSize, fields);
    const error = checkExists(old, flags);
    if (error !== 0) {
      lru.give(element);
      return error;
    }
    table.link(element, hash);
    if (old === 0) return 0;
    lru.reference(element);
    table.unlink(old);
    lru.discard(old);
    return 0;
  };
  return mapOfTable(table, {
    kind: 'lru_hash',
    id,
    spec,
    userValueSize: valueSize,
    lookup(key, keyAt) {
      const element = lru.use(key, keyAt);
      return element === 0 ? 0 : element + valueSkip;
    },
    update,
    userUpdate: (key, value, flags) => update(key, 0, value, 0, flags, USER_CPU),
    copy: (at) => copyValue(memory, at, valueSize, fields),
    discard: (element) => lru.discard(element),
    layout: lru.layout,
  });
}

/** Makes an lru_percpu_hash map, or answers -errno. The spec has passed `checkMapSpec`. */
export function createLruPercpuHash(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id, cpus } = context;
  const { valueSize } = spec;
  const fields = kernelFields(spec);
  const released = ({ pool }: HashTable, element: number): void =>
    releasePercpu(context, pool.valueAt(element, 0), { cpus, valueSize, stride: pool.valueStride, fields });
  const lru = LruTable.make(context, spec, cpus, released);
  if (lru === undefined) return -ERRNO.ENOMEM;
  const { table } = lru;
  const { pool } = table;
  const layout = { cpus, valueSize, stride: pool.valueStride, fields };

  /** Writes the value of `cpu`, or of all CPUs; the element counts for the lists of `cpu`. 0 or -errno. */
  const write = (
    key: Uint8Array,
    keyAt: number,
    values: Uint8Array,
    valuesAt: number,
    flags: number,
    cpu: number,
    isAll: boolean,
  ): number => {
    if (flags > UPDATE_FLAGS.exist) return -ERRNO.EINVAL;
    const hash = table.hash(key, keyAt);
    const isAdding = flags !== UPDATE_FLAGS.exist;
    const added = isAdding ? lru.take(hash, key, keyAt, cpu) : 0;
    if (isAdding && added === 0) return -ERRNO.ENOMEM;
    const old = table.find(hash, key, keyAt);
    const error = checkExists(old, flags);
    if (error === 0) {
      const at = pool.valueAt(old === 0 ? added : old, 0);
      if (isAll) writePercpu(memory, at, values, layout);
      else if (old === 0) initPercpu(memory, at, values, valuesAt, cpu, layout);
      else writeValue(memory, at + cpu * layout.stride, values, valuesAt, valueSize, fields);
      if (old === 0) {
        table.link(added, hash);
        return 0;
      }
      lru.reference(old);
      if (isAll) releasePercpu(context, at, layout);
      else if (fields !== undefined) context.released(fields, at + cpu * layout.stride);
    }
    if (isAdding) lru.give(added);
    return error;
  };
  return mapOfTable(table, {
    kind: 'lru_percpu_hash',
    id,
    spec,
    userValueSize: percpuBytes(valueSize, cpus),
    lookup(key, keyAt, cpu) {
      const element = lru.use(key, keyAt);
      return element === 0 ? 0 : pool.valueAt(element, cpu);
    },
    update: (key, keyAt, value, valueAt, flags, cpu) => write(key, keyAt, value, valueAt, flags, cpu, false),
    userUpdate: (key, values, flags) => write(key, 0, values, 0, flags, USER_CPU, true),
    copy: (at) => copyPercpu(memory, at, layout),
    discard: (element) => lru.discard(element),
    layout: lru.layout,
  });
}
