// opens: which files are opened, read from user memory.
import type { AsmSample } from './index.ts';

export const opens: AsmSample = {
  name: 'opens',
  source: `// opens: the path is behind a user pointer, which bpf_probe_read_user_str follows into the recorded bytes.

.license GPL

.equ RDI, 112                // pt_regs of x86-64
.equ RSI, 104
.equ SYS_open, 2
.equ SYS_openat, 257

.section "raw_tp/sys_enter"
on_open:
  r6 = *(u64 *)(r1 + 0)      // struct pt_regs *regs = ctx->args[0]
  r7 = *(u64 *)(r1 + 8)      // long nr = ctx->args[1]
  r8 = RSI                   // openat(dirfd, path, ...)
  if r7 == SYS_openat goto path
  r8 = RDI                   // open(path, ...)
  if r7 != SYS_open goto done
path:
  r6 += r8
  r1 = r10
  r1 += -8
  r2 = 8
  r3 = r6
  call probe_read_kernel     // the register that holds the pointer
  r3 = *(u64 *)(r10 - 8)
  r1 = r10
  r1 += -264
  r2 = 256
  call probe_read_user_str
  if r0 s< 0 goto done       // the recording does not hold it
  r1 = "open %s" ll
  *(u64 *)(r10 - 272) = r1
  r1 = r10
  r1 += -272
  r2 = 8
  r3 = r10
  r3 += -264
  call trace_printk
done:
  r0 = 0
  exit
`,
};
