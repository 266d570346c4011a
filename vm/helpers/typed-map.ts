// The map argument of helpers that take certain kinds only.
import type { KernelMap } from '../maps/map.ts';
import type { HelperContext } from './context.ts';

/** The map in register `reg`, of the kind that `is` tells; a fault that names `takes` for another. */
export function typedMap<T extends KernelMap>(
  context: HelperContext,
  reg: number,
  is: (map: KernelMap) => map is T,
  takes: string,
): T {
  const map = context.mapIn(reg);
  if (is(map)) return map;
  return context.fault('map', `R${reg} is the ${map.kind} ${map.spec.name}, and the helper takes a ${takes}`);
}
