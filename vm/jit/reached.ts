// What tail calls lead to.
import type { KernelProg } from '../kernel/prog.ts';
import { isProgArray } from '../maps/prog-array.ts';

/** Programs, and all that tail calls lead to from there as slots are now. */
export function reachedFrom(progs: Iterable<KernelProg>): ReadonlySet<KernelProg> {
  const reached = new Set(progs);
  const arrays = new Set<number>();
  for (const prog of reached) {
    for (const map of prog.usedMaps) {
      if (!isProgArray(map) || arrays.has(map.id)) continue;
      arrays.add(map.id);
      for (const held of map.held()) reached.add(held); // a Set that grows is walked to its end
    }
  }
  return reached;
}
