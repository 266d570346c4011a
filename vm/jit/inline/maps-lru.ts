// Updates and removals in LRU maps: as long as the CPU has unused elements of its own they move between lists here; when it must fetch some, and perhaps evict
// others, JavaScript does it, for many updates at once.
import { ERRNO } from '../../errno.ts';
import { HASH_HEAD } from '../../maps/hash-table.ts';
import type { LruLayout, TableLayout } from '../../maps/layout.ts';
import { LRU_LOCAL, LRU_LOCAL_BYTES } from '../../maps/lru-lists.ts';
import { LIST_BYTES, LRU_NODE, LRU_TYPE } from '../../maps/lru-nodes.ts';
import { LRU_SET, LRU_SET_BYTES } from '../../maps/lru-sets.ts';
import { UPDATE_FLAGS } from '../../maps/types.ts';
import type { MapSpec } from '../../object.ts';
import { CELLS } from '../cells.ts';
import type { CodeWriter, Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';
import { answer, LEFT, refuseFlags, UPDATE } from './maps-calls.ts';
import { countElements, linkElement, loadAt, unlinkElement } from './maps-chain.ts';
import { beginUpdate, findOld, writeOfAll, writeOfCpu, writeValue, type TableUpdate } from './maps-update.ts';
import { storeKey } from './maps-words.ts';

/** Locals to move nodes with. */
interface NodeLocals {
  readonly prev: Local;
  readonly next: Local;
}

function nodeLocals(code: CodeWriter): NodeLocals {
  return { prev: code.local('i32', 'prev'), next: code.local('i32', 'next') };
}

/** Takes the node of an element (`off` behind it) out of its list. */
function removeNode(code: CodeWriter, element: Local, off: number, { prev, next }: NodeLocals): void {
  code
    .get(element)
    .mem('i32_load', off + LRU_NODE.prev)
    .set(prev);
  code
    .get(element)
    .mem('i32_load', off + LRU_NODE.next)
    .set(next);
  code.get(prev).get(next).mem('i32_store', LRU_NODE.next);
  code.get(next).get(prev).mem('i32_store', LRU_NODE.prev);
}

/** Puts the node of an element at the head of the list whose offset is in a local. */
function insertNode(
  code: CodeWriter,
  element: Local,
  off: number,
  list: Local,
  { prev, next }: NodeLocals,
): void {
  const node = prev; // nothing else needs it now
  code.get(list).mem('i32_load', LRU_NODE.next).set(next);
  code.get(element).i32(off).op('i32_add').set(node);
  code.get(node).get(list).mem('i32_store', LRU_NODE.prev);
  code.get(node).get(next).mem('i32_store', LRU_NODE.next);
  code.get(next).get(node).mem('i32_store', LRU_NODE.prev);
  code.get(list).get(node).mem('i32_store', LRU_NODE.next);
}

/** Sets where a node stands, and that it is not used. */
function setType(code: CodeWriter, element: Local, off: number, type: number): void {
  code
    .get(element)
    .i32(type)
    .mem('i32_store8', off + LRU_NODE.type);
  code
    .get(element)
    .i32(0)
    .mem('i32_store8', off + LRU_NODE.ref);
}

function reference(code: CodeWriter, element: Local, off: number): void {
  code
    .get(element)
    .i32(1)
    .mem('i32_store8', off + LRU_NODE.ref);
}

/** Leaves the offset of the local lists of the CPU on the stack. */
function localLists(code: CodeWriter, lru: LruLayout): CodeWriter {
  return code
    .i32(LRU_LOCAL_BYTES)
    .op('i32_mul')
    .i32(lru.at + LRU_SET_BYTES)
    .op('i32_add');
}

/** Takes one of the CPU's own unused elements; leaves the function where it has none. */
function takeOwn({ code, table, key, element, hash }: TableUpdate, lru: LruLayout): void {
  const { nodeOff } = lru;
  const nodes = nodeLocals(code);
  const list = code.local('i32', 'list');
  const first = code.local('i32', 'first');
  localLists(loadAt(code, CELLS.cpu), lru).i32(LRU_LOCAL.free).op('i32_add').set(list);
  code.get(list).mem('i32_load', LRU_NODE.next).tee(first).get(list).op('i32_eq').if();
  answer(code, LEFT);
  code.end();
  code.get(first).i32(nodeOff).op('i32_sub').set(element);
  removeNode(code, element, nodeOff, nodes);
  code.get(element).get(hash).mem('i32_store', HASH_HEAD.hash);
  setType(code, element, nodeOff, LRU_TYPE.localPending);
  code.get(element);
  loadAt(code, CELLS.cpu).mem('i32_store16', nodeOff + LRU_NODE.cpu);
  code
    .get(list)
    .i32(LRU_LOCAL.pending - LRU_LOCAL.free)
    .op('i32_add')
    .set(list);
  insertNode(code, element, nodeOff, list, nodes);
  storeKey(code, key, element, table.pool.keySkip);
}

/** Gives an element back that is in no bucket: to the unused ones of its CPU when it never was among the common ones, else to these. */
export function giveLru(code: CodeWriter, lru: LruLayout, element: Local): void {
  const { nodeOff, at, isPercpu } = lru;
  const nodes = nodeLocals(code);
  const list = code.local('i32', 'list');
  const type = code.local('i32', 'type');
  const set = code.local('i32', 'set');
  const cpu = (): CodeWriter => code.get(element).mem('i32_load16_u', nodeOff + LRU_NODE.cpu);
  code
    .get(element)
    .mem('i32_load8_u', nodeOff + LRU_NODE.type)
    .tee(type);
  code.i32(LRU_TYPE.localPending).op('i32_eq').if();
  setType(code, element, nodeOff, LRU_TYPE.localFree);
  removeNode(code, element, nodeOff, nodes);
  localLists(cpu(), lru).i32(LRU_LOCAL.free).op('i32_add').set(list);
  code.else();
  if (isPercpu) cpu().i32(LRU_SET_BYTES).op('i32_mul').i32(at).op('i32_add').set(set);
  else code.i32(at).set(set);
  code.get(set).mem('i32_load', LRU_SET.rotation).get(element).i32(nodeOff).op('i32_add').op('i32_eq').if();
  code
    .get(set)
    .get(element)
    .mem('i32_load', nodeOff + LRU_NODE.prev)
    .mem('i32_store', LRU_SET.rotation);
  code.end();
  code.get(type).i32(LRU_TYPE.inactive).op('i32_le_u').if();
  code.get(set).get(type).i32(2).op('i32_shl').op('i32_add').tee(list);
  code.get(list).mem('i32_load', LRU_SET.counts).i32(1).op('i32_sub').mem('i32_store', LRU_SET.counts);
  code.end();
  setType(code, element, nodeOff, LRU_TYPE.free);
  removeNode(code, element, nodeOff, nodes);
  code
    .get(set)
    .i32(LRU_TYPE.free * LIST_BYTES)
    .op('i32_add')
    .set(list);
  code.end();
  insertNode(code, element, nodeOff, list, nodes);
}

/** An update of an lru_hash: an unused element is taken before the key is looked for. */
export function writeLruUpdate(name: FuncName, table: TableLayout, lru: LruLayout, spec: MapSpec): FuncCode {
  const update = beginUpdate(name, table, spec);
  const { code, element, old, link } = update;
  const refused = (errno: number) => (): void => {
    giveLru(code, lru, element);
    answer(code, errno);
  };
  takeOwn(update, lru);
  findOld(update);
  writeValue(update, element, table.pool.value.skip);
  code.get(old).if();
  refuseFlags(code, UPDATE_FLAGS.noexist, refused(-ERRNO.EEXIST));
  unlinkElement(code, old, link);
  linkElement(code, update);
  reference(code, element, lru.nodeOff);
  giveLru(code, lru, old);
  code.else();
  refuseFlags(code, UPDATE_FLAGS.exist, refused(-ERRNO.ENOENT));
  linkElement(code, update);
  countElements(code, table, 1);
  code.end().i64(0);
  return code.finish();
}

/** An update of an lru_percpu_hash: with BPF_EXIST no element is taken, and one that is taken for nothing is given back. */
export function writeLruPercpuUpdate(
  name: FuncName,
  table: TableLayout,
  lru: LruLayout,
  spec: MapSpec,
): FuncCode {
  const update = beginUpdate(name, table, spec);
  const { code, element, old } = update;
  const { exist, noexist } = UPDATE_FLAGS;
  code.get(UPDATE.flags).i32(exist).op('i32_ne').if();
  takeOwn(update, lru);
  code.end();
  findOld(update);
  code.get(old).if();
  refuseFlags(code, noexist, () => {
    giveLru(code, lru, element);
    answer(code, -ERRNO.EEXIST);
  });
  writeOfCpu(update, old);
  reference(code, old, lru.nodeOff);
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
