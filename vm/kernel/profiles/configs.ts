// How the kernels that come along are configured: options that programs ask for as __kconfig externs, and those that decide what they find. Values are
// those of a distribution's kernel for x86-64; an option that is not here is not set.

/** What all of them have. @see .config of a Debian kernel */
// oxfmt-ignore
const COMMON = {
  CONFIG_64BIT: 'y', CONFIG_X86: 'y', CONFIG_X86_64: 'y', CONFIG_MMU: 'y', CONFIG_SMP: 'y', CONFIG_NR_CPUS: '8192', CONFIG_HZ: '250', CONFIG_HZ_250: 'y',
  CONFIG_PGTABLE_LEVELS: '5', CONFIG_PAGE_SHIFT: '12', CONFIG_BPF: 'y', CONFIG_BPF_SYSCALL: 'y', CONFIG_BPF_JIT: 'y', CONFIG_BPF_EVENTS: 'y', CONFIG_CGROUPS: 'y',
  CONFIG_CGROUP_BPF: 'y', CONFIG_MEMCG: 'y', CONFIG_CGROUP_PIDS: 'y', CONFIG_CGROUP_SCHED: 'y', CONFIG_FAIR_GROUP_SCHED: 'y', CONFIG_KPROBES: 'y',
  CONFIG_KPROBE_EVENTS: 'y', CONFIG_UPROBES: 'y', CONFIG_UPROBE_EVENTS: 'y', CONFIG_FTRACE: 'y', CONFIG_FTRACE_SYSCALLS: 'y', CONFIG_TRACEPOINTS: 'y',
  CONFIG_FUNCTION_TRACER: 'y', CONFIG_DYNAMIC_FTRACE: 'y', CONFIG_PERF_EVENTS: 'y', CONFIG_SECCOMP: 'y', CONFIG_SECCOMP_FILTER: 'y', CONFIG_SECURITY: 'y',
  CONFIG_AUDIT: 'y', CONFIG_AUDITSYSCALL: 'y', CONFIG_NAMESPACES: 'y', CONFIG_UTS_NS: 'y', CONFIG_IPC_NS: 'y', CONFIG_USER_NS: 'y', CONFIG_PID_NS: 'y',
  CONFIG_NET_NS: 'y', CONFIG_NET: 'y', CONFIG_INET: 'y', CONFIG_IPV6: 'y', CONFIG_UNIX: 'y', CONFIG_PACKET: 'y', CONFIG_NETFILTER: 'y', CONFIG_BLOCK: 'y',
  CONFIG_MODULES: 'y', CONFIG_KALLSYMS: 'y', CONFIG_KALLSYMS_ALL: 'y', CONFIG_COMPAT: 'y', CONFIG_IA32_EMULATION: 'y', CONFIG_SCHED_INFO: 'y',
  CONFIG_TASK_DELAY_ACCT: 'y', CONFIG_TASKSTATS: 'y', CONFIG_TASK_IO_ACCOUNTING: 'y', CONFIG_DEFAULT_HOSTNAME: '"(none)"', CONFIG_LOCALVERSION: '""',
} as const satisfies Record<string, string>;

/** From 4.17 on calls are made through functions that take the registers. */
const WRAPPER = { CONFIG_ARCH_HAS_SYSCALL_WRAPPER: 'y' } as const;
/** task_struct holds struct thread_info since 4.9; some options came with it. */
const SINCE_4_9 = {
  CONFIG_THREAD_INFO_IN_TASK: 'y',
  CONFIG_CGROUP_NET_PRIO: 'y',
  CONFIG_VMAP_STACK: 'y',
} as const;
/** What tells a kernel's types, and what hangs on them. */
const SINCE_5_10 = {
  ...SINCE_4_9,
  ...WRAPPER,
  CONFIG_DEBUG_INFO_BTF: 'y',
  CONFIG_BPF_LSM: 'y',
  CONFIG_BPF_JIT_ALWAYS_ON: 'y',
  CONFIG_TIME_NS: 'y',
  CONFIG_PSI: 'y',
  CONFIG_CC_IS_GCC: 'y',
} as const;
const SINCE_6_12 = {
  ...SINCE_5_10,
  CONFIG_DEBUG_INFO_BTF_MODULES: 'y',
  CONFIG_PREEMPT_BUILD: 'y',
  CONFIG_PREEMPT_DYNAMIC: 'y',
  CONFIG_PREEMPTION: 'y',
  CONFIG_PREEMPT_COUNT: 'y',
  CONFIG_PREEMPT_VOLUNTARY: 'y',
  CONFIG_FPROBE: 'y',
} as const;

/** By kernel. */
export const CONFIGS = {
  'linux-6.12': { ...COMMON, ...SINCE_6_12 },
  'linux-6.18': { ...COMMON, ...SINCE_6_12 },
  'linux-5.10': { ...COMMON, ...SINCE_5_10, CONFIG_PREEMPT_VOLUNTARY: 'y' },
  'linux-4.14': { ...COMMON, ...SINCE_4_9, CONFIG_PREEMPT_VOLUNTARY: 'y' },
  'linux-4.4': { ...COMMON, CONFIG_PREEMPT_VOLUNTARY: 'y', CONFIG_PGTABLE_LEVELS: '4' },
} as const satisfies Record<string, Record<string, string>>;
