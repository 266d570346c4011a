// Where an LRU map's unused elements come from when a CPU has none: from the sets, by eviction, from other CPUs. As functions of the runtime: what lru-lists.ts does.
import type { LruLayout } from '../../maps/layout.ts';
import { LRU_LOCAL } from '../../maps/lru-lists.ts';
import { LRU_TYPE } from '../../maps/lru-nodes.ts';
import { LRU_SET } from '../../maps/lru-sets.ts';
import { CELLS } from '../cells.ts';
import { CodeWriter, type Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncType } from '../wasm/types.ts';
import type { Made } from './maps-calls.ts';
import { loadAt } from './maps-chain.ts';
import { NodeCode } from './maps-lru-nodes.ts';
import {
  localOf,
  setOf,
  writeEvict,
  writeRotate,
  writeShrink,
  type LruFunctions,
  type LruMap,
} from './maps-lru-sets.ts';

const FETCH_TYPE = '-> i32' satisfies FuncType;

export function lruFunctions(id: number): LruFunctions {
  return {
    evict: `rt:lru_evict:${id}`,
    rotate: `rt:lru_rotate:${id}`,
    shrink: `rt:lru_shrink:${id}`,
    fetch: `rt:lru_fetch:${id}`,
  };
}

/** The functions, as they call each other. */
export function lruMakers(map: LruMap): readonly Made[] {
  const { lru, names } = map;
  return [
    { name: names.evict, make: () => writeEvict(map) },
    { name: names.rotate, make: () => writeRotate(map) },
    { name: names.shrink, make: () => writeShrink(map) },
    { name: names.fetch, make: () => (lru.isPercpu ? writeOwnFetch(map) : writeFetch(map)) },
  ];
}

/** Where each CPU has a set of its own: the first of its unused nodes, which stays where it is. */
function writeOwnFetch({ lru, names }: LruMap): FuncCode {
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
function writeFetch({ lru, names }: LruMap): FuncCode {
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
