// What programs see of an event: their ctx and what it points at, the task, the time.
import { PT_REGS } from '../../../../vm/kernel/pt-regs.ts';
import { OUT, STATE, at, mix, print, probe, tell, type BatchCase } from './pieces.ts';

export const SEEN_CASES: readonly BatchCase[] = [
  {
    name: 'many programs of a call run in their order',
    recording: 'shell',
    text: [
      STATE,
      at('raw_tp/sys_enter', 'a', mix('r7', 'r7 = *(u64 *)(r1 + 8)')),
      at('tp/raw_syscalls/sys_enter', 'b', mix('r7', 'r7 = *(u64 *)(r1 + 16)')),
      at('tp/raw_syscalls/sys_exit', 'c', mix('r7', 'r7 = *(u64 *)(r1 + 16)')),
      at('tp/syscalls/sys_enter_read', 'd', mix('r7', 'r7 = *(u64 *)(r1 + 24)')),
      at('tp/syscalls/sys_exit_read', 'e', mix('r7', 'r7 = *(u64 *)(r1 + 16)')),
      at('kprobe/__seccomp_filter', 'f', mix('r7', `r7 = *(u64 *)(r1 + ${PT_REGS.rdi})`)),
      at('kretprobe/__seccomp_filter', 'g', mix('r7', `r7 = *(u64 *)(r1 + ${PT_REGS.rax})`, 'r7 += 5')),
      at('kprobe/__x64_sys_read', 'h', mix('r7', `r7 = *(u64 *)(r1 + ${PT_REGS.rdi})`, 'r7 >>= 8')),
      at('fentry/__se_sys_openat', 'i', mix('r7', 'r7 = *(u64 *)(r1 + 16)')),
      at(
        'fexit/__se_sys_openat',
        'j',
        mix('r7', 'r7 = *(u64 *)(r1 + 32)', 'r2 = *(u64 *)(r1 + 8)', 'r7 += r2'),
      ),
      at('kretprobe/__x64_sys_read', 'k', mix('r7', `r7 = *(u64 *)(r1 + ${PT_REGS.rax})`)),
      at('raw_tp/sys_exit', 'l', mix('r7', 'r7 = *(u64 *)(r1 + 8)')),
    ].join('\n'),
  },
  {
    name: 'who runs, when and where',
    recording: 'threads',
    text: [
      OUT,
      STATE,
      at(
        'tp/raw_syscalls/sys_enter',
        'who',
        `call get_current_pid_tgid
        r6 = r0
        ${tell('r6')}
        call ktime_get_ns
        r6 = r0
        ${tell('r6')}
        call jiffies64
        r6 = r0
        ${tell('r6')}
        call get_smp_processor_id
        r6 = r0
        ${tell('r6')}
        call get_prandom_u32
        r6 = r0
        ${tell('r6')}
        *(u64 *)(r10 - 24) = 0
        *(u64 *)(r10 - 16) = 0
        r1 = r10
        r1 += -24
        r2 = 16
        call get_current_comm
        r6 = *(u64 *)(r10 - 24)
        ${tell('r6')}
        r6 = *(u64 *)(r10 - 16)
        ${tell('r6')}`,
      ),
    ].join('\n'),
    points: 1500,
  },
  {
    name: 'registers behind pointers, and what of them nobody knows',
    recording: 'gcc-make',
    text: [
      OUT,
      at(
        'kprobe/__x64_sys_openat',
        'regs',
        `r7 = *(u64 *)(r1 + ${PT_REGS.rdi})
        r6 = *(u64 *)(r1 + ${PT_REGS.rsp})
        ${tell('r6')}
        ${[PT_REGS.rdi, PT_REGS.rsi, PT_REGS.orig_rax, PT_REGS.rip, PT_REGS.r15, PT_REGS.rax].map((off) => `r3 = r7\nr3 += ${off}\n${probe('probe_read_kernel', 8)}`).join('\n')}`,
      ),
      at(
        'raw_tp/sys_exit',
        'exit',
        `r6 = *(u64 *)(r1 + 8)
        if r6 s< 100 goto out
        r3 = *(u64 *)(r1 + 0)
        r3 += ${PT_REGS.rax}
        ${probe('probe_read_kernel', 8)}`,
      ),
      at(
        'kprobe/__seccomp_filter',
        'data',
        `r6 = *(u64 *)(r1 + ${PT_REGS.rsi})
        r7 = *(u64 *)(r1 + ${PT_REGS.rdi})
        if r7 != 9 goto out
        r3 = r6
        r3 += 4
        ${probe('probe_read_kernel', 4)}
        r3 = r6
        r3 += 8
        ${probe('probe_read_kernel', 8)}
        r3 = r6
        r3 += 24
        ${probe('probe_read_kernel', 8)}`,
      ),
    ].join('\n'),
    points: 4000,
  },
  {
    name: 'user memory, strings in the trace',
    recording: 'find',
    text: [
      OUT,
      at(
        'tp/syscalls/sys_enter_newfstatat',
        'path',
        `r6 = *(u64 *)(r1 + 24)
        r3 = r6
        ${probe('probe_read_user_str', 8)}
        r3 = r6
        r3 += 3
        ${probe('probe_read_user', 4)}
        ${print('at %llx %s', 'r3 = r6', 'r4 = r10', 'r4 += -16')}`,
      ),
      at('tp/syscalls/sys_exit_newfstatat', 'ret', `r6 = *(u64 *)(r1 + 16)\n${print('ret %d', 'r3 = r6')}`),
    ].join('\n'),
    points: 1500,
  },
  {
    name: 'loads through BTF pointers',
    recording: 'dd',
    text: [
      OUT,
      at(
        'tp_btf/sys_enter',
        'enter',
        `r6 = *(u64 *)(r1 + 0)
        r7 = *(u64 *)(r6 + ${PT_REGS.rdi})
        ${tell('r7')}
        r7 = *(u64 *)(r6 + ${PT_REGS.orig_rax})
        ${tell('r7')}
        r7 = *(u64 *)(r6 + ${PT_REGS.r15})
        ${tell('r7')}`,
      ),
      at(
        'tp_btf/sys_exit',
        'exit',
        `r6 = *(u64 *)(r1 + 0)
        r7 = *(u64 *)(r6 + ${PT_REGS.rax})
        ${tell('r7')}`,
      ),
      at(
        'fentry/__x64_sys_read',
        'reads',
        `r6 = *(u64 *)(r1 + 0)
        r7 = *(u64 *)(r6 + ${PT_REGS.rdx})
        ${tell('r7')}
        r7 = *(u64 *)(r6 + ${PT_REGS.rsp})
        ${tell('r7')}`,
      ),
    ].join('\n'),
  },
  {
    name: 'functions that only some calls come to, with names that are copied from user memory',
    recording: 'gcc-make',
    text: [
      OUT,
      at(
        'kprobe/do_unlinkat',
        'unlink',
        `r6 = *(u64 *)(r1 + ${PT_REGS.rsi})
        r3 = r6
        ${probe('probe_read_kernel', 8)}
        r3 = r8
        ${probe('probe_read_kernel_str', 8)}`,
      ),
      at('fentry/do_rmdir', 'rmdir', `r7 = *(u64 *)(r1 + 0)\n${tell('r7')}`),
      at(
        'kprobe/do_sys_openat2',
        'open',
        `r6 = *(u64 *)(r1 + ${PT_REGS.rdx})
        r3 = r6
        ${probe('probe_read_kernel', 8)}`,
      ),
      at('kprobe/do_sys_open', 'flags', `r7 = *(u64 *)(r1 + ${PT_REGS.rdx})\n${tell('r7')}`),
    ].join('\n'),
    points: 12_000,
  },
  {
    name: 'functions and arguments by helpers',
    recording: 'shell',
    text: [
      OUT,
      at(
        'fexit/__se_sys_openat',
        'f',
        `r6 = r1
        call get_func_ip
        r7 = r0
        ${tell('r7')}
        r1 = r6
        r2 = 2
        r3 = r10
        r3 += -16
        *(u64 *)(r10 - 16) = 0
        call get_func_arg
        r7 = *(u64 *)(r10 - 16)
        ${tell('r7')}
        r1 = r6
        r2 = r10
        r2 += -16
        call get_func_ret
        r7 = *(u64 *)(r10 - 16)
        ${tell('r7')}
        r1 = r6
        call get_attach_cookie
        r7 = r0
        ${tell('r7')}`,
      ),
      at('kprobe/__do_sys_openat', 'g', `call get_func_ip\nr7 = r0\n${tell('r7')}`),
    ].join('\n'),
    points: 5000,
  },
  {
    name: 'events between the calls',
    recording: 'gcc-make',
    text: [
      STATE,
      OUT,
      at('raw_tp/sys_enter', 'a', mix('r7', 'r7 = *(u64 *)(r1 + 8)')),
      at(
        'raw_tp/sys_exit',
        'b',
        `${mix('r7', 'r7 = *(u64 *)(r1 + 8)')}\nr7 = *(u64 *)(r6 + 0)\n${tell('r7')}`,
      ),
      at(
        'tp/sched/sched_process_exec',
        'c',
        `${mix('r7', 'r7 = 1000')}\nr7 = *(u64 *)(r6 + 0)\n${tell('r7')}`,
      ),
      at('tp/sched/sched_process_exit', 'd', mix('r7', 'r7 = 2000')),
    ].join('\n'),
    points: 8000,
  },
  {
    name: 'programs that ask for the current task',
    recording: 'shell',
    text: [OUT, at('raw_tp/sys_enter', 'a', `call get_current_uid_gid\nr7 = r0\n${tell('r7')}`)].join('\n'),
    points: 500,
    why: 'a asks for the current task (get_current_uid_gid)',
  },
];
