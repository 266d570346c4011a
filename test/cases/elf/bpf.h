/* What the objects of these cases need of a BPF program's usual headers. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int s32;
typedef long long s64;

#define SEC(name) __attribute__((section(name), used))
#define NOINLINE __attribute__((noinline))
#define HIDDEN __attribute__((visibility("hidden")))
#define WEAK __attribute__((weak))
#define KSYM __attribute__((section(".ksyms")))
#define KCONFIG __attribute__((section(".kconfig")))
#define FIELD_UINT(name, value) int(*name)[value]
#define FIELD_TYPE(name, value) typeof(value) *name
#define FIELD_ARRAY(name, value) typeof(value) *name[]

enum { HASH = 1, ARRAY = 2, PROG_ARRAY = 3, PERF_EVENT_ARRAY = 4, ARRAY_OF_MAPS = 12, HASH_OF_MAPS = 13, QUEUE = 22, RINGBUF = 27, BLOOM_FILTER = 30 };

static void *(*map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*map_update_elem)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static u64 (*ktime_get_ns)(void) = (void *)5;
static long (*trace_printk)(const char *format, u32 bytes, ...) = (void *)6;
static long (*tail_call)(void *ctx, void *map, u32 index) = (void *)12;
static u64 (*get_current_pid_tgid)(void) = (void *)14;
static long (*loop)(u32 count, void *callback, void *ctx, u64 flags) = (void *)181;

#define LICENSE(text) char _license[] SEC("license") = text
