// User space's side of buffers: taking records out of ringbuf and perf_event_array, putting some into user_ringbuf, and the files that maps take by fd.
import type { Bpf } from '../api.ts';
import { ERRNO } from '../errno.ts';
import type { KernelMap } from '../maps/map.ts';
import { isUserRingbuf, type UserRingbuf } from '../maps/user-ringbuf.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { ObjectTable } from './objects.ts';
import { PerfEvent } from './perf-event.ts';

type BufferCalls = Pick<
  Bpf,
  | 'mapConsume'
  | 'perfEventOpen'
  | 'pidfdOpen'
  | 'userRingbufReserve'
  | 'userRingbufSubmit'
  | 'userRingbufDiscard'
>;

/** The calls over an object table of a machine with `cpus` CPUs. */
export function createBufferCalls(objects: ObjectTable, memory: LinearMemory, cpus: number): BufferCalls {
  const withMap = (fd: number, call: (map: KernelMap) => number): number => {
    const map = objects.mapByFd(fd);
    return typeof map === 'number' ? map : call(map);
  };
  const withUserRingbuf = (fd: number, call: (map: UserRingbuf) => number): number =>
    withMap(fd, (map) => (isUserRingbuf(map) ? call(map) : -ERRNO.EINVAL));

  return {
    mapConsume: (fd, visit) => withMap(fd, ({ records }) => records?.consume(visit) ?? -ERRNO.EINVAL),
    perfEventOpen(cpu, pages) {
      if (!Number.isInteger(cpu) || cpu < 0 || cpu >= cpus) return -ERRNO.EINVAL;
      const event = PerfEvent.open(memory, objects.files.nextId(), cpu, pages);
      return typeof event === 'number' ? event : objects.addFile(event);
    },
    pidfdOpen(tid) {
      if (!Number.isInteger(tid) || tid <= 0) return -ERRNO.EINVAL;
      return objects.addFile({ kind: 'pidfd', id: objects.files.nextId(), tid });
    },
    userRingbufReserve: (fd, size) => withUserRingbuf(fd, (map) => map.reserve(size)),
    userRingbufSubmit: (fd, position, bytes) => withUserRingbuf(fd, (map) => map.submit(position, bytes)),
    userRingbufDiscard: (fd, position) => withUserRingbuf(fd, (map) => map.discard(position)),
  };
}
