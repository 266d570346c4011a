// All map types of the kernel, and the flags of BPF_MAP_CREATE. Rows with `kind` have an implementation here.

/** A map type: the kernel's number, and how it is made here. */
export interface MapTypeRow {
  readonly number: number;
  /** The implementation; absent: the machine refuses to create such a map. */
  readonly kind?: 'array' | 'hash' | 'percpu_array' | 'prog_array';
}

/** By the kernel's name without BPF_MAP_TYPE_, in lower case. @see include/uapi/linux/bpf.h enum bpf_map_type */
// oxfmt-ignore
export const MAP_TYPES = {
  hash:                  { number: 1, kind: 'hash' },
  array:                 { number: 2, kind: 'array' },
  prog_array:            { number: 3, kind: 'prog_array' },
  perf_event_array:      { number: 4 },
  percpu_hash:           { number: 5 },
  percpu_array:          { number: 6, kind: 'percpu_array' },
  stack_trace:           { number: 7 },
  cgroup_array:          { number: 8 },
  lru_hash:              { number: 9 },
  lru_percpu_hash:       { number: 10 },
  lpm_trie:              { number: 11 },
  array_of_maps:         { number: 12 },
  hash_of_maps:          { number: 13 },
  devmap:                { number: 14 },
  sockmap:               { number: 15 },
  cpumap:                { number: 16 },
  xskmap:                { number: 17 },
  sockhash:              { number: 18 },
  cgroup_storage:        { number: 19 },
  reuseport_sockarray:   { number: 20 },
  percpu_cgroup_storage: { number: 21 },
  queue:                 { number: 22 },
  stack:                 { number: 23 },
  sk_storage:            { number: 24 },
  devmap_hash:           { number: 25 },
  struct_ops:            { number: 26 },
  ringbuf:               { number: 27 },
  inode_storage:         { number: 28 },
  task_storage:          { number: 29 },
  bloom_filter:          { number: 30 },
  user_ringbuf:          { number: 31 },
  cgrp_storage:          { number: 32 },
  arena:                 { number: 33 },
  insn_array:            { number: 34 },
} as const satisfies Record<string, MapTypeRow>;
export type MapTypeName = keyof typeof MAP_TYPES;

/** Types that the machine can create. */
export type MapKind = NonNullable<MapTypeRow['kind']>;

/** The row of a type by its name, undefined for a name the kernel does not have. */
export function mapTypeRow(name: string): MapTypeRow | undefined {
  return Object.hasOwn(MAP_TYPES, name) ? MAP_TYPES[name as MapTypeName] : undefined; // hasOwn has just checked the name
}

/** Flags of a map. `of` says which kinds take one at creation. @see include/uapi/linux/bpf.h BPF_F_* */
// oxfmt-ignore
export const MAP_FLAGS = {
  no_prealloc: { bit: 1 << 0,  of: ['hash'] },
  numa_node:   { bit: 1 << 2,  of: ['array', 'hash', 'prog_array'] },
  rdonly:      { bit: 1 << 3,  of: ['array', 'hash', 'percpu_array', 'prog_array'] },
  wronly:      { bit: 1 << 4,  of: ['array', 'hash', 'percpu_array', 'prog_array'] },
  zero_seed:   { bit: 1 << 6,  of: ['hash'] },
  rdonly_prog: { bit: 1 << 7,  of: ['array', 'hash', 'percpu_array'] },
  wronly_prog: { bit: 1 << 8,  of: ['array', 'hash', 'percpu_array'] },
  mmapable:    { bit: 1 << 10, of: ['array'] },
  inner_map:   { bit: 1 << 12, of: ['array'] },
} as const satisfies Record<string, { bit: number; of: readonly MapKind[] }>;
export type MapFlagName = keyof typeof MAP_FLAGS;

/** True when the flag is set in `flags`. */
export function hasFlag(flags: number, name: MapFlagName): boolean {
  return (flags & MAP_FLAGS[name].bit) !== 0;
}

/** Flags of an update. @see include/uapi/linux/bpf.h */
export const UPDATE_FLAGS = { any: 0, noexist: 1, exist: 2, lock: 4 } as const satisfies Record<
  string,
  number
>;
