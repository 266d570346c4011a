// Where unused elements of an LRU map come from, as functions of the runtime: ageing, eviction, fetching and stealing, as lru-sets.ts and lru-lists.ts do them.
import { HASH_HEAD } from '../../maps/hash-table.ts';
import type { LruLayout, TableLayout } from '../../maps/layout.ts';
import { LRU_LOCAL, LRU_LOCAL_BYTES } from '../../maps/lru-lists.ts';
import { LRU_NODE, LRU_TYPE } from '../../maps/lru-nodes.ts';
import { LRU_SET, LRU_SET_BYTES } from '../../maps/lru-sets.ts';
import type { MapSpec } from '../../object.ts';
import { CELLS } from '../cells.ts';
import { CodeWriter, type Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName, FuncType } from '../wasm/types.ts';
import type { Made } from './maps-calls.ts';
import { countElements, loadAt } from './maps-chain.ts';
import { NodeCode } from './maps-lru-nodes.ts';

/** Names of the functions of one map. The later ones call the earlier ones. */
export interface LruFunctions {
  /** Takes the element of a node out of the map: 0 where it is in no bucket. */
  readonly evict: FuncName;
  /** Looks at what was used in a set. */
  readonly rotate: FuncName;
  /** Evicts for a set: how many at the most, the list that they go to, their type there. */
  readonly shrink: FuncName;
  /** An unused node for the CPU that runs, which has none of its own: 0 where none can be had. */
  readonly fetch: FuncName;
}

const EVICT_TYPE = 'i32 -> i32' satisfies FuncType;
const ROTATE_TYPE = 'i32 -> ' satisfies FuncType;
const SHRINK_TYPE = 'i32 i32 i32 i32 -> ' satisfies FuncType;
const FETCH_TYPE = '-> i32' satisfies FuncType;

export function lruFunctions(id: number): LruFunctions {
  return {
    evict: `rt:lru_evict:${id}`,
    rotate: `rt:lru_rotate:${id}`,
    shrink: `rt:lru_shrink:${id}`,
    fetch: `rt:lru_fetch:${id}`,
  };
}

/** An LRU map for those who write its functions. */
export interface LruMap {
  readonly table: TableLayout;
  readonly lru: LruLayout;
  readonly spec: MapSpec;
  readonly names: LruFunctions;
}

/** How each is written. */
export function lruMakers({ table, lru, names }: LruMap): readonly Made[] {
  return [
    { name: names.evict, make: () => writeEvict(table, lru, names) },
    { name: names.rotate, make: () => writeRotate(lru, names) },
    { name: names.shrink, make: () => writeShrink(lru, names) },
    { name: names.fetch, make: () => (lru.isPercpu ? writeOwnFetch(lru, names) : writeFetch(lru, names)) },
  ];
}

/** Leaves the offset of the local lists of a CPU, which is on the stack, there. */
export function localOf(code: CodeWriter, lru: LruLayout): CodeWriter {
  return code
    .i32(LRU_LOCAL_BYTES)
    .op('i32_mul')
    .i32(lru.at + LRU_SET_BYTES)
    .op('i32_add');
}

/** Leaves the offset of the set of a CPU, which is on the stack, there. */
export function setOf(code: CodeWriter, lru: LruLayout): CodeWriter {
  if (!lru.isPercpu) return code.op('drop').i32(lru.at);
  return code.i32(LRU_SET_BYTES).op('i32_mul').i32(lru.at).op('i32_add');
}

/** From the bucket of the hash that stands in the element: its key may be what an update overwrites. */
function writeEvict(table: TableLayout, lru: LruLayout, names: LruFunctions): FuncCode {
  const code = new CodeWriter(names.evict, EVICT_TYPE, ['node']);
  const element = code.local('i32', 'element');
  const other = code.local('i32', 'other');
  const link = code.local('i32', 'link');
  code.get(0).i32(lru.nodeOff).op('i32_sub').tee(element).mem('i32_load', HASH_HEAD.hash);
  code
    .i32(table.buckets - 1)
    .op('i32_and')
    .i32(2)
    .op('i32_shl')
    .i32(table.bucketsAt)
    .op('i32_add')
    .set(link);
  code.block().loop();
  code.get(link).mem('i32_load', 0).tee(other).get(element).op('i32_eq').brIf(1);
  code.get(other).op('i32_eqz').if();
  code.i32(0).op('return').end();
  code.get(other).i32(HASH_HEAD.next).op('i32_add').set(link).br(0);
  code.end().end();
  code.get(link).get(element).mem('i32_load', HASH_HEAD.next).mem('i32_store', 0);
  countElements(code, table, -1);
  code.i32(1);
  return code.finish();
}

