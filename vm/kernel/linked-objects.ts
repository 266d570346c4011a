// Lists (struct bpf_list_head) and red-black trees (struct bpf_rb_root) of objects. Heads, roots and nodes are known by their offsets in linear memory; their
// own bytes stay 0, so that a program which writes over them harms nobody. Trees get the shape that Linux gives them.
// @see kernel/bpf/helpers.c __bpf_list_add, bpf_rbtree_remove, __bpf_rbtree_add; lib/rbtree.c
import type { LinearMemory } from '../memory/linear.ts';
import type { ValueFieldKind } from '../object.ts';
import type { ObjectHeap } from './object-heap.ts';
import { insertNode, removeNode, type TreeNode } from './rb-tree.ts';

interface ListNode {
  readonly head: number;
  prev: number;
  next: number;
}

interface ListEnds {
  first: number;
  last: number;
}

/** What `LinkedObjects.save` returns. */
export interface LinkState {
  readonly lists: readonly (readonly [number, ListEnds])[];
  readonly links: readonly (readonly [number, ListNode])[];
  readonly roots: readonly (readonly [number, number])[];
  readonly nodes: readonly (readonly [number, TreeNode])[];
}

/** All lists and trees of a machine. Offsets that are 0 are none. */
export class LinkedObjects {
  private readonly lists = new Map<number, ListEnds>();
  private readonly links = new Map<number, ListNode>();
  /** Top node of each tree that is not empty. */
  private readonly roots = new Map<number, number>();
  private readonly nodes = new Map<number, TreeNode>();

  /** Puts a node at the front or at the end of a list; false when it is in a list. */
  push(head: number, node: number, front: boolean): boolean {
    if (this.links.has(node)) return false;
    const ends = this.lists.get(head);
    if (ends === undefined) {
      this.lists.set(head, { first: node, last: node });
      this.links.set(node, { head, prev: 0, next: 0 });
    } else if (front) {
      this.links.set(node, { head, prev: 0, next: ends.first });
      this.links.get(ends.first)!.prev = node;
      ends.first = node;
    } else {
      this.links.set(node, { head, prev: ends.last, next: 0 });
      this.links.get(ends.last)!.next = node;
      ends.last = node;
    }
    return true;
  }

  first(head: number): number {
    return this.lists.get(head)?.first ?? 0;
  }

  last(head: number): number {
    return this.lists.get(head)?.last ?? 0;
  }

  /** Takes a node out of its list, if it is in one. */
  unlink(node: number): void {
    const link = this.links.get(node);
    if (link === undefined) return;
    const { head, prev, next } = link;
    const ends = this.lists.get(head)!;
    this.links.delete(node);
    if (prev === 0) ends.first = next;
    else this.links.get(prev)!.next = next;
    if (next === 0) ends.last = prev;
    else this.links.get(next)!.prev = prev;
    if (ends.first === 0) this.lists.delete(head);
  }

  /** The node at the top of a tree. */
  root(root: number): number {
    return this.roots.get(root) ?? 0;
  }

  /** The first node of a tree in its order. */
  firstIn(root: number): number {
    let at = this.root(root);
    for (let left = at; left !== 0; left = this.nodes.get(left)!.left) at = left;
    return at;
  }

  /** The node of a tree at an offset, undefined where there is none. */
  node(at: number): TreeNode | undefined {
    return this.nodes.get(at);
  }

  /** Puts a node below `parent` (0: at the top of an empty tree). */
  insert(root: number, at: number, parent: number, isLeft: boolean): void {
    insertNode({ nodes: this.nodes, roots: this.roots }, root, at, parent, isLeft);
  }

  /** Takes a node out of its tree, if it is in one. */
  remove(at: number): void {
    if (this.nodes.has(at)) removeNode({ nodes: this.nodes, roots: this.roots }, at);
  }

  save(): LinkState {
    return {
      lists: [...this.lists].map(([at, ends]) => [at, { ...ends }] as const),
      links: [...this.links].map(([at, link]) => [at, { ...link }] as const),
      roots: [...this.roots],
      nodes: [...this.nodes].map(([at, node]) => [at, { ...node }] as const),
    };
  }

  restore(state: LinkState): void {
    for (const map of [this.lists, this.links, this.roots, this.nodes]) map.clear();
    for (const [at, ends] of state.lists) this.lists.set(at, { ...ends });
    for (const [at, link] of state.links) this.links.set(at, { ...link });
    for (const [root, top] of state.roots) this.roots.set(root, top);
    for (const [at, node] of state.nodes) this.nodes.set(at, { ...node });
  }
}

/** What holds objects: the machine's table of them. */
interface Holder {
  readonly heap: ObjectHeap;
  readonly linked: LinkedObjects;
}

/** Lets go of what a field at an offset holds, which goes: of the objects in a list or tree, or behind a pointer; takes a node out of what it is in. */
export function releaseLinks(
  { heap, linked }: Holder,
  memory: LinearMemory,
  kind: ValueFieldKind,
  at: number,
): void {
  switch (kind) {
    case 'kptr':
    case 'kptr_percpu':
      heap.drop(memory.view.getUint32(at, true)); // the low half of an address is its offset
      memory.view.setBigUint64(at, 0n, true);
      break;
    case 'list_head':
      for (let node = linked.first(at); node !== 0; node = linked.first(at)) {
        linked.unlink(node);
        heap.drop(heap.around(node));
      }
      break;
    case 'rb_root':
      for (let node = linked.root(at); node !== 0; node = linked.root(at)) {
        linked.remove(node);
        heap.drop(heap.around(node));
      }
      break;
    case 'list_node':
      linked.unlink(at);
      break;
    case 'rb_node':
      linked.remove(at);
      break;
    default: // the others hold nothing
  }
}
