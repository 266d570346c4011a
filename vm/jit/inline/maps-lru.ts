// Updates and removals in LRU maps, as functions of the runtime: an update takes an unused element before it looks for the key, as on Linux.
import { ERRNO } from '../../errno.ts';
import { HASH_HEAD } from '../../maps/hash-table.ts';
import type { LruLayout } from '../../maps/layout.ts';
import { LRU_LOCAL } from '../../maps/lru-lists.ts';
import { LRU_NODE, LRU_TYPE } from '../../maps/lru-nodes.ts';
import { UPDATE_FLAGS } from '../../maps/types.ts';
import { CELLS } from '../cells.ts';
import type { CodeWriter, Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';
import { answer, refuseFlags, UPDATE } from './maps-calls.ts';
import { countElements, linkElement, loadAt, unlinkElement } from './maps-chain.ts';
import { localOf, setOf, type LruMap } from './maps-lru-sets.ts';
import { NodeCode } from './maps-lru-nodes.ts';
import { beginUpdate, findOld, writeOfAll, writeOfCpu, writeValue, type TableUpdate } from './maps-update.ts';
import { storeKey } from './maps-words.ts';

/** Puts an unused element with the key into a local; leaves the function where none can be had. */
function takeElement({ code, table, key, element, hash }: TableUpdate, { lru, names }: LruMap): void {
  const nodes = new NodeCode(code);
  const node = code.local('i32', 'node');
  const type = code.local('i32', 'type');
  const list = code.local('i32', 'lists');
  const cpu = code.local('i32', 'cpu');
  loadAt(code, CELLS.cpu).set(cpu);
  if (!lru.isPercpu) {
    localOf(code.get(cpu), lru).i32(LRU_LOCAL.free).op('i32_add').set(list);
    nodes.hasFirst(list, node).if();
    nodes.remove(node);
    code.else();
  }
  code.call(names.fetch).tee(node).op('i32_eqz').if();
  answer(code, -ERRNO.ENOMEM);
  code.end();
  if (!lru.isPercpu) code.end();
  code.get(node).i32(lru.nodeOff).op('i32_sub').tee(element);
  code.get(hash).mem('i32_store', HASH_HEAD.hash);
  if (lru.isPercpu) {
    setOf(code.get(cpu), lru).set(list);
    code.i32(LRU_TYPE.inactive).set(type);
    nodes.moveWithin(list, node, type);
  } else {
    code.i32(LRU_TYPE.localPending).set(type);
    nodes.setType(node, type);
    nodes.setCpu(node, cpu);
    code
      .get(list)
      .i32(LRU_LOCAL.pending - LRU_LOCAL.free)
      .op('i32_add')
      .set(list);
    nodes.insert(node, list);
  }
  storeKey(code, key, element, table.pool.keySkip);
}

/** Gives an element back that is in no bucket: to the unused ones of its CPU when it never came to a set, else to those of its set. */
export function giveLru(code: CodeWriter, lru: LruLayout, element: Local): void {
  const nodes = new NodeCode(code);
  const node = code.local('i32', 'given');
  const type = code.local('i32', 'type');
  const list = code.local('i32', 'lists');
  code.get(element).i32(lru.nodeOff).op('i32_add').tee(node).mem('i32_load16_u', LRU_NODE.cpu).set(list);
  code.get(node).mem('i32_load8_u', LRU_NODE.type);
  code.i32(LRU_TYPE.localPending).op('i32_eq').if();
  code.i32(LRU_TYPE.localFree).set(type);
  nodes.setType(node, type);
  localOf(code.get(list), lru).i32(LRU_LOCAL.free).op('i32_add').set(list);
  nodes.move(node, list);
  code.else();
  setOf(code.get(list), lru).set(list);
  code.i32(LRU_TYPE.free).set(type);
  nodes.moveWithin(list, node, type);
  code.end();
}

/** Marks an element as used. */
function reference(code: CodeWriter, { nodeOff }: LruLayout, element: Local): void {
  code
    .get(element)
    .i32(1)
    .mem('i32_store8', nodeOff + LRU_NODE.ref);
}

/** An update of an lru_hash. */
export function writeLruUpdate(name: FuncName, map: LruMap): FuncCode {
  const { table, lru, spec } = map;
  const update = beginUpdate(name, table, spec);
  const { code, element, old, link } = update;
  takeElement(update, map);
  findOld(update);
  writeValue(update, element, table.pool.value.skip);
  const refused = (errno: number) => (): void => {
    giveLru(code, lru, element);
    answer(code, errno);
  };
  code.get(old).if();
  refuseFlags(code, UPDATE_FLAGS.noexist, refused(-ERRNO.EEXIST));
  unlinkElement(code, old, link);
  linkElement(code, update);
  reference(code, lru, element);
  giveLru(code, lru, old);
  code.else();
  refuseFlags(code, UPDATE_FLAGS.exist, refused(-ERRNO.ENOENT));
  linkElement(code, update);
  countElements(code, table, 1);
  code.end().i64(0);
  return code.finish();
}

/** An update of an lru_percpu_hash: with BPF_EXIST no element is taken, and one that is taken for nothing is given back. */
export function writeLruPercpuUpdate(name: FuncName, map: LruMap): FuncCode {
  const { table, lru, spec } = map;
  const update = beginUpdate(name, table, spec);
  const { code, element, old } = update;
  const { exist, noexist } = UPDATE_FLAGS;
  code.get(UPDATE.flags).i32(exist).op('i32_ne').if();
  takeElement(update, map);
  code.end();
  findOld(update);
  code.get(old).if();
  refuseFlags(code, noexist, () => {
    giveLru(code, lru, element);
    answer(code, -ERRNO.EEXIST);
  });
  writeOfCpu(update, old);
  reference(code, lru, old);
  code.get(element).if();
  giveLru(code, lru, element);
  code.end();
  code.else();
  refuseFlags(code, exist, () => answer(code, -ERRNO.ENOENT));
  writeOfAll(update, element);
  linkElement(code, update);
  countElements(code, table, 1);
  code.end().i64(0);
  return code.finish();
}
