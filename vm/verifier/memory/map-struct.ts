// Loads from the kernel's struct of a map, through a pointer to the map itself.
import { mapTypeRow, type MapTypeName } from '../../maps/types.ts';
import { accessBtf } from '../ctx/btf-access.ts';
import type { Env } from '../env.ts';
import { makeReg, withReg, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';

/** @see struct bpf_map_ops map_btf_id */
// oxfmt-ignore
const STRUCTS: Partial<Record<MapTypeName, string>> = {
  hash:                  'bpf_htab',
  percpu_hash:           'bpf_htab',
  lru_hash:              'bpf_htab',
  lru_percpu_hash:       'bpf_htab',
  hash_of_maps:          'bpf_htab',
  array:                 'bpf_array',
  percpu_array:          'bpf_array',
  prog_array:            'bpf_array',
  perf_event_array:      'bpf_array',
  cgroup_array:          'bpf_array',
  array_of_maps:         'bpf_array',
  bloom_filter:          'bpf_bloom_filter',
  lpm_trie:              'lpm_trie',
  stack_trace:           'bpf_stack_map',
  queue:                 'bpf_queue_stack',
  stack:                 'bpf_queue_stack',
  ringbuf:               'bpf_ringbuf_map',
  user_ringbuf:          'bpf_ringbuf_map',
  devmap:                'bpf_dtab',
  devmap_hash:           'bpf_dtab',
  cpumap:                'bpf_cpu_map',
  xskmap:                'xsk_map',
  sockmap:               'bpf_stab',
  sockhash:              'bpf_shtab',
  reuseport_sockarray:   'reuseport_array',
  cgroup_storage:        'bpf_cgroup_storage_map',
  percpu_cgroup_storage: 'bpf_cgroup_storage_map',
  task_storage:          'bpf_local_storage_map',
  cgrp_storage:          'bpf_local_storage_map',
  sk_storage:            'bpf_local_storage_map',
  inode_storage:         'bpf_local_storage_map',
};

/** What an access of `bytes` at `off` behind map pointer `n` yields. @see check_ptr_to_map_access */
export function accessMapStruct(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  access: 'read' | 'write',
): Reg | undefined {
  const type = reg.map!.spec.type;
  const name = STRUCTS[type as MapTypeName]; // undefined for a type of another name
  const id = name === undefined ? undefined : env.input.kernel.find('struct', name);
  if (name === undefined || id === undefined) {
    refuse(env, 'map-struct', [{ reg: n }], mapTypeRow(type)?.number ?? 0);
  }
  if (off < 0) refuse(env, 'map-struct-negative', [{ reg: n }], n, name, off);
  if (access === 'write') refuse(env, 'map-struct-write', [{ reg: n }], name);
  const pointer = withReg(makeReg('btf_id'), { btf: { btf: env.input.kernel, id } });
  return accessBtf(env, n, pointer, off, bytes, access);
}
