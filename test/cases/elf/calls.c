/* Functions: static and global ones, hidden ones, callbacks, recursion of none, one that nobody calls; several programs in one section. */
#include "bpf.h"

u64 total;

static NOINLINE u64 twice(u64 value)
{
	total += value;
	return total * 2;
}

NOINLINE u64 thrice(u64 value)
{
	return twice(value) + value;
}

HIDDEN NOINLINE u64 inside(u64 value)
{
	return thrice(value) ^ total;
}

NOINLINE u64 unused(u64 value)
{
	return value ^ total;
}

static int step(u32 index, void *ctx)
{
	*(u64 *)ctx += twice(index);
	return 0;
}

SEC("raw_tp/sys_enter") int one(void *ctx)
{
	return inside(ktime_get_ns());
}

SEC("raw_tp/sys_enter") int two(void *ctx)
{
	u64 sum = 0;
	loop(3, step, &sum, 0);
	return sum;
}

SEC("?raw_tp/sys_exit") int three(void *ctx)
{
	return 3;
}

LICENSE("Dual BSD/GPL");
