// latency: how long calls take, as a histogram in an array.
import type { AsmSample } from './index.ts';

export const latency: AsmSample = {
  name: 'latency',
  source: `// latency: enter and exit of a call meet in a hash keyed by thread; the array is a histogram by powers of two.

.license GPL
.map started hash key=4 value=8 entries=8192
.map histogram array key=4 value=8 entries=64     // entry n: 2^n ns or more, less than 2^(n+1)

.section "raw_tp/sys_enter"
on_enter:
  call get_current_pid_tgid
  *(u32 *)(r10 - 4) = r0
  call ktime_get_ns
  *(u64 *)(r10 - 16) = r0
  r1 = map[started] ll
  r2 = r10
  r2 += -4
  r3 = r10
  r3 += -16
  r4 = 0
  call map_update_elem       // bpf_map_update_elem(&started, &tid, &now, BPF_ANY)
  r0 = 0
  exit

.section "raw_tp/sys_exit"
on_exit:
  call get_current_pid_tgid
  *(u32 *)(r10 - 4) = r0
  r1 = map[started] ll
  r2 = r10
  r2 += -4
  call map_lookup_elem
  if r0 == 0 goto done       // entered before the recording began
  r6 = *(u64 *)(r0 + 0)
  call ktime_get_ns
  r0 -= r6
  r6 = r0                    // the duration; log2 of it in r7, by halves
  r7 = 0
  r1 = 0x100000000 ll
  if r6 < r1 goto below32
  r6 >>= 32
  r7 += 32
below32:
  if r6 < 0x10000 goto below16
  r6 >>= 16
  r7 += 16
below16:
  if r6 < 0x100 goto below8
  r6 >>= 8
  r7 += 8
below8:
  if r6 < 0x10 goto below4
  r6 >>= 4
  r7 += 4
below4:
  if r6 < 4 goto below2
  r6 >>= 2
  r7 += 2
below2:
  if r6 < 2 goto add
  r7 += 1
add:
  *(u32 *)(r10 - 8) = r7
  r1 = map[histogram] ll
  r2 = r10
  r2 += -8
  call map_lookup_elem
  if r0 == 0 goto forget
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
forget:
  r1 = map[started] ll
  r2 = r10
  r2 += -4
  call map_delete_elem
done:
  r0 = 0
  exit
`,
};
