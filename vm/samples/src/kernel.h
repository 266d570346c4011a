// What the samples need of the kernel's types. Not a layout: each member is looked up by its name in the kernel that a sample is loaded on (CO-RE).
#ifndef TAILSCOPE_KERNEL_H
#define TAILSCOPE_KERNEL_H

// <bpf/...> take the names of struct pt_regs below, and not those of user space
#define __VMLINUX_H__

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __s32 s32;
typedef __u64 u64;
typedef __s64 s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
enum { false, true };

enum {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_PROG_ARRAY = 3,
  BPF_MAP_TYPE_PERCPU_ARRAY = 6,
  BPF_MAP_TYPE_LRU_HASH = 9,
  BPF_MAP_TYPE_RINGBUF = 27,
};
enum { BPF_ANY, BPF_NOEXIST, BPF_EXIST };
enum { TASK_COMM_LEN = 16 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs {
  unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

struct seccomp_data {
  int nr;
  u32 arch;
  u64 instruction_pointer;
  u64 args[6];
};

struct qstr {
  const unsigned char *name;
};
struct dentry {
  struct dentry *d_parent;
  struct qstr d_name;
};
struct path {
  struct dentry *dentry;
};
struct file {
  struct path f_path;
};
struct fdtable {
  struct file **fd;
};
struct files_struct {
  struct fdtable *fdt;
};

struct task_struct {
  int pid, tgid;
  int exit_code;
  u64 start_time;
  char comm[TASK_COMM_LEN];
  struct task_struct *real_parent, *group_leader;
  struct files_struct *files;
};

struct trace_event_raw_signal_generate {
  int sig;
  int errno;
  int code;
  char comm[TASK_COMM_LEN];
  int pid;
};

#pragma clang attribute pop

// The ctx of tracepoints: these layouts are an interface to user space, and stay as they are.
struct trace_event_raw_sys_enter {
  u64 common;
  long id;
  unsigned long args[6];
};
struct bpf_raw_tracepoint_args {
  u64 args[0];
};
struct trace_event_raw_sys_exit {
  u64 common;
  long id;
  long ret;
};

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#endif
