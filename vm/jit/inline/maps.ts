// Helpers of maps in WebAssembly: arrays in place, for other kinds a function of the runtime for each map, with its addresses and sizes as constants.
import type { Local } from '../wasm/code-writer.ts';
import type { CallContext, Inline } from './call.ts';
import { LEFT, type Operation } from './maps-calls.ts';
import { lookupCell } from './maps-cells.ts';
import {
  LOOKUPS,
  operationOf,
  PEEKS,
  PERCPU_LOOKUPS,
  POPS,
  PUSHES,
  REMOVALS,
  UPDATES,
} from './maps-kinds.ts';

/** Flags beyond 32 bits are taken for flags that no map knows, as the helpers in JavaScript have it. */
const UNKNOWN_FLAGS = 0xffff_ffff;

export const MAP_INLINE = {
  map_lookup_elem(call) {
    const { map } = call;
    if (map?.layout?.kind === 'cells') lookupCell(call, map.layout, map.spec.maxEntries);
    else if (!callFor(call, operationOf(LOOKUPS, map), () => pushOffsets(call, [2]))) return false;
    return told(call, 'look-up');
  },
  map_lookup_percpu_elem: lookupOfCpu,
  map_update_elem(call) {
    const pushArgs = (): void => {
      pushOffsets(call, [2, 3]);
      pushFlags(call, 4);
    };
    return callFor(call, operationOf(UPDATES, call.map), pushArgs) && told(call, 'update');
  },
  map_delete_elem(call) {
    return (
      callFor(call, operationOf(REMOVALS, call.map), () => pushOffsets(call, [2])) && told(call, 'delete')
    );
  },
  map_push_elem(call) {
    const pushArgs = (): void => {
      pushOffsets(call, [2]);
      pushFlags(call, 3);
    };
    return callFor(call, operationOf(PUSHES, call.map), pushArgs) && told(call, 'push');
  },
  map_pop_elem(call) {
    return callFor(call, operationOf(POPS, call.map), () => pushOffsets(call, [2])) && told(call, 'pop');
  },
  map_peek_elem(call) {
    return callFor(call, operationOf(PEEKS, call.map), () => pushOffsets(call, [2])) && told(call, 'peek');
  },
} as const satisfies Record<string, Inline>;

/** A look-up in the values of a CPU; there is none for a CPU that the machine does not have. */
function lookupOfCpu(call: CallContext): boolean {
  const { code, regs, map, cpus } = call;
  const operation = operationOf(PERCPU_LOOKUPS, map);
  const cells = map?.kind === 'percpu_array' && map.layout?.kind === 'cells' ? map.layout : undefined;
  if (map === undefined || (operation ?? cells) === undefined) return false;
  const cpu = call.scratch('i32', 2);
  code.get(regs[3]!).op('i32_wrap_i64').tee(cpu);
  code.i32(cpus).op('i32_lt_u').if();
  if (cells !== undefined) {
    lookupCell(call, cells, map.spec.maxEntries, cpu);
  } else {
    callFor(call, operation, () => {
      pushOffsets(call, [2]);
      code.get(cpu);
    });
  }
  code.else().i64(0).set(regs[0]!).end();
  return told(call, 'look-up');
}

/** Writes the call of a function; false where there is none. `pushArgs` leaves its arguments on the stack. */
function callFor(call: CallContext, operation: Operation | undefined, pushArgs: () => void): boolean {
  if (operation === undefined) return false;
  const { code, regs } = call;
  const { name, before = [], mayLeave = false } = operation;
  for (const made of before) call.runtime(made.name, () => made.make());
  call.runtime(name, () => operation.make());
  pushArgs();
  code.call(name).set(regs[0]!);
  if (!mayLeave) return true;
  code.get(regs[0]!).i64(LEFT).op('i64_eq').if();
  call.callHelper();
  code.end();
  return true;
}

/** Leaves the offsets that registers point at on the stack. */
function pushOffsets({ code, regs }: CallContext, from: readonly number[]): void {
  for (const reg of from) code.get(regs[reg]!).op('i32_wrap_i64');
}

/** Leaves flags on the stack, u32. */
function pushFlags(call: CallContext, reg: number): void {
  const { code, regs } = call;
  const flags: Local = regs[reg]!;
  const known = call.constant(reg);
  if (known !== undefined) {
    code.i32(known >> 32n === 0n ? Number(known) : UNKNOWN_FLAGS);
    return;
  }
  code.get(flags).op('i32_wrap_i64').i32(UNKNOWN_FLAGS);
  code.get(flags).i64(32).op('i64_shr_u').op('i64_eqz').op('select');
}

function told(call: CallContext, what: string): true {
  call.note(`${call.map?.kind} ${what}`);
  return true;
}
