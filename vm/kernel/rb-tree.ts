// Red-black trees as Linux balances them, so that programs which look at the shape of a tree (bpf_rbtree_root, bpf_rbtree_left) see the same.
// @see lib/rbtree.c __rb_insert, __rb_erase_augmented, ____rb_erase_color

/** A node; offsets of others are 0 where there are none. */
export interface TreeNode {
  readonly root: number;
  parent: number;
  left: number;
  right: number;
  isRed: boolean;
}

/** All nodes by their offsets, and the top node of each tree that is not empty. */
export interface Trees {
  readonly nodes: Map<number, TreeNode>;
  readonly roots: Map<number, number>;
}

type Side = 'left' | 'right';

/** Puts a new node below `parent` on a side where there is none, or at the top of an empty tree, and balances. */
export function insertNode(trees: Trees, root: number, at: number, parent: number, isLeft: boolean): void {
  trees.nodes.set(at, { root, parent, left: 0, right: 0, isRed: true });
  if (parent === 0) trees.roots.set(root, at);
  else nodeAt(trees, parent)[isLeft ? 'left' : 'right'] = at;
  let node = at;
  for (;;) {
    const up = nodeAt(trees, node).parent;
    if (up === 0) {
      nodeAt(trees, node).isRed = false;
      return;
    }
    if (!nodeAt(trees, up).isRed) return;
    const grand = nodeAt(trees, up).parent; // a red node is never at the top
    const side: Side = nodeAt(trees, grand).left === up ? 'left' : 'right';
    const uncle = nodeAt(trees, grand)[other(side)];
    if (isRed(trees, uncle)) {
      nodeAt(trees, uncle).isRed = false;
      nodeAt(trees, up).isRed = false;
      nodeAt(trees, grand).isRed = true;
      node = grand;
      continue;
    }
    let top = up;
    if (nodeAt(trees, up)[other(side)] === node) {
      rotate(trees, up, side);
      top = node;
    }
    rotate(trees, grand, other(side));
    nodeAt(trees, top).isRed = false;
    nodeAt(trees, grand).isRed = true;
    return;
  }
}

/** Takes a node out, and balances. */
export function removeNode(trees: Trees, at: number): void {
  const { left, right, parent, isRed: wasRed } = nodeAt(trees, at);
  if (left !== 0 && right !== 0) {
    const next = leftmost(trees, right);
    const heir = nodeAt(trees, next);
    const hole = heir.parent === at ? next : heir.parent;
    const child = heir.right;
    const lostRed = heir.isRed;
    if (heir.parent !== at) {
      replace(trees, next, child);
      heir.right = right;
      nodeAt(trees, right).parent = next;
    }
    replace(trees, at, next);
    heir.left = left;
    nodeAt(trees, left).parent = next;
    heir.isRed = wasRed;
    trees.nodes.delete(at);
    settle(trees, hole, child, lostRed);
    return;
  }
  const child = left === 0 ? right : left;
  replace(trees, at, child);
  trees.nodes.delete(at);
  settle(trees, parent, child, wasRed);
}

/** A node of the colour `lostRed` is gone between `parent` and `child`. */
function settle(trees: Trees, parent: number, child: number, lostRed: boolean): void {
  if (lostRed) return;
  if (isRed(trees, child)) nodeAt(trees, child).isRed = false;
  else if (parent !== 0) balance(trees, parent, child);
}

/** Paths through `node`, a child of `parent` or none, are one black node short. */
function balance(trees: Trees, parent: number, node: number): void {
  let up = parent;
  let short = node;
  while (up !== 0) {
    const side: Side = nodeAt(trees, up).right === short ? 'right' : 'left';
    let sibling = nodeAt(trees, up)[other(side)];
    if (isRed(trees, sibling)) {
      rotate(trees, up, side);
      nodeAt(trees, sibling).isRed = false;
      nodeAt(trees, up).isRed = true;
      sibling = nodeAt(trees, up)[other(side)];
    }
    const far = nodeAt(trees, sibling)[other(side)];
    if (!isRed(trees, far)) {
      const near = nodeAt(trees, sibling)[side];
      if (!isRed(trees, near)) {
        nodeAt(trees, sibling).isRed = true;
        if (isRed(trees, up)) {
          nodeAt(trees, up).isRed = false;
          return;
        }
        short = up;
        up = nodeAt(trees, up).parent;
        continue;
      }
      rotate(trees, sibling, other(side));
      sibling = near;
    }
    rotate(trees, up, side);
    nodeAt(trees, sibling).isRed = nodeAt(trees, up).isRed;
    nodeAt(trees, up).isRed = false;
    nodeAt(trees, nodeAt(trees, sibling)[other(side)]).isRed = false;
    return;
  }
}

/** Turns the tree below `at` towards a side: its child of the other side takes its place. */
function rotate(trees: Trees, at: number, side: Side): void {
  const node = nodeAt(trees, at);
  const child = node[other(side)];
  const below = nodeAt(trees, child);
  node[other(side)] = below[side];
  if (below[side] !== 0) nodeAt(trees, below[side]).parent = at;
  replace(trees, at, child);
  below[side] = at;
  node.parent = child;
}

/** Puts `by` (0: nothing) where `at` hangs. */
function replace(trees: Trees, at: number, by: number): void {
  const { parent, root } = nodeAt(trees, at);
  if (parent === 0) {
    if (by === 0) trees.roots.delete(root);
    else trees.roots.set(root, by);
  } else {
    const up = nodeAt(trees, parent);
    up[up.left === at ? 'left' : 'right'] = by;
  }
  if (by !== 0) nodeAt(trees, by).parent = parent;
}

function leftmost(trees: Trees, at: number): number {
  let node = at;
  while (nodeAt(trees, node).left !== 0) node = nodeAt(trees, node).left;
  return node;
}

function other(side: Side): Side {
  return side === 'left' ? 'right' : 'left';
}

function isRed(trees: Trees, at: number): boolean {
  return at !== 0 && nodeAt(trees, at).isRed;
}

function nodeAt({ nodes }: Trees, at: number): TreeNode {
  return nodes.get(at)!; // links lead to nodes of the tree only
}
