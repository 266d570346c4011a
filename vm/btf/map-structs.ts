// The kernel's structs of maps, as the BTF of Linux 6.18 on x86-64 tells them: what programs find through a pointer to a map. Each begins with
// struct bpf_map; of what follows only numbers are here.
import type { StructTable } from './build.ts';

const map = [0, 'struct bpf_map'] as const;

// oxfmt-ignore
export const MAP_STRUCTS = {
  bpf_array:             { bytes: 312, members: { map, elem_size: [296, 'u32'], index_mask: [300, 'u32'] } },
  bpf_htab:              { bytes: 832, members: { map, n_buckets: [760, 'u32'], elem_size: [764, 'u32'], hashrnd: [768, 'u32'] } },
  bpf_bloom_filter:      { bytes: 312, members: { map, bitset_mask: [296, 'u32'], hash_seed: [300, 'u32'], nr_hash_funcs: [304, 'u32'] } },
  lpm_trie:              { bytes: 400, members: { map, n_entries: [368, 'size_t'], max_prefixlen: [376, 'size_t'], data_size: [384, 'size_t'] } },
  bpf_stack_map:         { bytes: 320, members: { map, n_buckets: [312, 'u32'] } },
  bpf_queue_stack:       { bytes: 312, members: { map, head: [300, 'u32'], tail: [304, 'u32'], size: [308, 'u32'] } },
  bpf_ringbuf_map:       { bytes: 304, members: { map } },
  bpf_dtab:              { bytes: 344, members: { map, items: [332, 'unsigned int'], n_buckets: [336, 'u32'] } },
  bpf_cpu_map:           { bytes: 304, members: { map } },
  xsk_map:               { bytes: 304, members: { map } },
  bpf_local_storage_map: { bytes: 448, members: { map, bucket_log: [304, 'u32'], elem_size: [308, 'u16'], cache_idx: [310, 'u16'] } },
} as const satisfies Record<string, StructTable>;
