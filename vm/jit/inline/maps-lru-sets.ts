// Ageing and eviction in LRU maps, as functions of the runtime: what lru-sets.ts does.
import { HASH_HEAD } from '../../maps/hash-table.ts';
import type { LruLayout, TableLayout } from '../../maps/layout.ts';
import { LRU_LOCAL_BYTES } from '../../maps/lru-lists.ts';
import { LRU_NODE, LRU_TYPE } from '../../maps/lru-nodes.ts';
import { LRU_SET, LRU_SET_BYTES } from '../../maps/lru-sets.ts';
import type { MapSpec } from '../../object.ts';
import { CodeWriter } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName, FuncType } from '../wasm/types.ts';
import { countElements, setBucket, unlinkElement } from './maps-chain.ts';
import { NodeCode } from './maps-lru-nodes.ts';

const EVICT_TYPE = 'i32 -> i32' satisfies FuncType;
const ROTATE_TYPE = 'i32 -> ' satisfies FuncType;
const SHRINK_TYPE = 'i32 i32 i32 i32 -> ' satisfies FuncType;

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

/** An LRU map for those who write its functions. */
export interface LruMap {
  readonly table: TableLayout;
  readonly lru: LruLayout;
  readonly spec: MapSpec;
  readonly names: LruFunctions;
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

/** Goes by the hash that stands in the element: an element that is in no bucket may have any key. */
export function writeEvict({ table, lru, names }: LruMap): FuncCode {
  const code = new CodeWriter(names.evict, EVICT_TYPE, ['node']);
  const element = code.local('i32', 'element');
  const hash = code.local('i32', 'hash');
  const link = code.local('i32', 'link');
  const other = code.local('i32', 'other');
  code.get(0).i32(lru.nodeOff).op('i32_sub').tee(element).mem('i32_load', HASH_HEAD.hash).set(hash);
  setBucket(code, table, { hash, bucket: link });
  code.block().loop();
  code.get(link).mem('i32_load', 0).tee(other).get(element).op('i32_eq').brIf(1);
  code.get(other).op('i32_eqz').if();
  code.i32(0).op('return').end();
  code.get(other).i32(HASH_HEAD.next).op('i32_add').set(link).br(0);
  code.end().end();
  unlinkElement(code, element, link);
  countElements(code, table, -1);
  code.i32(1);
  return code.finish();
}

export function writeRotate({ lru: { scans }, names }: LruMap): FuncCode {
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

export function writeShrink({ lru: { scans }, names }: LruMap): FuncCode {
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
