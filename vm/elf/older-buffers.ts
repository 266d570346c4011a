// Objects for kernels with ring buffers and for those without (before 5.8): they ask CO-RE for struct bpf_ringbuf, and where there is none hand their
// records to bpf_perf_event_output. Their tool makes the same map a perf buffer then; so does the loader.
// @see https://nakryiko.com/posts/bpf-ringbuf/
import type { Btf } from '../btf/btf.ts';
import { nameOf } from '../btf/query.ts';
import type { MapSpec } from '../object.ts';
import type { CoreOutcome } from './core/relocate.ts';

/** The kernel's own struct of a ring buffer. */
const RING_STRUCT = 'bpf_ringbuf';
const FD_BYTES = 4;

/** Whether programs asked if the kernel has ring buffers, and it has none. `types` are the object's. */
export function asksForRings(outcomes: readonly CoreOutcome[], types: Btf): boolean {
  return outcomes.some(
    ({ relo: { kind, typeId }, value }) =>
      kind === 'type_exists' && value === 0n && nameOf(types.type(typeId)) === RING_STRUCT,
  );
}

/** The maps with perf buffers in the place of ring buffers, and the names of these. */
export function withPerfBuffers(maps: readonly MapSpec[]): {
  readonly maps: readonly MapSpec[];
  readonly perfBuffers: readonly string[];
} {
  const perfBuffers = maps.filter(({ type }) => type === 'ringbuf').map(({ name }) => name);
  return {
    maps: maps.map((map) =>
      map.type === 'ringbuf'
        ? { ...map, type: 'perf_event_array', keySize: FD_BYTES, valueSize: FD_BYTES, maxEntries: 0 }
        : map,
    ),
    perfBuffers,
  };
}
