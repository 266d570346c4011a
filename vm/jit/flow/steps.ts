// Structured control flow as a list of steps, before any of it is written: which blocks, loops and ifs stand in each other, and what is branched to.
import { dominates } from './dominators.ts';
import type { Shape } from './shape.ts';

/**
 * A step. `block` is a number of the graph, `index` that of a successor, `to` the block branched to, -1 where control gets there by itself.
 * open: a block of WebAssembly that ends where the block `to` stands; loop: one that begins at the block `to`; code: a block; arm: takes the i32 of the
 * block and goes on with the edge where it is taken; else: with the other; end: of what was opened last; leave: takes the i32, and the edge if it is
 * taken; go: takes the edge; table: a block that dispatches.
 */
export type Step =
  | { readonly kind: 'open' | 'loop'; readonly to: number }
  | { readonly kind: 'code' | 'table'; readonly block: number }
  | { readonly kind: 'arm' | 'else'; readonly block: number; readonly index: number }
  | { readonly kind: 'leave' | 'go'; readonly block: number; readonly index: number; readonly to: number }
  | { readonly kind: 'end' };

export interface Steps {
  readonly steps: readonly Step[];
  /** By block: how many branches go to where it stands, those back to loops not counted. */
  readonly uses: Int32Array;
}

/** Arms of at most so many blocks become if and else; of larger ones the smaller is nested: depth stays in bounds however long a program is. */
const SMALL_ARM = 6;
const NOWHERE = -1;
const END: Step = { kind: 'end' };

/** What is still to be done: a step as it is, or a block with all that it dominates, after which control falls to `follow`. */
type Task = Step | { readonly kind: 'tree'; readonly block: number; readonly follow: number };

/** Orders the steps for all blocks that are reached. */
export function stepsOf(shape: Shape): Steps {
  return new Planner(shape).plan();
}

class Planner {
  private readonly shape: Shape;
  private readonly steps: Step[] = [];
  private readonly uses: Int32Array;
  /** The last is the next. */
  private readonly tasks: Task[] = [{ kind: 'tree', block: 0, follow: NOWHERE }];

  constructor(shape: Shape) {
    this.shape = shape;
    this.uses = new Int32Array(shape.graph.length);
  }

  plan(): Steps {
    for (let task = this.tasks.pop(); task !== undefined; task = this.tasks.pop()) {
      if (task.kind === 'tree') this.tree(task.block, task.follow);
      else this.steps.push(task);
    }
    return { steps: this.steps, uses: this.uses };
  }

  private tree(block: number, follow: number): void {
    const { isHeader } = this.shape.loops;
    const after = this.shape.after[block] ?? [];
    const within = this.shape.within[block] ?? [];
    this.behind(after, follow);
    for (let i = after.length - 1; i >= 0; i--) this.steps.push({ kind: 'open', to: after[i]! });
    const inner = after[0] ?? follow;
    if (isHeader[block] === 1) {
      this.steps.push({ kind: 'loop', to: block });
      this.tasks.push(END);
    }
    this.behind(within, inner);
    for (let i = within.length - 1; i >= 0; i--) this.steps.push({ kind: 'open', to: within[i]! });
    this.steps.push({ kind: 'code', block });
    this.ways(block, within[0] ?? inner);
  }

  /** Blocks one behind the other, each after the end of what was opened for it. */
  private behind(blocks: readonly number[], follow: number): void {
    for (let i = blocks.length - 1; i >= 0; i--) {
      this.tasks.push({ kind: 'tree', block: blocks[i]!, follow: blocks[i + 1] ?? follow }, END);
    }
  }

  /** How a block is left. Tasks are put on their stack: what comes first is put last. */
  private ways(block: number, follow: number): void {
    const { graph, size, dominators } = this.shape;
    const next = graph[block]!;
    if (block >= size && next.length > 1) {
      for (const to of next) if (!this.isBack(block, to)) this.uses[to]! += 1;
      this.tasks.push({ kind: 'table', block });
      return;
    }
    const [fall, jump] = next;
    if (fall === undefined) return;
    if (jump === undefined) {
      this.way(block, 0, follow);
      return;
    }
    const fallsFar = this.isFar(block, fall);
    const jumpsFar = this.isFar(block, jump);
    if (fallsFar || jumpsFar) {
      // The last one may be the way that needs no branch, or the tree that goes on from here.
      const jumpFalls = jump === follow && fall !== jump && !this.isBack(block, jump);
      const first = jumpsFar && !(fallsFar && jumpFalls) ? 1 : 0;
      const to = next[first]!;
      if (!this.isBack(block, to)) this.uses[to]! += 1;
      this.way(block, 1 - first, follow);
      this.tasks.push({ kind: 'leave', block, index: first, to });
      return;
    }
    const first = dominators.size[jump]! < dominators.size[fall]! ? 1 : 0;
    const last = 1 - first;
    const ends = graph[next[first]!]!.length === 0;
    if (!ends && dominators.size[next[last]!]! <= SMALL_ARM) {
      this.tasks.push(END);
      this.way(block, last, follow);
      this.tasks.push({ kind: 'else', block, index: last });
      this.way(block, first, follow);
    } else {
      this.way(block, last, follow);
      this.tasks.push(END);
      this.way(block, first, NOWHERE);
    }
    this.tasks.push({ kind: 'arm', block, index: first });
  }

  /** The edge, and what stands at its end where that has no place of its own. */
  private way(block: number, index: number, follow: number): void {
    const to = this.shape.graph[block]![index]!;
    const back = this.isBack(block, to);
    if (!this.isFar(block, to)) {
      this.tasks.push({ kind: 'tree', block: to, follow });
      this.tasks.push({ kind: 'go', block, index, to: NOWHERE });
    } else if (to === follow && !back) {
      this.tasks.push({ kind: 'go', block, index, to: NOWHERE });
    } else {
      if (!back) this.uses[to]! += 1;
      this.tasks.push({ kind: 'go', block, index, to });
    }
  }

  private isFar(from: number, to: number): boolean {
    return this.shape.isBehind[to] === 1 || this.isBack(from, to);
  }

  private isBack(from: number, to: number): boolean {
    const { place } = this.shape.walk;
    return place[to]! <= place[from]! && dominates(this.shape.dominators, to, from);
  }
}
