// bpf_map_lookup_elem, bpf_map_update_elem, bpf_map_delete_elem.
import { isProgArray } from '../maps/prog-array.ts';
import type { KernelMap } from '../maps/map.ts';
import { setAddress, setInt, type HelperContext, type HelperRun } from './context.ts';

/** An update flag that no map knows: what flags beyond 32 bits are taken for. */
const UNKNOWN_FLAGS = 0xffff_ffff;

export const MAP_HELPERS = {
  map_lookup_elem(context) {
    const map = elementsOf(context);
    const key = context.range(2, map.spec.keySize, false);
    setAddress(context, map.lookup(context.memory.u8, key, context.cpu));
  },
  map_update_elem(context) {
    const map = elementsOf(context);
    const key = context.range(2, map.spec.keySize, false);
    const value = context.range(3, map.spec.valueSize, false);
    const flags = context.r[9] === 0 ? context.r[8]! >>> 0 : UNKNOWN_FLAGS;
    const { u8 } = context.memory;
    setInt(context, map.update(u8, key, u8, value, flags, context.cpu));
  },
  map_delete_elem(context) {
    const map = elementsOf(context);
    const key = context.range(2, map.spec.keySize, false);
    setInt(context, map.remove(context.memory.u8, key));
  },
} as const satisfies Record<string, HelperRun>;

/** The map in r1, which must be one whose elements programs may reach. */
function elementsOf(context: HelperContext): KernelMap {
  const map = context.mapIn(1);
  if (isProgArray(map)) {
    context.fault('map', `R1 is the prog_array ${map.spec.name}, which only bpf_tail_call takes`);
  }
  return map;
}
