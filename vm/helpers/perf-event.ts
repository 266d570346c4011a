// bpf_perf_event_output, bpf_perf_event_read, bpf_perf_event_read_value: records into the perf event of a CPU.
// @see kernel/trace/bpf_trace.c __bpf_perf_event_output, net/core/filter.c bpf_skb_event_output
import { MISSING_PACKET } from '../kernel/net/packet.ts';
import { ERRNO } from '../errno.ts';
import { isPerfEventArray, type PerfEventArray } from '../maps/perf-event-array.ts';
import { setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import { typedMap } from './typed-map.ts';

/** Lower half of the flags: the index, and the one that stands for the CPU of the program. */
export const CURRENT_CPU = -1;
/** Bits of the flags' upper half that give the bytes of the packet to append. @see include/uapi/linux/bpf.h BPF_F_CTXLEN_MASK */
const PACKET_BYTES_MASK = 0xf_ffff;
/** struct bpf_perf_event_value: count, time enabled, time running. */
const VALUE_BYTES = 24;

export const PERF_EVENT_HELPERS = {
  perf_event_output(context) {
    const map = typedMap(context, 2, isPerfEventArray, 'perf_event_array');
    const size = sizeIn(context, 5);
    const at = size === 0 ? 0 : context.range(4, size, false);
    const more = packetBytes(context);
    if (more < 0) return setInt(context, more);
    const event = eventFor(context, map, 3);
    if (typeof event === 'number') return setInt(context, event);
    const { packet } = context.event;
    const from = packet === undefined ? 0 : packet.data;
    setInt(context, event.output(at, size, from, more));
  },
  perf_event_read: (context) => setInt(context, readCounter(context)),
  perf_event_read_value(context) {
    const size = sizeIn(context, 4);
    const into = size === 0 ? 0 : context.range(3, size, true);
    const result = readCounter(context);
    context.memory.u8.fill(0, into, into + size);
    setInt(context, size === VALUE_BYTES ? result : -ERRNO.EINVAL);
  },
  // Perf events run no programs here but in test runs, and nothing counts in one.
  perf_prog_read_value(context) {
    const size = sizeIn(context, 3);
    const into = context.range(2, size, true);
    context.memory.u8.fill(0, into, into + size);
    setInt(context, size === VALUE_BYTES ? -ERRNO.EOPNOTSUPP : -ERRNO.EINVAL);
  },
} as const satisfies Record<string, HelperRun>;

/** How many bytes of the packet are to be appended, by the upper half of the flags in r3; -errno where that cannot be. */
function packetBytes(context: HelperContext): number {
  const { r, event } = context;
  const upper = r[7]!;
  if (upper === 0) return 0;
  const { packet } = event;
  if (packet === undefined || (upper & ~PACKET_BYTES_MASK) !== 0) return -ERRNO.EINVAL;
  if (packet.isMissing(packet.data, upper)) context.countUnknownRead(MISSING_PACKET);
  return upper > packet.length ? -ERRNO.EFAULT : upper;
}

/** The event that the flags in register `reg` name, when programs of this CPU may write to it. */
function eventFor(context: HelperContext, map: PerfEventArray, reg: number) {
  const low = context.r[2 * reg]!;
  const index = low === CURRENT_CPU ? context.cpu : low >>> 0;
  if (index >= map.spec.maxEntries) return -ERRNO.E2BIG;
  const event = map.event(index);
  if (event === undefined) return -ERRNO.ENOENT;
  return event.cpu === context.cpu ? event : -ERRNO.EOPNOTSUPP;
}

/**
 * The count of the event that r1 (map) and r2 (flags) name. The machine opens events that take records only, and those count nothing: 0, and no times
 * that they were enabled and running.
 */
function readCounter(context: HelperContext): number {
  const map = typedMap(context, 1, isPerfEventArray, 'perf_event_array');
  if (context.r[5] !== 0) return -ERRNO.EINVAL;
  const event = eventFor(context, map, 2);
  if (typeof event !== 'number') return 0;
  return event === -ERRNO.EOPNOTSUPP ? -ERRNO.EINVAL : event; // a counter of another CPU cannot be read
}
