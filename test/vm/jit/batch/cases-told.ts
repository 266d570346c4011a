// What programs hand over: records in buffers that fill up, and lines of the trace.
import { at, print, tell, type BatchCase } from './pieces.ts';

export const TOLD_CASES: readonly BatchCase[] = [
  {
    name: 'ring buffers that fill up within a batch',
    recording: 'redis',
    text: [
      '.map out ringbuf key=0 value=0 entries=4096\n.map other ringbuf key=0 value=0 entries=4096',
      at('raw_tp/sys_enter', 'a', `r7 = *(u64 *)(r1 + 8)\n${tell('r7')}\n${print('%d', 'r3 = r7')}`),
      at(
        'raw_tp/sys_exit',
        'b',
        `r7 = *(u64 *)(r1 + 8)
        r1 = map[other] ll
        r2 = 1000
        r3 = 0
        call ringbuf_reserve
        if r0 == 0 goto out
        *(u64 *)(r0 + 0) = r7
        *(u64 *)(r0 + 992) = r7
        r1 = r0
        r2 = 0
        if r7 s< 0 goto drop
        call ringbuf_submit
        goto out
        drop:
        call ringbuf_discard`,
      ),
      at(
        'tp/syscalls/sys_enter_write',
        'c',
        `${Array.from({ length: 5 }, (_, i) => `r1 = map[other] ll\nr2 = ${900 + i}\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto next${i}\n*(u64 *)(r0 + 0) = ${i}\nr1 = r0\nr2 = 0\ncall ringbuf_submit\nnext${i}:`).join('\n')}
        r1 = map[other] ll\nr2 = 0\ncall ringbuf_query\nr7 = r0\n${tell('r7')}`,
      ),
    ].join('\n'),
    points: 6000,
  },
  {
    name: 'perf buffers of CPUs that fill up within a batch',
    recording: 'redis',
    text: [
      '.map events perf_event_array key=4 value=4 entries=4\n.map large array key=4 value=6000 entries=1',
      at(
        'tp/raw_syscalls/sys_exit',
        'a',
        `r6 = r1
        r8 = *(u64 *)(r1 + 16)
        *(u32 *)(r10 - 4) = 0
        r2 = r10
        r2 += -4
        r1 = map[large] ll
        call map_lookup_elem
        if r0 == 0 goto out
        r7 = r0
        *(u64 *)(r7 + 0) = r8
        r1 = r6
        r2 = map[events] ll
        r3 = 0xffffffff ll
        r4 = r7
        r5 = 6000
        call perf_event_output
        *(u64 *)(r7 + 8) = r0
        if r8 != 1 goto out
        r8 = 20
        more:
        r1 = r6
        r2 = map[events] ll
        r3 = 0xffffffff ll
        r4 = r7
        r5 = 5000
        call perf_event_output
        r8 += -1
        if r8 != 0 goto more`,
      ),
      at(
        'raw_tp/sys_enter',
        'b',
        `r6 = r1
        r7 = *(u64 *)(r1 + 8)
        *(u64 *)(r10 - 8) = r7
        r1 = r6
        r2 = map[events] ll
        r3 = 1
        r4 = r10
        r4 += -8
        r5 = 8
        call perf_event_output`,
      ),
    ].join('\n'),
    points: 3000,
  },
  {
    name: 'more lines than wait at a time',
    recording: 'npm',
    text: [
      at('raw_tp/sys_enter', 'a', `r7 = *(u64 *)(r1 + 8)\n${print('enter %d %x', 'r3 = r7', 'r4 = r7')}`),
      at(
        'raw_tp/sys_exit',
        'b',
        `r7 = *(u64 *)(r1 + 8)\n${print('exit %lld', 'r3 = r7')}\n${print('again %llu', 'r3 = r7')}`,
      ),
    ].join('\n'),
    points: 9000,
  },
  {
    name: 'a ring buffer among those that a map of maps may hold',
    recording: 'shell',
    text: [
      '.map out ringbuf key=0 value=0 entries=4096\n.map other ringbuf key=0 value=0 entries=4096',
      '.map rings array_of_maps key=4 value=4 entries=2 inner=out\n.inner rings 0 other\n.inner rings 1 out',
      at(
        'raw_tp/sys_enter',
        'a',
        `r7 = *(u64 *)(r1 + 8)
        *(u64 *)(r10 - 16) = r7
        r7 &= 1
        *(u32 *)(r10 - 4) = r7
        r2 = r10
        r2 += -4
        r1 = map[rings] ll
        call map_lookup_elem
        if r0 == 0 goto out
        r1 = r0
        r2 = r10
        r2 += -16
        r3 = 8
        r4 = 0
        call ringbuf_output`,
      ),
    ].join('\n'),
  },
];
