/* Externs: options of the kernel's configuration, functions and symbols of the kernel, some of which no kernel has. */
#include "bpf.h"

enum libbpf_tristate { TRI_NO = 0, TRI_YES = 1, TRI_MODULE = 2 };

extern int LINUX_KERNEL_VERSION KCONFIG;
extern _Bool LINUX_HAS_SYSCALL_WRAPPER KCONFIG;
extern unsigned long CONFIG_HZ KCONFIG WEAK;
extern _Bool CONFIG_BPF_SYSCALL KCONFIG WEAK;
extern enum libbpf_tristate CONFIG_XFS_FS KCONFIG WEAK;
extern char CONFIG_MODULES KCONFIG WEAK;
extern char CONFIG_DEFAULT_HOSTNAME[8] KCONFIG WEAK;
extern u16 CONFIG_OF_NO_KERNEL KCONFIG WEAK;

extern const void bpf_map_fops KSYM;
extern const void symbol_of_no_kernel KSYM WEAK;

void bpf_rcu_read_lock(void) KSYM;
void bpf_rcu_read_unlock(void) KSYM;
void function_of_no_kernel(u64 value) KSYM WEAK;

u64 answers[10];

SEC("raw_tp/sys_enter") int ask(void *ctx)
{
	answers[0] = LINUX_KERNEL_VERSION;
	answers[1] = LINUX_HAS_SYSCALL_WRAPPER;
	answers[2] = CONFIG_HZ;
	answers[3] = CONFIG_BPF_SYSCALL;
	answers[4] = CONFIG_XFS_FS;
	answers[5] = CONFIG_MODULES;
	answers[6] = CONFIG_DEFAULT_HOSTNAME[1];
	answers[7] = CONFIG_OF_NO_KERNEL;
	answers[8] = (u64)&bpf_map_fops;
	answers[9] = (u64)&symbol_of_no_kernel;
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	if (function_of_no_kernel)
		function_of_no_kernel(1);
	return 0;
}

LICENSE("GPL");
