// Buffers whose declaration says what their records are: loaders of Go take the value's type for that, and leave it to themselves what sizes such a map has.
//
//   struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __type(value, struct event); } events SEC(".maps");
//
// @see https://pkg.go.dev/github.com/cilium/ebpf/cmd/bpf2go
import type { MapSpec } from '../object.ts';

/** Bytes of key and value: none, or the numbers of a CPU and an fd. */
const SIZES: Readonly<Record<string, number>> = { ringbuf: 0, user_ringbuf: 0, perf_event_array: 4 };

/** The map with the sizes that the kernel wants of it; the value's type is that of its records then. */
export function typedBuffer(map: MapSpec): MapSpec {
  const size = Object.hasOwn(SIZES, map.type) ? SIZES[map.type]! : undefined;
  const isAsWanted = map.keySize === size && map.valueSize === size;
  if (size === undefined || isAsWanted) return map;
  const { keyType: _, valueType = 0, ...rest } = map;
  const isRecord = valueType !== 0 && map.valueSize !== size;
  return { ...rest, keySize: size, valueSize: size, ...(isRecord ? { recordType: valueType } : {}) };
}
