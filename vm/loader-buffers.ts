// What libbpf does for buffers besides creating the maps: sizes that the kernel takes, and the events behind a perf_event_array.
// @see tools/lib/bpf/libbpf.c adjust_ringbuf_sz, map_set_def_max_entries, perf_buffer__new
import type { Bpf } from './api.ts';
import { errnoText } from './errno.ts';
import { LoadError } from './load-error.ts';
import type { MapSpec } from './object.ts';

const PAGE_BYTES = 4096;
const MAX_SIZE = 2 ** 31;
/** Pages of each CPU's perf buffer: what the tools that come with libbpf mostly ask for. */
const PERF_BUFFER_PAGES = 16;

/** The spec with a size that the kernel takes: rings grow to the next power of two of pages, a perf_event_array of 0 gets a slot for each CPU. */
export function withBufferSize(spec: MapSpec, cpus: number): MapSpec {
  const { type, maxEntries, inner } = spec;
  if (inner !== undefined) return { ...spec, inner: withBufferSize(inner, cpus) };
  if (type === 'perf_event_array' && maxEntries === 0) return { ...spec, maxEntries: cpus };
  if (type !== 'ringbuf' && type !== 'user_ringbuf') return spec;
  if (maxEntries === 0 || maxEntries > MAX_SIZE) return spec; // the kernel says why not
  return { ...spec, maxEntries: Math.max(PAGE_BYTES, 2 ** Math.ceil(Math.log2(maxEntries))) };
}

/** Opens a buffer for each CPU and puts it into the perf_event_array behind `fd`. Throws LoadError. */
export function openPerfBuffers(bpf: Bpf, fd: number, { name, maxEntries }: MapSpec, cpus: number): void {
  for (let cpu = 0; cpu < Math.min(cpus, maxEntries); cpu++) {
    const event = bpf.perfEventOpen(cpu, PERF_BUFFER_PAGES);
    const errno = event < 0 ? event : bpf.mapUpdate(fd, u32Bytes(cpu), u32Bytes(event), 0);
    bpf.close(event);
    if (errno === 0) continue;
    throw new LoadError('map', name, `no perf buffer for CPU ${cpu}: ${errnoText(errno)}`, { errno });
  }
}

function u32Bytes(value: number): Uint8Array {
  return Uint8Array.of(value, value >> 8, value >> 16, value >> 24);
}
