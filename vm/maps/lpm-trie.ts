// lpm_trie: longest prefix match. A key is a u32 prefixlen and data whose first bit is the highest of the first byte; a look-up finds the longest stored
// prefix of the key's first prefixlen bits. The map is a header and a trie (trie.ts).
// @see kernel/bpf/lpm_trie.c
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import {
  allocMap,
  invalid,
  MAP_HEADER_BYTES,
  type KernelMap,
  type MapContext,
  type MapRefusal,
} from './map.ts';
import { PREFIX_BYTES } from './trie-nodes.ts';
import { Trie, TRIE_BYTES } from './trie.ts';
import { hasFlag } from './types.ts';

const MAX_DATA_BYTES = 256;
/** One kmalloc, less the data and the kernel's node header. */
const MAX_VALUE_BYTES = 0x40_0000 - MAX_DATA_BYTES - 40;

/** @see kernel/bpf/lpm_trie.c trie_alloc */
export function checkLpmTrie(spec: MapSpec): MapRefusal | undefined {
  const { keySize, valueSize, maxEntries, flags } = spec;
  if (maxEntries === 0) return invalid('max entries must not be 0');
  if (!hasFlag(flags, 'no_prealloc'))
    return invalid('nodes of an lpm_trie are made as they are needed: no_prealloc must be set');
  if (keySize <= PREFIX_BYTES || keySize > PREFIX_BYTES + MAX_DATA_BYTES) {
    return invalid(
      `keys of an lpm_trie are 5 to ${PREFIX_BYTES + MAX_DATA_BYTES} bytes long and not ${keySize}`,
    );
  }
  if (valueSize >= 1 && valueSize <= MAX_VALUE_BYTES) return undefined;
  return invalid(`values of an lpm_trie are 1 to ${MAX_VALUE_BYTES} bytes long and not ${valueSize}`);
}

/** Makes an lpm_trie map, or answers -errno. The spec has passed `checkMapSpec`. */
export function createLpmTrie(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id } = context;
  const { valueSize, maxEntries } = spec;
  const at = allocMap(context, spec, TRIE_BYTES);
  if (at === 0) return -ERRNO.ENOMEM;
  const trie = new Trie(context, spec, at + MAP_HEADER_BYTES);

  const remove: KernelMap['remove'] = (key, keyAt) => trie.remove(key, keyAt);
  return {
    kind: 'lpm_trie',
    id,
    spec,
    at,
    get regions() {
      return trie.pool.regions;
    },
    get entries() {
      return trie.entries;
    },
    userValueSize: valueSize,
    lookup: (key, keyAt) => trie.lookup(key, keyAt),
    update: (key, keyAt, value, valueAt, flags) => trie.update(key, keyAt, value, valueAt, flags, maxEntries),
    remove,
    userLookup(key) {
      const value = trie.lookup(key, 0);
      return value === 0 ? -ERRNO.ENOENT : memory.u8.slice(value, value + valueSize);
    },
    userUpdate: (key, value, flags) => trie.update(key, 0, value, 0, flags, maxEntries),
    userRemove: (key) => remove(key, 0),
    nextKey(key) {
      const node = trie.nextNode(key);
      return node === 0 ? -ERRNO.ENOENT : trie.nodes.keyOf(node);
    },
    layout: trie.layout,
    free() {
      trie.pool.free();
      memory.free(at, MAP_HEADER_BYTES + TRIE_BYTES);
    },
  };
}
