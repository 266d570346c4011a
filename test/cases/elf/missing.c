/* A weak function of the kernel that is called without asking whether it is there. */
#include "bpf.h"

void function_of_no_kernel(u64 value) KSYM WEAK;

SEC("raw_tp/sys_enter") int careless(void *ctx)
{
	function_of_no_kernel(1);
	return 0;
}

LICENSE("GPL");
