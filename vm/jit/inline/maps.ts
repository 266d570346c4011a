// Helpers of maps in WebAssembly: arrays in place, of other kinds a function of the runtime for each map, with its addresses and sizes as constants.
import { PERCPU } from '../../helpers/groups.ts';
import type { KernelMap } from '../../maps/map.ts';
import type { TableLayout } from '../../maps/layout.ts';
import type { Local } from '../wasm/code-writer.ts';
import type { CallContext, Inline } from './call.ts';
import { lookupCell } from './maps-cells.ts';
import { writeLookup } from './maps-table.ts';

export const MAP_INLINE = {
  map_lookup_elem: (call) => lookup(call),
  map_lookup_percpu_elem(call) {
    const { code, regs, map, cpus } = call;
    if (map === undefined || !PERCPU_KINDS.has(map.kind)) return false;
    const cpu = call.scratch('i32', 2);
    code.get(regs[3]!).op('i32_wrap_i64').tee(cpu);
    code.i32(cpus).op('i32_lt_u').if();
    lookup(call, cpu);
    code.else().i64(0).set(regs[0]!).end();
    return true;
  },
} as const satisfies Record<string, Inline>;

const PERCPU_KINDS: ReadonlySet<string> = new Set(PERCPU);

/** A look-up; with `cpu`, a local, in the values of that CPU. */
function lookup(call: CallContext, cpu?: Local): boolean {
  const { map } = call;
  const layout = map?.layout;
  if (map === undefined || layout === undefined) return false;
  if (layout.kind === 'cells') {
    lookupCell(call, layout, map.spec.maxEntries, cpu);
  } else if (layout.kind === 'table') {
    lookupKey(call, map, layout, cpu);
  } else {
    return false;
  }
  call.note(`${map.kind} look-up`);
  return true;
}

function lookupKey(call: CallContext, map: KernelMap, layout: TableLayout, cpu?: Local): void {
  const { code, regs } = call;
  const { id, spec } = map;
  const name = cpu === undefined ? `rt:lookup:${id}` : `rt:lookup_percpu:${id}`;
  call.runtime(name, () => writeLookup(name, layout, spec.keySize, cpu !== undefined));
  code.get(regs[2]!).op('i32_wrap_i64');
  if (cpu !== undefined) code.get(cpu);
  code.call(name).set(regs[0]!);
}
