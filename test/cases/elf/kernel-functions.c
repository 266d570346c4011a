/* Functions of the kernel that programs only name, or call where they may not; and a function that nobody calls, for the program that throws. */
#include "bpf.h"

extern s64 ksys_read(u32 fd, char *buffer, u64 count) KSYM;
extern s64 ksys_write(u32 fd, const char *buffer, u64 count) KSYM WEAK;

#define CALLED_BY_THROW(name) __attribute__((btf_decl_tag("exception_callback:" #name)))

struct other;
extern int bpf_task_release(struct other **task, u32 how) KSYM;

u64 addresses[2];

SEC("raw_tp/sys_enter") int names(void *ctx)
{
	addresses[0] = (u64)ksys_read;
	addresses[1] = (u64)ksys_write;
	return 0;
}

SEC("?raw_tp/sys_enter") int calls(void *ctx)
{
	return ksys_read(0, 0, 0);
}

SEC("?raw_tp/sys_enter") int mistakes(void *ctx)
{
	return bpf_task_release(0, 1);
}

static NOINLINE u64 last(u64 cookie)
{
	return cookie + addresses[0];
}

NOINLINE int caught(u64 cookie)
{
	return last(cookie);
}

SEC("?tc") CALLED_BY_THROW(caught) int throws(void *ctx)
{
	return addresses[1] ? 1 : 2;
}

LICENSE("GPL");
