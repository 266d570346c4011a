/* Maps of .maps: types and sizes, pinning, values that are there from the start. */
#include "bpf.h"

struct key {
	u32 pid;
	char comm[16];
};

struct {
	FIELD_UINT(type, HASH);
	FIELD_UINT(max_entries, 1024);
	FIELD_UINT(map_flags, 1);
	FIELD_TYPE(key, struct key);
	FIELD_TYPE(value, u64);
	FIELD_UINT(pinning, 1);
} counts SEC(".maps");

struct {
	FIELD_UINT(type, ARRAY);
	FIELD_UINT(max_entries, 3);
	FIELD_UINT(key_size, 4);
	FIELD_UINT(value_size, 12);
} plain SEC(".maps");

struct inner {
	FIELD_UINT(type, ARRAY);
	FIELD_UINT(max_entries, 2);
	FIELD_TYPE(key, u32);
	FIELD_TYPE(value, u64);
};
struct inner first SEC(".maps"), second SEC(".maps");

struct {
	FIELD_UINT(type, ARRAY_OF_MAPS);
	FIELD_UINT(max_entries, 4);
	FIELD_TYPE(key, u32);
	FIELD_ARRAY(values, struct inner);
} outer SEC(".maps") = {
	.values = { [1] = &second, [3] = &first },
};

int leaf(void *ctx);
struct {
	FIELD_UINT(type, PROG_ARRAY);
	FIELD_UINT(max_entries, 8);
	FIELD_UINT(key_size, 4);
	FIELD_ARRAY(values, int(void *));
} jumps SEC(".maps") = {
	.values = { [5] = &leaf },
};

enum { HASHES = 5 };
struct {
	FIELD_UINT(type, BLOOM_FILTER);
	FIELD_UINT(max_entries, 100);
	FIELD_UINT(map_extra, HASHES);
	FIELD_TYPE(value, u32);
} bloom SEC(".maps");

struct {
	FIELD_UINT(type, RINGBUF);
	FIELD_UINT(max_entries, 5000);
} events SEC(".maps");

struct {
	FIELD_UINT(type, QUEUE);
	FIELD_UINT(max_entries, 16);
	FIELD_TYPE(value, u64);
} queue SEC(".maps");

SEC("raw_tp/sys_enter") int count(void *ctx)
{
	struct key key = { .pid = get_current_pid_tgid() >> 32 };
	u64 one = 1;
	map_update_elem(&counts, &key, &one, 0);
	u32 zero = 0;
	map_lookup_elem(&plain, &zero);
	tail_call(ctx, &jumps, 5);
	return 0;
}

SEC("raw_tp/sys_enter") int leaf(void *ctx)
{
	u32 index = 1;
	void *map = map_lookup_elem(&outer, &index);
	if (map)
		map_lookup_elem(map, &index);
	return 0;
}

LICENSE("GPL");
