/* Structs of functions that a kernel calls: an optional one; the rest of the object does without it. */
#include "bpf.h"

struct tcp_congestion_ops {
	u32 (*ssthresh)(void *sk);
	char name[16];
};

SEC("struct_ops/slow") u32 slow(u64 *ctx)
{
	return 2;
}

SEC("?.struct_ops.link") struct tcp_congestion_ops sluggish = {
	.ssthresh = (void *)slow,
	.name = "sluggish",
};

SEC("raw_tp/sys_enter") int other(void *ctx)
{
	return 0;
}

LICENSE("GPL");