function writeRotate({ scans }: LruLayout, names: LruFunctions): FuncCode {
  const code = new CodeWriter(names.rotate, ROTATE_TYPE, ['set']);
  const set = 0;
  const node = code.local('i32', 'node');
  const before = code.local('i32', 'before');
  const type = code.local('i32', 'type');
  const i = code.local('i32', 'i');
  const last = code.local('i32', 'last');
  const inactive = code.local('i32', 'inactive');
  const nodes = new NodeCode(code);
  const count = (which: number): CodeWriter => code.get(set).mem('i32_load', LRU_SET.counts + 4 * which);
  // While fewer are inactive than active, from the tail of the active ones: used ones go to the head, others to the inactive ones. The set is its list of these.
  count(LRU_TYPE.inactive);
  count(LRU_TYPE.active).op('i32_lt_u').if();
  code.get(set).mem('i32_load', LRU_NODE.next).set(last);
  nodes.before(set, node);
  code.i32(scans).set(i);
  code.block().loop();
  code.get(node).get(set).op('i32_eq').brIf(1);
  nodes.before(node, before);
  nodes.isUsed(node).op('i32_eqz').set(type); // 0: active, 1: inactive
  nodes.moveWithin(set, node, type);
  code.get(node).get(last).op('i32_eq').brIf(1);
  code.get(before).set(node);
  code.get(i).i32(1).op('i32_sub').tee(i).brIf(0);
  code.end().end().end();
  // The inactive ones, from where the last look ended: used ones become active.
  code.get(set).i32(LRU_SET.inactive).op('i32_add').set(inactive);
  nodes.hasFirst(inactive, last).op('i32_eqz').if().op('return').end();
  code
    .get(set)
    .mem('i32_load', LRU_SET.rotation)
    .tee(node)
    .tee(before)
    .mem('i32_load', LRU_NODE.next)
    .tee(last);
  code.get(inactive).op('i32_eq').if();
  code.get(last).mem('i32_load', LRU_NODE.next).set(last);
  code.end();
  code.i32(LRU_TYPE.active).set(type);
  code.i32(scans).set(i);
  code.block().loop();
  code.get(node).get(inactive).op('i32_eq').if();
  nodes.before(node, node);
  code.br(1).end();
  nodes.before(node, before);
  nodes.isUsed(node).if();
  nodes.moveWithin(set, node, type);
  code.end();
  code.get(node).get(last).op('i32_eq').brIf(1);
  code.get(before).set(node);
  code.get(i).i32(1).op('i32_sub').tee(i).brIf(0);
  code.end().end();
  code.get(set).get(before).mem('i32_store', LRU_SET.rotation);
  return code.finish();
}

function writeShrink({ scans }: LruLayout, names: LruFunctions): FuncCode {
  const code = new CodeWriter(names.shrink, SHRINK_TYPE, ['set', 'count', 'free', 'freeType']);
  const [set, count, free, freeType] = [0, 1, 2, 3] as const;
  const node = code.local('i32', 'node');
  const before = code.local('i32', 'before');
  const type = code.local('i32', 'type');
  const i = code.local('i32', 'i');
  const list = code.local('i32', 'inactive');
  const evicted = code.local('i32', 'evicted');
  const nodes = new NodeCode(code);
  code.get(set).i32(LRU_SET.inactive).op('i32_add').set(list);
  code.i32(LRU_TYPE.active).set(type);
  code.i32(scans).set(i);
  nodes.before(list, node);
  code.block().loop();
  code.get(node).get(list).op('i32_eq').brIf(1);
  nodes.before(node, before);
  nodes.isUsed(node).if();
  nodes.moveWithin(set, node, type);
  code.else();
  code.get(node).call(names.evict).if();
  nodes.moveOut(set, node, free, freeType);
  code.get(evicted).i32(1).op('i32_add').tee(evicted).get(count).op('i32_eq').if().op('return').end();
  code.end().end();
  code.get(before).set(node);
  code.get(i).i32(1).op('i32_sub').tee(i).brIf(0);
  code.end().end();
  code.get(evicted).if().op('return').end();
  // All were used: the oldest goes nevertheless, of the active ones where no other is left.
  nodes.hasFirst(list, node).op('i32_eqz').if();
  code.get(set).set(list).end();
  nodes.before(list, node);
  code.block().loop();
  code.get(node).get(list).op('i32_eq').brIf(1);
  code.get(node).call(names.evict).if();
  nodes.moveOut(set, node, free, freeType);
  code.op('return').end();
  nodes.before(node, node);
  code.br(0);
  code.end().end();
  return code.finish();
}

