// Nodes of LRU lists in generated code, by their offsets: what lru-nodes.ts and the moves of lru-sets.ts do.
import { LIST_BYTES, LRU_NODE, LRU_TYPE } from '../../maps/lru-nodes.ts';
import { LRU_SET } from '../../maps/lru-sets.ts';
import type { CodeWriter, Local } from '../wasm/code-writer.ts';

/** Writes moves of nodes into one function. Nodes, lists, sets and types stand in locals of i32. */
export class NodeCode {
  private readonly code: CodeWriter;
  private readonly prev: Local;
  private readonly next: Local;
  private readonly from: Local;
  private readonly list: Local;

  constructor(code: CodeWriter) {
    this.code = code;
    this.prev = code.local('i32', 'prev');
    this.next = code.local('i32', 'next');
    this.from = code.local('i32', 'from');
    this.list = code.local('i32', 'list');
  }

  /** Sets `to` to the node before another, or the last of a list. */
  before(node: Local, to: Local): void {
    this.code.get(node).mem('i32_load', LRU_NODE.prev).set(to);
  }

  /** Leaves on the stack whether a node was used. */
  isUsed(node: Local): CodeWriter {
    return this.code.get(node).mem('i32_load8_u', LRU_NODE.ref);
  }

  /** Leaves on the stack whether a list has nodes; `first` is the first then. */
  hasFirst(list: Local, first: Local): CodeWriter {
    return this.code.get(list).mem('i32_load', LRU_NODE.next).tee(first).get(list).op('i32_ne');
  }

  remove(node: Local): void {
    const { code, prev, next } = this;
    code.get(node).mem('i32_load', LRU_NODE.prev).set(prev);
    code.get(node).mem('i32_load', LRU_NODE.next).set(next);
    code.get(prev).get(next).mem('i32_store', LRU_NODE.next);
    code.get(next).get(prev).mem('i32_store', LRU_NODE.prev);
  }

  /** Puts a node at the head of a list. */
  insert(node: Local, list: Local): void {
    const { code, next } = this;
    code.get(list).mem('i32_load', LRU_NODE.next).set(next);
    code.get(node).get(list).mem('i32_store', LRU_NODE.prev);
    code.get(node).get(next).mem('i32_store', LRU_NODE.next);
    code.get(next).get(node).mem('i32_store', LRU_NODE.prev);
    code.get(list).get(node).mem('i32_store', LRU_NODE.next);
  }

  move(node: Local, list: Local): void {
    this.remove(node);
    this.insert(node, list);
  }

  /** Also takes the mark of use away. */
  setType(node: Local, type: Local): void {
    this.code.get(node).get(type).mem('i32_store8', LRU_NODE.type);
    this.code.get(node).i32(0).mem('i32_store8', LRU_NODE.ref);
  }

  setCpu(node: Local, cpu: Local): void {
    this.code.get(node).get(cpu).mem('i32_store16', LRU_NODE.cpu);
  }

  /** Moves a node of a set to the head of the set's list for a type. */
  moveWithin(set: Local, node: Local, type: Local): void {
    this.leave(set, node);
    this.addCount(set, type, 1);
    this.setType(node, type);
    this.move(node, this.listOf(set, type));
  }

  /** Moves a node of a set to a list beside it; its mark of use stays. */
  moveOut(set: Local, node: Local, list: Local, type: Local): void {
    this.leave(set, node);
    this.code.get(node).get(type).mem('i32_store8', LRU_NODE.type);
    this.move(node, list);
  }

  /** Moves a node that was in no set to the set's list for a type. */
  moveIn(set: Local, node: Local, type: Local): void {
    this.addCount(set, type, 1);
    this.setType(node, type);
    this.move(node, this.listOf(set, type));
  }

  private listOf(set: Local, type: Local): Local {
    this.code.get(type).i32(LIST_BYTES).op('i32_mul').get(set).op('i32_add').set(this.list);
    return this.list;
  }

  /** A node will leave its place in a set: the next look at the inactive ones begins before it, and it no longer counts there. */
  private leave(set: Local, node: Local): void {
    const { code, from } = this;
    code.get(set).mem('i32_load', LRU_SET.rotation).get(node).op('i32_eq').if();
    code.get(set).get(node).mem('i32_load', LRU_NODE.prev).mem('i32_store', LRU_SET.rotation);
    code.end();
    code.get(node).mem('i32_load8_u', LRU_NODE.type).set(from);
    this.addCount(set, from, -1);
  }

  /** Active and inactive nodes are counted. */
  private addCount(set: Local, type: Local, by: number): void {
    const { code, list: at } = this;
    code.get(type).i32(LRU_TYPE.inactive).op('i32_le_u').if();
    code.get(type).i32(2).op('i32_shl').get(set).op('i32_add').tee(at);
    code.get(at).mem('i32_load', LRU_SET.counts).i32(by).op('i32_add').mem('i32_store', LRU_SET.counts);
    code.end();
  }
}
