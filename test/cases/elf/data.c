/* Global data: what is set before load, what programs write, static variables, strings, sections of one's own. */
#include "bpf.h"

enum mode { QUIET = 1, LOUD = 7 };
struct point {
	s32 x;
	s32 y;
};

const volatile u32 target_pid = 0;
const volatile s64 least = -1;
const volatile _Bool is_verbose = 1;
const volatile enum mode mode = QUIET;
const volatile char filter[16] = "dd";
const volatile struct point origin = { 1, 2 };
const volatile u8 level = 3;

u64 hits;
u64 start = 0x1122334455667788;
static volatile u32 seen = 9;
static volatile u32 lost;
u32 own[3] SEC(".data.own") = { 4, 5, 6 };

SEC("raw_tp/sys_enter") int enter(void *ctx)
{
	if (target_pid && (u32)get_current_pid_tgid() != target_pid)
		return 0;
	hits += start + level;
	seen += own[2];
	lost += 1;
	if (is_verbose && mode == LOUD && least < 0 && origin.y)
		trace_printk(filter[0] ? "loud %d\n" : "none %d\n", 9, own[1]);
	return 0;
}

LICENSE("GPL");