/** Where each CPU has a set of its own: the first of its unused nodes, which stays where it is. */
function writeOwnFetch(lru: LruLayout, names: LruFunctions): FuncCode {
  const code = new CodeWriter(names.fetch, FETCH_TYPE, []);
  const set = code.local('i32', 'set');
  const free = code.local('i32', 'free');
  const node = code.local('i32', 'node');
  const nodes = new NodeCode(code);
  setOf(loadAt(code, CELLS.cpu), lru).tee(set).call(names.rotate);
  code.get(set).i32(LRU_SET.free).op('i32_add').set(free);
  nodes.hasFirst(free, node).if().get(node).op('return').end();
  code.get(set).i32(lru.target).get(free).i32(LRU_TYPE.free).call(names.shrink);
  nodes.hasFirst(free, node).if().get(node).op('return').end();
  code.i32(0);
  return code.finish();
}

/** Where there is one set: brings what the CPU has used to it, fetches unused nodes from it, or else takes one from another CPU. The node is in no list then. */
function writeFetch(lru: LruLayout, names: LruFunctions): FuncCode {
  const code = new CodeWriter(names.fetch, FETCH_TYPE, []);
  const set = code.local('i32', 'set');
  const own = code.local('i32', 'own');
  const list = code.local('i32', 'list');
  const node = code.local('i32', 'node');
  const before = code.local('i32', 'before');
  const type = code.local('i32', 'type');
  const count = code.local('i32', 'count');
  const nodes = new NodeCode(code);
  code.i32(lru.at).set(set);
  localOf(loadAt(code, CELLS.cpu), lru).set(own);
  code.get(own).i32(LRU_LOCAL.pending).op('i32_add').set(list);
  nodes.before(list, node);
  code.block().loop();
  code.get(node).get(list).op('i32_eq').brIf(1);
  nodes.before(node, before);
  nodes.isUsed(node).op('i32_eqz').set(type); // 0: active, 1: inactive
  nodes.moveIn(set, node, type);
  code.get(before).set(node).br(0);
  code.end().end();
  code.get(set).call(names.rotate);
  code.get(own).i32(LRU_LOCAL.free).op('i32_add').set(list);
  code.i32(LRU_TYPE.localFree).set(type);
  code.i32(lru.target).set(count);
  code.get(set).i32(LRU_SET.free).op('i32_add').set(before);
  code.block().loop();
  nodes.hasFirst(before, node).op('i32_eqz').brIf(1);
  nodes.moveOut(set, node, list, type);
  code.get(count).i32(1).op('i32_sub').tee(count).brIf(0);
  code.end().end();
  code.get(count).if();
  code.get(set).get(count).get(list).get(type).call(names.shrink);
  code.end();
  nodes.hasFirst(list, node).if();
  nodes.remove(node);
  code.get(node).op('return').end();
  writeSteal(code, nodes, lru, own, names);
  return code.finish();
}

/** From the CPU whose turn it is on: an unused node; else the oldest one that it has brought to no set yet, of those that were not used before the others. */
function writeSteal(
  code: CodeWriter,
  nodes: NodeCode,
  lru: LruLayout,
  own: Local,
  names: LruFunctions,
): void {
  const first = code.local('i32', 'first');
  const cpu = code.local('i32', 'cpu');
  const from = code.local('i32', 'from');
  const node = code.local('i32', 'victim');
  const force = code.local('i32', 'force');
  code.get(own).mem('i32_load', LRU_LOCAL.steal).tee(first).set(cpu);
  code.block('i32').loop();
  localOf(code.get(cpu), lru).i32(LRU_LOCAL.free).op('i32_add').set(from);
  code.get(cpu).i32(1).op('i32_add').i32(lru.cpus).op('i32_rem_u').set(cpu);
  nodes.hasFirst(from, node).if();
  nodes.remove(node);
  code.get(node).br(2).end();
  code
    .get(from)
    .i32(LRU_LOCAL.pending - LRU_LOCAL.free)
    .op('i32_add')
    .set(from);
  code.i32(0).set(force);
  code.loop();
  nodes.before(from, node);
  code.block().loop();
  code.get(node).get(from).op('i32_eq').brIf(1);
  code.block();
  nodes.isUsed(node).get(force).i32(1).op('i32_xor').op('i32_and').brIf(0);
  code.get(node).call(names.evict).op('i32_eqz').brIf(0);
  nodes.remove(node);
  code.get(node).br(5);
  code.end();
  nodes.before(node, node);
  code.br(0);
  code.end().end();
  code.get(force).op('i32_eqz').if().i32(1).set(force).br(1).end();
  code.end();
  code.get(cpu).get(first).op('i32_ne').brIf(0).end();
  code.i32(0).end();
  code.set(node);
  code.get(own).get(cpu).mem('i32_store', LRU_LOCAL.steal);
  code.get(node);
}
