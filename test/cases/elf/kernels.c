/* One object for several kernels: a ring buffer where the kernel has any and a perf buffer elsewhere; programs for calls and functions that only
 * some kernels have. */
#include "bpf.h"

#define PRESERVE __attribute__((preserve_access_index))
#define BPF_TYPE_EXISTS 0
#define type_exists(type) __builtin_preserve_type_info(*(type *)0, BPF_TYPE_EXISTS)

static long (*ringbuf_output)(void *map, void *data, u64 bytes, u64 flags) = (void *)130;
static long (*perf_event_output)(void *ctx, void *map, u64 flags, void *data, u64 bytes) = (void *)25;

struct bpf_ringbuf {
	int nothing;
} PRESERVE;

struct open_how {
	u64 flags;
} PRESERVE;

struct {
	FIELD_UINT(type, RINGBUF);
	FIELD_UINT(max_entries, 4096);
} events SEC(".maps");

const volatile u32 owner = 0;

static inline int hand_over(void *ctx, u64 value)
{
	if (type_exists(struct bpf_ringbuf))
		return ringbuf_output(&events, &value, sizeof(value), 0);
	return perf_event_output(ctx, &events, 0xffffffff, &value, sizeof(value));
}

SEC("tp/raw_syscalls/sys_enter") int any_call(void *ctx)
{
	return hand_over(ctx, owner);
}

SEC("tp/syscalls/sys_enter_openat2") int open_call(void *ctx)
{
	struct open_how *none = 0;

	return hand_over(ctx, (u64)__builtin_preserve_access_index(&none->flags));
}

SEC("fentry/no_such_function") int no_function(u64 *ctx)
{
	return *(u64 *)ctx[0];
}

LICENSE("GPL");
