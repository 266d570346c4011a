// Where the parts of a map stand in linear memory: for an engine that writes look-ups and updates as code of its own. Numbers of one map stand here; what all maps
// of a kind have in common are tables beside the kind (HASH_HEAD, POOL, LRU_NODE and others).

/** What programs find in a cell: a value, or an inner map by the offset of its header in the cell's first word, 0 for none. */
export type CellContent = 'value' | 'map';

/** Cells in a row: that of an index and a CPU is cell index * cpus + cpu. */
export interface CellsLayout {
  readonly kind: 'cells';
  /** Offset of the first cell, and bytes from one to the next. */
  readonly cellsAt: number;
  readonly stride: number;
  /** Cells of an index. */
  readonly cpus: number;
  readonly holds: CellContent;
}

/** Elements of a map that stand in chunks, see element-pool.ts. */
export interface PoolLayout {
  /** Offset of the pool's fields: POOL. */
  readonly at: number;
  /** Bytes from an element to the next, and from an element to its key. */
  readonly stride: number;
  readonly keySkip: number;
  /** Offset in an element of what links unused ones. */
  readonly freeOff: number;
  /** Where the value is: in the element behind its key, or outside, one a CPU. */
  readonly value: ValuePlace;
}

export type ValuePlace =
  | { readonly kind: 'inside'; readonly skip: number }
  /** `skip`: where the offset of the first stands in an element. */
  | { readonly kind: 'percpu'; readonly skip: number; readonly stride: number; readonly cpus: number };

/** Chains of elements, see hash-table.ts. */
export interface TableLayout {
  readonly kind: 'table';
  readonly holds: CellContent;
  /** Which function makes the hash of a key. */
  readonly hash: 'plain' | 'jenkins' | 'number';
  /** Offset of the number of elements in the buckets, u32. */
  readonly entriesAt: number;
  /** Offset of the buckets, u32 each, and how many there are, a power of two. */
  readonly bucketsAt: number;
  readonly buckets: number;
  readonly pool: PoolLayout;
  /** Offset of the spare elements of the CPUs, u32 each, where updates go through them. */
  readonly sparesAt?: number;
  readonly lru?: LruLayout;
}

/** The lists of an LRU map, see lru-lists.ts. */
export interface LruLayout {
  readonly at: number;
  /** Each CPU has a set of lists; else there is one, and local lists of each CPU behind it. */
  readonly isPercpu: boolean;
  readonly cpus: number;
  /** Unused nodes that are fetched at once, and how many nodes are looked at for it. */
  readonly target: number;
  readonly scans: number;
  /** Offset of the node in an element. */
  readonly nodeOff: number;
}

/** A trie of prefixes, see trie.ts and trie-nodes.ts. */
export interface TrieLayout {
  readonly kind: 'trie';
  /** Offset of the root, u32. */
  readonly rootAt: number;
  /** From a node to its value. */
  readonly valueSkip: number;
}

/** A ring of values, see queue-stack.ts. */
export interface RingLayout {
  readonly kind: 'ring';
  /** Offsets of head and tail, u32: indices of cells. */
  readonly headAt: number;
  readonly tailAt: number;
  readonly cellsAt: number;
  readonly stride: number;
  readonly cells: number;
}

/** Bits that values set, see bloom-filter.ts. */
export interface BloomLayout {
  readonly kind: 'bloom';
  readonly countAt: number;
  readonly bitsAt: number;
  /** How many bits, a power of two; as many hash functions as `hashes`, seeds from 0 up. */
  readonly bits: number;
  readonly hashes: number;
}

export type MapLayout = CellsLayout | TableLayout | TrieLayout | RingLayout | BloomLayout;
