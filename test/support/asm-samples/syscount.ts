// syscount: how often each system call is made, in maps.
import type { AsmSample } from './index.ts';

export const syscount: AsmSample = {
  name: 'syscount',
  source: `// syscount: two ways to count. The percpu_array has a slot for each number and needs no lock; the hash grows with the threads.

.license GPL
.map calls percpu_array key=4 value=8 entries=512
.map threads hash key=4 value=8 entries=4096

.section "raw_tp/sys_enter"
count_call:
  r2 = *(u64 *)(r1 + 8)      // long nr = ctx->args[1]
  *(u32 *)(r10 - 4) = r2
  r1 = map[calls] ll
  r2 = r10
  r2 += -4
  call map_lookup_elem       // u64 *count = bpf_map_lookup_elem(&calls, &nr)
  if r0 == 0 goto thread     // numbers above 511, and calls without one
  r1 = *(u64 *)(r0 + 0)
  r1 += 1
  *(u64 *)(r0 + 0) = r1      // this CPU's own value: nobody else writes it
thread:
  call get_current_pid_tgid
  *(u32 *)(r10 - 4) = r0     // the low half is the thread
  r1 = map[threads] ll
  r2 = r10
  r2 += -4
  call map_lookup_elem
  if r0 == 0 goto first
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
  goto done
first:                       // the first call of this thread: there is no element yet
  r1 = 1
  *(u64 *)(r10 - 16) = r1
  r1 = map[threads] ll
  r2 = r10
  r2 += -4
  r3 = r10
  r3 += -16
  r4 = 1                     // BPF_NOEXIST
  call map_update_elem
done:
  r0 = 0
  exit
`,
};
