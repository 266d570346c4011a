// All map types of the kernel, and the flags of BPF_MAP_CREATE. kinds.ts says which can be created here.

/** A map type: the kernel's number. */
export interface MapTypeRow {
  readonly number: number;
}

/** By the kernel's name without BPF_MAP_TYPE_, in lower case. @see include/uapi/linux/bpf.h enum bpf_map_type */
// oxfmt-ignore
export const MAP_TYPES = {
  hash:                  { number: 1 },
  array:                 { number: 2 },
  prog_array:            { number: 3 },
  perf_event_array:      { number: 4 },
  percpu_hash:           { number: 5 },
  percpu_array:          { number: 6 },
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

/** The row of a type by its name, undefined for a name the kernel does not have. */
export function mapTypeRow(name: string): MapTypeRow | undefined {
  return Object.hasOwn(MAP_TYPES, name) ? MAP_TYPES[name as MapTypeName] : undefined; // hasOwn has just checked the name
}

const HASHES = ['hash', 'percpu_hash', 'lru_hash', 'lru_percpu_hash', 'hash_of_maps'] as const;
const FD_ARRAYS = ['prog_array', 'perf_event_array', 'cgroup_array', 'array_of_maps'] as const;
const QUEUES = ['queue', 'stack'] as const;
const RINGS = ['ringbuf', 'user_ringbuf'] as const;
const REDIRECTS = ['devmap', 'devmap_hash', 'cpumap', 'xskmap'] as const;
const STORAGES = ['task_storage', 'cgrp_storage', 'sk_storage', 'inode_storage'] as const;
/** Types whose values programs can be kept from reading or writing. */
const GUARDED = ['array', 'percpu_array', ...HASHES, 'lpm_trie', ...QUEUES, 'bloom_filter'] as const;

/** Flags of a map. `of` says which types take one at creation; a type's own check may refuse a combination. @see include/uapi/linux/bpf.h BPF_F_* */
// oxfmt-ignore
export const MAP_FLAGS = {
  no_prealloc:    { bit: 1 << 0,  of: [...HASHES, 'lpm_trie', ...STORAGES] },
  no_common_lru:  { bit: 1 << 1,  of: ['lru_hash', 'lru_percpu_hash'] },
  numa_node:      { bit: 1 << 2,  of: [...HASHES, 'array', ...FD_ARRAYS, 'lpm_trie', ...QUEUES, ...RINGS, ...REDIRECTS, 'stack_trace', 'bloom_filter'] },
  rdonly:         { bit: 1 << 3,  of: [...GUARDED, ...FD_ARRAYS, 'devmap', 'devmap_hash', 'xskmap', 'stack_trace'] },
  wronly:         { bit: 1 << 4,  of: [...GUARDED, ...FD_ARRAYS, 'devmap', 'devmap_hash', 'xskmap', 'stack_trace'] },
  stack_build_id: { bit: 1 << 5,  of: ['stack_trace'] },
  zero_seed:      { bit: 1 << 6,  of: [...HASHES, 'bloom_filter'] },
  rdonly_prog:    { bit: 1 << 7,  of: GUARDED },
  wronly_prog:    { bit: 1 << 8,  of: GUARDED },
  clone:          { bit: 1 << 9,  of: STORAGES },
  mmapable:       { bit: 1 << 10, of: ['array'] },
  preserve_elems: { bit: 1 << 11, of: ['perf_event_array'] },
  inner_map:      { bit: 1 << 12, of: ['array'] },
} as const satisfies Record<string, { bit: number; of: readonly MapTypeName[] }>;
export type MapFlagName = keyof typeof MAP_FLAGS;

/** True when the flag is set in `flags`. */
export function hasFlag(flags: number, name: MapFlagName): boolean {
  return (flags & MAP_FLAGS[name].bit) !== 0;
}

/** True when programs may not write the values: the kernel sets rdonly_prog itself for maps of devices. @see kernel/bpf/devmap.c dev_map_init_map */
export function isReadonlyForProgs({
  type,
  flags,
}: {
  readonly type: string;
  readonly flags: number;
}): boolean {
  return hasFlag(flags, 'rdonly_prog') || type === 'devmap' || type === 'devmap_hash';
}

/** Flags of an update. @see include/uapi/linux/bpf.h */
export const UPDATE_FLAGS = { any: 0, noexist: 1, exist: 2, lock: 4 } as const satisfies Record<
  string,
  number
>;
