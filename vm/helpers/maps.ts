// bpf_map_lookup_elem, bpf_map_update_elem, bpf_map_delete_elem, bpf_map_lookup_percpu_elem.
import { isProgArray } from '../maps/prog-array.ts';
import type { KernelMap } from '../maps/map.ts';
import { setAddress, setInt, type HelperContext, type HelperRun } from './context.ts';
import { PERCPU } from './groups.ts';
import { typedMap } from './typed-map.ts';

/** An update flag that no map knows: what flags beyond 32 bits are taken for. */
const UNKNOWN_FLAGS = 0xffff_ffff;

export const MAP_HELPERS = {
  map_lookup_elem(context) {
    const map = elementsOf(context);
    const key = context.range(2, map.spec.keySize, false);
    setAddress(context, map.lookup(context.memory.u8, key, context.cpu));
  },
  map_update_elem(context) {
    const map = writableElementsOf(context);
    const key = context.range(2, map.spec.keySize, false);
    const value = context.range(3, map.spec.valueSize, false);
    const flags = context.r[9] === 0 ? context.r[8]! >>> 0 : UNKNOWN_FLAGS;
    const { u8 } = context.memory;
    setInt(context, map.update(u8, key, u8, value, flags, context.cpu));
  },
  map_delete_elem(context) {
    const map = writableElementsOf(context);
    const key = context.range(2, map.spec.keySize, false);
    setInt(context, map.remove(context.memory.u8, key));
  },
  map_lookup_percpu_elem(context) {
    const map = typedMap(context, 1, isPercpu, 'per-CPU map');
    const key = context.range(2, map.spec.keySize, false);
    const cpu = context.r[6]! >>> 0;
    setAddress(context, cpu < context.cpus ? map.lookup(context.memory.u8, key, cpu) : 0);
  },
} as const satisfies Record<string, HelperRun>;

const PERCPU_KINDS: ReadonlySet<string> = new Set(PERCPU);

function isPercpu(map: KernelMap): map is KernelMap {
  return PERCPU_KINDS.has(map.kind);
}

/** The map in r1, which must be one whose elements programs may reach. */
function elementsOf(context: HelperContext): KernelMap {
  const map = context.mapIn(1);
  if (isProgArray(map)) {
    context.fault('map', `R1 is the prog_array ${map.spec.name}, which only bpf_tail_call takes`);
  }
  return map;
}

/** The same, and programs may write them: what a map of maps holds, user space alone changes. */
function writableElementsOf(context: HelperContext): KernelMap {
  const map = elementsOf(context);
  if (map.spec.inner !== undefined) {
    context.fault('map', `R1 is the ${map.kind} ${map.spec.name}, in which programs look up only`);
  }
  return map;
}
