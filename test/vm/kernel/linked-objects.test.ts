// Lists and trees of objects against plain models, with a restore in between.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LinkedObjects } from '../../../vm/kernel/linked-objects.ts';
import { seedOf } from '../../support/seed.ts';

const SEED = seedOf(2013);
const ROOT = 8;
const HEADS = [8, 24];

/** Nodes of a tree in its order; checks what makes it a red-black tree. `order` is what nodes are sorted by. */
function nodesOf(linked: LinkedObjects, order: (at: number) => number): number[] {
  const walk = (at: number, parent: number): { nodes: number[]; black: number } => {
    if (at === 0) return { nodes: [], black: 1 };
    const node = linked.node(at)!;
    expect([node.parent, node.root]).toEqual([parent, ROOT]);
    const left = walk(node.left, at);
    const right = walk(node.right, at);
    expect(left.black).toBe(right.black);
    if (node.isRed) {
      const isRed = (child: number): boolean => linked.node(child)?.isRed === true;
      expect([isRed(node.left), isRed(node.right)]).toEqual([false, false]);
    }
    return { nodes: [...left.nodes, at, ...right.nodes], black: left.black + (node.isRed ? 0 : 1) };
  };
  const top = linked.root(ROOT);
  if (top !== 0) expect(linked.node(top)!.isRed).toBe(false);
  const { nodes } = walk(top, 0);
  expect(nodes.map(order)).toEqual(nodes.map(order).toSorted((a, b) => a - b));
  return nodes;
}

/** Puts a node where a program's function would: smaller ones to the left, equal ones to the right. */
function add(linked: LinkedObjects, at: number, order: (at: number) => number): void {
  let parent = 0;
  let isLeft = false;
  for (let next = linked.root(ROOT); next !== 0;) {
    parent = next;
    isLeft = order(at) < order(parent);
    const node = linked.node(parent)!;
    next = isLeft ? node.left : node.right;
  }
  linked.insert(ROOT, at, parent, isLeft);
}

test(`a tree stays sorted and balanced, whatever goes in and out (seed ${SEED})`, () => {
  const step = fc.record({ at: fc.integer({ min: 1, max: 40 }), save: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 120 }),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 41, maxLength: 41 }),
      (steps, keys) => {
        let linked = new LinkedObjects();
        const order = (at: number): number => keys[at / 8]!;
        const model: number[] = [];
        for (const { at: number, save } of steps) {
          const at = 8 * number;
          if (model.includes(at)) {
            linked.remove(at);
            model.splice(model.indexOf(at), 1);
          } else {
            add(linked, at, order);
            // Behind those that are equal.
            const i = model.findIndex((other) => order(other) > order(at));
            model.splice(i < 0 ? model.length : i, 0, at);
          }
          if (save) {
            const state = linked.save();
            linked.remove(model[0] ?? 0);
            linked = new LinkedObjects();
            linked.restore(state);
          }
          expect(nodesOf(linked, order)).toEqual(model);
          expect(linked.firstIn(ROOT)).toBe(model[0] ?? 0);
        }
      },
    ),
    { seed: SEED, numRuns: 150 },
  );
});

test('a tree has the shape that Linux gives it', () => {
  const linked = new LinkedObjects();
  for (let i = 1; i <= 10; i++) add(linked, 8 * i, (at) => at);
  const shape = (at: number): string => {
    const node = linked.node(at);
    return node === undefined
      ? ''
      : `(${shape(node.left)}${at / 8}${node.isRed ? 'r' : 'b'}${shape(node.right)})`;
  };
  expect(shape(linked.root(ROOT))).toBe('(((1b)2b(3b))4b((5b)6b((7b)8r(9b(10r)))))');
  for (const i of [4, 1, 6]) linked.remove(8 * i);
  expect(shape(linked.root(ROOT))).toBe('((2b(3r))5b((7b)8r(9b(10r))))');
});

test(`lists give back what was put in, from both ends (seed ${SEED})`, () => {
  const step = fc.record({
    op: fc.constantFrom('front', 'back', 'first', 'last', 'unlink', 'save'),
    head: fc.constantFrom(...HEADS),
    node: fc.integer({ min: 10, max: 20 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let linked = new LinkedObjects();
      const model = new Map<number, number[]>(HEADS.map((head) => [head, []]));
      const listOf = (node: number): number[] | undefined =>
        [...model.values()].find((list) => list.includes(node));
      for (const { op, head, node } of steps) {
        const list = model.get(head)!;
        if (op === 'front' || op === 'back') {
          const isFree = listOf(node) === undefined;
          expect(linked.push(head, node, op === 'front')).toBe(isFree);
          if (isFree && op === 'front') list.unshift(node);
          else if (isFree) list.push(node);
        } else if (op === 'save') {
          const state = linked.save();
          linked = new LinkedObjects();
          linked.restore(state);
        } else {
          const out = op === 'first' ? linked.first(head) : op === 'last' ? linked.last(head) : node;
          linked.unlink(out);
          const from = listOf(out);
          from?.splice(from.indexOf(out), 1);
        }
        for (const [at, nodes] of model) {
          expect([linked.first(at), linked.last(at)]).toEqual([nodes[0] ?? 0, nodes.at(-1) ?? 0]);
        }
      }
    }),
    { seed: SEED },
  );
});
