/* As objects of 2015 are: maps in the section "maps", programs with slot numbers, a version, no types. */
#include "bpf.h"

struct bpf_map_def {
	u32 type;
	u32 key_size;
	u32 value_size;
	u32 max_entries;
	u32 map_flags;
};

struct bpf_map_def SEC("maps") by_key = { HASH, 8, 16, 256, 1 };
struct bpf_map_def SEC("maps") others = { PROG_ARRAY, 4, 4, 3, 0 };
struct bpf_map_def SEC("maps") jumps = { PROG_ARRAY, 4, 4, 16, 0 };

SEC("kprobe/9") int nine(void *ctx)
{
	u64 key = 9;
	map_lookup_elem(&by_key, &key);
	return 0;
}

SEC("kprobe/__seccomp_filter") int entry(void *ctx)
{
	tail_call(ctx, &others, 0);
	tail_call(ctx, &jumps, 9);
	return 0;
}

LICENSE("GPL");
u32 _version SEC("version") = 0x40300;
