// bpf_map_push_elem, bpf_map_pop_elem, bpf_map_peek_elem: of queue, stack and bloom_filter.
import type { KernelMap, ValueStore } from '../maps/map.ts';
import { setInt, type HelperContext, type HelperRun } from './context.ts';

/** Flags that no push knows: what flags beyond 32 bits are taken for. */
const UNKNOWN_FLAGS = 0xffff_ffff;

export const QUEUE_HELPERS = {
  map_push_elem(context) {
    const { values, spec } = storeIn(context);
    const value = context.range(2, spec.valueSize, false);
    const flags = context.r[7] === 0 ? context.r[6]! >>> 0 : UNKNOWN_FLAGS;
    setInt(context, values.push(context.memory.u8, value, flags));
  },
  map_pop_elem(context) {
    const map = storeIn(context);
    if (map.kind === 'bloom_filter') {
      context.fault('map', `R1 is the bloom_filter ${map.spec.name}, and no value can be taken out of one`);
    }
    const into = context.range(2, map.spec.valueSize, true);
    setInt(context, map.values.pop(context.memory.u8, into));
  },
  map_peek_elem(context) {
    const { values, spec } = storeIn(context);
    const into = context.range(2, spec.valueSize, true);
    setInt(context, values.peek(context.memory.u8, into));
  },
} as const satisfies Record<string, HelperRun>;

type StoreMap = KernelMap & { readonly values: ValueStore };

function storeIn(context: HelperContext): StoreMap {
  const map = context.mapIn(1);
  if (map.values !== undefined) return map as StoreMap; // it has just been looked at
  return context.fault(
    'map',
    `R1 is the ${map.kind} ${map.spec.name}, and the helper takes a queue, a stack or a bloom_filter`,
  );
}
