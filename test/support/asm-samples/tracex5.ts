// tracex5: the kernel's own example of bpf_tail_call, 2015, written anew in assembly.
import type { AsmSample } from './index.ts';

export const tracex5: AsmSample = {
  name: 'tracex5',
  source: `// tracex5: one kprobe, and a table of programs that it jumps into by system call number.
//
//   __seccomp_filter(nr, struct seccomp_data *sd)
//      |
//   bpf_prog1 --- tail call, index nr --> progs[0] read   progs[1] write   progs[9] mmap
//      |
//      '- no program in the slot: falls through, and the rest of bpf_prog1 runs

.license GPL
.map progs prog_array key=4 value=4 entries=1024

.equ PARM1, 112              // pt_regs of x86-64: rdi, the first argument
.equ PARM2, 104              //                    rsi, the second
.equ SD_SIZE, 64             // struct seccomp_data: u32 nr, u32 arch, u64 ip, u64 args[6]

.section "kprobe/__seccomp_filter"
bpf_prog1:
  r7 = *(u64 *)(r1 + PARM1)  // int nr = PT_REGS_PARM1(ctx)
  r2 = map[progs] ll
  r3 = r7
  call tail_call             // bpf_tail_call(ctx, &progs, nr): comes back only when it does not jump
  if w7 < 102 goto done      // 102 is getuid
  if w7 > 124 goto done      // 124 is getsid
  r1 = "syscall=" ll         // the format string, 40 bytes on the stack
  *(u64 *)(r10 - 40) = r1
  r1 = "%d (one " ll
  *(u64 *)(r10 - 32) = r1
  r1 = "of get/s" ll
  *(u64 *)(r10 - 24) = r1
  r1 = "et uid/p" ll
  *(u64 *)(r10 - 16) = r1
  r1 = "id/gid)" ll
  *(u64 *)(r10 - 8) = r1
  r1 = r10
  r1 += -40
  r2 = 40
  r3 = r7
  call trace_printk          // bpf_trace_printk(fmt, sizeof(fmt), nr)
done:
  r0 = 0
  exit

.section "kprobe/1"
bpf_prog2:                   // write(fd, buf, size)
  r3 = *(u64 *)(r1 + PARM2)
  r1 = r10
  r1 += -64
  r2 = SD_SIZE
  call probe_read_kernel     // struct seccomp_data sd; bpf_probe_read_kernel(&sd, sizeof(sd), PT_REGS_PARM2(ctx))
  r5 = *(u64 *)(r10 - 32)    // sd.args[2]
  if r5 != 512 goto done     // only the writes of dd, and not those of the printer of this trace
  r1 = "write(fd" ll
  *(u64 *)(r10 - 96) = r1
  r1 = "=%d, buf" ll
  *(u64 *)(r10 - 88) = r1
  r1 = "=%p, siz" ll
  *(u64 *)(r10 - 80) = r1
  r1 = "e=%d)" ll
  *(u64 *)(r10 - 72) = r1
  r1 = r10
  r1 += -96
  r2 = 30
  r3 = *(u64 *)(r10 - 48)    // sd.args[0]
  r4 = *(u64 *)(r10 - 40)    // sd.args[1]
  call trace_printk
done:
  r0 = 0
  exit

.section "kprobe/0"
bpf_prog3:                   // read(fd, buf, size)
  r3 = *(u64 *)(r1 + PARM2)
  r1 = r10
  r1 += -64
  r2 = SD_SIZE
  call probe_read_kernel
  r5 = *(u64 *)(r10 - 32)    // sd.args[2]
  if r5 <= 128 goto done     // 128 < size <= 1024
  if r5 > 1024 goto done
  r1 = "read(fd=" ll
  *(u64 *)(r10 - 96) = r1
  r1 = "%d, buf=" ll
  *(u64 *)(r10 - 88) = r1
  r1 = "%p, size" ll
  *(u64 *)(r10 - 80) = r1
  r1 = "=%d)" ll
  *(u64 *)(r10 - 72) = r1
  r1 = r10
  r1 += -96
  r2 = 29
  r3 = *(u64 *)(r10 - 48)
  r4 = *(u64 *)(r10 - 40)
  call trace_printk
done:
  r0 = 0
  exit

.section "kprobe/9"
bpf_prog4:                   // mmap
  r1 = "mmap" ll
  *(u64 *)(r10 - 8) = r1
  r1 = r10
  r1 += -8
  r2 = 5
  call trace_printk
  r0 = 0
  exit
`,
};
