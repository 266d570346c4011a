// queue and stack: values without keys, first in first out, or last in first out. A ring of max_entries + 1 values, as the kernel has it.
//
//   header | head u32 | tail u32 | values, each rounded up to 8
//
// The head is where the next value goes; the queue gives out the one at the tail, the stack the one before the head.
// @see kernel/bpf/queue_stack_maps.c
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import { withoutKeys } from './keyless.ts';
import {
  allocMap,
  invalid,
  MAP_HEADER_BYTES,
  roundUp8,
  type KernelMap,
  type MapContext,
  type MapRefusal,
  type ValueStore,
} from './map.ts';
import { UPDATE_FLAGS } from './types.ts';

const FIELDS_BYTES = 8;
/** Longest value: what one kmalloc can give. */
const MAX_VALUE_BYTES = 0x40_0000;

export function checkQueueStack({ type, keySize, valueSize, maxEntries }: MapSpec): MapRefusal | undefined {
  if (maxEntries === 0 || keySize !== 0 || valueSize === 0) {
    return invalid(
      `a ${type} has keys of 0 bytes, values and entries; not ${keySize}, ${valueSize}, ${maxEntries}`,
    );
  }
  if (valueSize <= MAX_VALUE_BYTES) return undefined;
  const reason = `values of a ${type} are at most ${MAX_VALUE_BYTES} bytes long and not ${valueSize}`;
  return { errno: -ERRNO.E2BIG, reason };
}

/** Makes a queue or a stack, or answers -errno. The spec has passed `checkMapSpec`. */
export function createQueueStack(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id } = context;
  const { valueSize } = spec;
  const cells = spec.maxEntries + 1;
  const stride = roundUp8(valueSize);
  const byteSize = MAP_HEADER_BYTES + FIELDS_BYTES + cells * stride;
  const at = allocMap(context, spec, byteSize - MAP_HEADER_BYTES);
  if (at === 0) return -ERRNO.ENOMEM;
  const headAt = at + MAP_HEADER_BYTES;
  const tailAt = headAt + 4;
  const cellsAt = headAt + FIELDS_BYTES;
  const kind = spec.type === 'queue' ? 'queue' : 'stack';

  const get = (where: number): number => memory.view.getUint32(where, true);
  const set = (where: number, value: number): void => memory.view.setUint32(where, value, true);
  const after = (index: number): number => (index + 1 === cells ? 0 : index + 1);
  const before = (index: number): number => (index === 0 ? cells : index) - 1;
  const count = (): number => (get(headAt) - get(tailAt) + cells) % cells;
  /** Offset of the value that is next to come out, 0 when there is none. */
  const next = (): number => {
    const head = get(headAt);
    const tail = get(tailAt);
    if (head === tail) return 0;
    return cellsAt + (kind === 'queue' ? tail : before(head)) * stride;
  };
  const peek: ValueStore['peek'] = (into, intoAt) => {
    const from = next();
    if (from === 0) into.fill(0, intoAt, intoAt + valueSize);
    else into.set(memory.u8.subarray(from, from + valueSize), intoAt);
    return from === 0 ? -ERRNO.ENOENT : 0;
  };
  const pop: ValueStore['pop'] = (into, intoAt) => {
    const error = peek(into, intoAt);
    if (error !== 0) return error;
    if (kind === 'queue') set(tailAt, after(get(tailAt)));
    else set(headAt, before(get(headAt)));
    return 0;
  };
  const push: ValueStore['push'] = (value, valueAt, flags) => {
    if (flags > UPDATE_FLAGS.exist || flags === UPDATE_FLAGS.noexist) return -ERRNO.EINVAL;
    const head = get(headAt);
    const tail = get(tailAt);
    if (after(head) === tail) {
      if (flags !== UPDATE_FLAGS.exist) return -ERRNO.E2BIG;
      set(tailAt, after(tail)); // the oldest makes room
    }
    memory.write(cellsAt + head * stride, value, valueAt, valueSize);
    set(headAt, after(head));
    return 0;
  };
  const values: ValueStore = { push, pop, peek };

  return {
    kind,
    id,
    spec,
    at,
    regions: [],
    get entries() {
      return count();
    },
    userValueSize: valueSize,
    ...withoutKeys(-ERRNO.EINVAL),
    values,
    userLookup: () => copyOut(valueSize, peek),
    userTake: () => copyOut(valueSize, pop),
    userUpdate: (_key, value, flags) => push(value, 0, flags),
    layout: { kind: 'ring', headAt, tailAt, cellsAt, stride, cells },
    free: () => memory.free(at, byteSize),
  };
}

/** A copy of what `take` gives, or its -errno. */
function copyOut(size: number, take: ValueStore['peek']): Uint8Array | number {
  const value = new Uint8Array(size);
  const error = take(value, 0);
  return error === 0 ? value : error;
}
