// Helpers of maps in WebAssembly: arrays in place, of other kinds a function of the runtime for each map, with its addresses and sizes as constants.
import { PERCPU } from '../../helpers/groups.ts';
import type { KernelMap } from '../../maps/map.ts';
import { kernelFields } from '../../maps/value-fields.ts';
import type { TableLayout } from '../../maps/layout.ts';
import type { Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';
import type { CallContext, Inline } from './call.ts';
import { LEFT } from './maps-calls.ts';
import { lookupCell, writeCellUpdate } from './maps-cells.ts';
import { giveElement } from './maps-chain.ts';
import { giveLru, writeLruPercpuUpdate, writeLruUpdate } from './maps-lru.ts';
import { writeLookup } from './maps-table.ts';
import { writeHashUpdate, writePercpuHashUpdate, writeRemove } from './maps-update.ts';

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
  map_update_elem(call) {
    const { map } = call;
    const make = map === undefined ? undefined : UPDATES[map.kind]?.(map);
    if (map === undefined || make === undefined) return false;
    const { code, regs } = call;
    const name = `rt:update:${map.id}`;
    call.runtime(name, () => make(name));
    for (const reg of [2, 3]) code.get(regs[reg]!).op('i32_wrap_i64');
    pushFlags(call, 4);
    code.call(name).set(regs[0]!);
    code.get(regs[0]!).i64(LEFT).op('i64_eq').if();
    call.callHelper();
    code.end();
    call.note(`${map.kind} update`);
    return true;
  },
  map_delete_elem(call) {
    const { map } = call;
    const make = map === undefined ? undefined : removalOf(map);
    if (map === undefined || make === undefined) return false;
    const { code, regs } = call;
    const name = `rt:delete:${map.id}`;
    call.runtime(name, () => make(name));
    code.get(regs[2]!).op('i32_wrap_i64').call(name).set(regs[0]!);
    call.note(`${map.kind} delete`);
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

type Make = (name: FuncName) => FuncCode;

/** Updates by kind; undefined for a map whose updates are left to JavaScript. */
const UPDATES: Readonly<Record<string, (map: KernelMap) => Make | undefined>> = {
  array: cellUpdate,
  percpu_array: cellUpdate,
  hash: tableUpdate(
    (table, { spec }) =>
      (name) =>
        writeHashUpdate(name, table, spec),
  ),
  percpu_hash: tableUpdate(
    (table, { spec }) =>
      (name) =>
        writePercpuHashUpdate(name, table, spec),
  ),
  lru_hash: lruUpdate(writeLruUpdate),
  lru_percpu_hash: lruUpdate(writeLruPercpuUpdate),
};

/** Fields of values are cleared, kept or let go: not here. */
function hasFields({ spec }: KernelMap): boolean {
  return kernelFields(spec) !== undefined;
}

function cellUpdate(map: KernelMap): Make | undefined {
  const { layout, spec } = map;
  if (layout?.kind !== 'cells' || hasFields(map)) return undefined;
  return (name) => writeCellUpdate(name, layout, spec);
}

function tableUpdate(make: (table: TableLayout, map: KernelMap) => Make | undefined) {
  return (map: KernelMap): Make | undefined =>
    map.layout?.kind === 'table' && !hasFields(map) ? make(map.layout, map) : undefined;
}

/** Where each CPU has a set of lists of its own, each update looks at what was used: JavaScript does. */
function lruUpdate(write: typeof writeLruUpdate) {
  return tableUpdate((table, { spec }) => {
    const { lru } = table;
    return lru === undefined || lru.isPercpu ? undefined : (name) => write(name, table, lru, spec);
  });
}

const removalOf = tableUpdate((table, { spec }) => {
  const { lru, pool } = table;
  if (table.holds === 'map') return undefined;
  return (name) =>
    writeRemove(name, table, spec.keySize, (code, element) => {
      if (lru === undefined) giveElement(code, pool, element);
      else giveLru(code, lru, element);
    });
});

/** Leaves flags as a u32 on the stack: those beyond 32 bits as ones that no map knows. */
function pushFlags(call: CallContext, reg: number): void {
  const { code, regs } = call;
  const known = call.constant(reg);
  if (known !== undefined) {
    code.i32(known >> 32n === 0n ? Number(known) : UNKNOWN_FLAGS);
    return;
  }
  code.get(regs[reg]!).op('i32_wrap_i64').i32(UNKNOWN_FLAGS);
  code.get(regs[reg]!).i64(32).op('i64_shr_u').op('i64_eqz').op('select');
}

/** As the helpers in JavaScript have it. */
const UNKNOWN_FLAGS = 0xffff_ffff;
