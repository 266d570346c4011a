// Objects of a program's own types: bpf_obj_new and bpf_obj_drop, references, lists, red-black trees, and the helper bpf_kptr_xchg, which keeps them in map
// values.
// @see kernel/bpf/helpers.c bpf_obj_new_impl, bpf_list_push_front_impl, bpf_rbtree_add_impl, bpf_kptr_xchg
import { ERRNO } from '../errno.ts';
import { hexAddress } from '../interp/fault.ts';
import { addressOf } from '../memory/linear.ts';
import { VALUE_FIELDS, type ObjectType, type ValueFieldKind } from '../object.ts';
import { offsetIn, setAddress, setInt, type HelperContext, type HelperRun } from './context.ts';

export const KPTR_HELPERS = {
  kptr_xchg(context) {
    const at = context.field(1, 'kptr');
    const { q, kernel } = context;
    if (kernel.isTask(offsetIn(context, 2))) {
      context.fault('object', 'R2 is a task, and a recording shows a task only as long as the event lasts');
    }
    const { view } = context.memory;
    const before = view.getBigUint64(at, true);
    view.setBigUint64(at, q[2]!, true);
    q[0] = before;
  },
} as const satisfies Record<string, HelperRun>;

export const OBJECT_KFUNCS = {
  bpf_obj_new_impl: (context) => setAddress(context, context.heap.make(typeIn(context))),
  bpf_obj_drop_impl(context) {
    context.heap.drop(objectIn(context, 1));
  },
  bpf_refcount_acquire_impl(context) {
    const at = objectIn(context, 1);
    context.heap.hold(at);
    setAddress(context, at);
  },

  bpf_list_push_front_impl: (context) => push(context, true),
  bpf_list_push_back_impl: (context) => push(context, false),
  bpf_list_pop_front(context) {
    pop(context, context.linked.first(context.field(1, 'list_head')));
  },
  bpf_list_pop_back(context) {
    pop(context, context.linked.last(context.field(1, 'list_head')));
  },
  bpf_list_front: (context) => setAddress(context, context.linked.first(context.field(1, 'list_head'))),
  bpf_list_back: (context) => setAddress(context, context.linked.last(context.field(1, 'list_head'))),

  bpf_rbtree_add_impl: add,
  bpf_rbtree_remove(context) {
    const root = context.field(1, 'rb_root');
    const at = nodeIn(context, 2, 'rb_node');
    if (context.linked.node(at)?.root !== root) return setAddress(context, 0);
    context.linked.remove(at);
    setAddress(context, at);
  },
  bpf_rbtree_first: (context) => setAddress(context, context.linked.firstIn(context.field(1, 'rb_root'))),
  bpf_rbtree_root: (context) => setAddress(context, context.linked.root(context.field(1, 'rb_root'))),
  bpf_rbtree_left: (context) => setAddress(context, childOf(context, 'left')),
  bpf_rbtree_right: (context) => setAddress(context, childOf(context, 'right')),
} as const satisfies Record<string, HelperRun>;

/** The type whose id is in r1. */
function typeIn(context: HelperContext): ObjectType {
  const id = context.q[1]!;
  const type = context.prog.objects.find((object) => BigInt(object.id) === id);
  return type ?? context.fault('object', `R1 is ${id}, which is no type of the program's objects`);
}

/** Offset of the object of a program's type that begins at the address in `reg`. */
function objectIn(context: HelperContext, reg: number): number {
  const at = offsetIn(context, reg);
  const type = context.heap.typeAt(at);
  if (type !== undefined && type.isReadonly !== true) return at;
  return context.fault('object', `R${reg} is ${hexAddress(context.q[reg]!)}, where no object begins`);
}

/** Offset of the node of an object whose address is in `reg`. */
function nodeIn(context: HelperContext, reg: number, kind: ValueFieldKind): number {
  const at = context.field(reg, kind);
  if (context.heap.around(at) !== 0) return at;
  const { type } = VALUE_FIELDS[kind];
  return context.fault('object', `R${reg} is the ${type} of an object that is gone`);
}

/** The list takes over the reference to the object, or the object is dropped. */
function push(context: HelperContext, front: boolean): void {
  const head = context.field(1, 'list_head');
  const node = nodeIn(context, 2, 'list_node');
  setInt(context, context.linked.push(head, node, front) ? 0 : refuse(context, node));
}

/** An object that is in a list or tree cannot be put into another: what was to be the reference of that goes. */
function refuse({ heap }: HelperContext, node: number): number {
  heap.drop(heap.around(node));
  return -ERRNO.EINVAL;
}

function pop(context: HelperContext, node: number): void {
  context.linked.unlink(node);
  setAddress(context, node);
}

/** Asks the program's function, from the top down, whether the new node comes before one that is there. */
function add(context: HelperContext): void {
  const { linked } = context;
  const root = context.field(1, 'rb_root');
  const node = nodeIn(context, 2, 'rb_node');
  const less = context.functionIn(3);
  if (linked.node(node) !== undefined) return setInt(context, refuse(context, node));
  let parent = 0;
  let isLeft = false;
  for (let next = linked.root(root); next !== 0;) {
    parent = next;
    isLeft = context.invoke(less, [addressOf(node), addressOf(parent)]) !== 0n;
    const below = linked.node(parent);
    if (below?.root !== root || linked.node(node) !== undefined) {
      context.fault(
        'object',
        'the function that compares two objects may not change the tree that they are in',
      );
    }
    next = isLeft ? below.left : below.right;
  }
  linked.insert(root, node, parent, isLeft);
  setInt(context, 0);
}

/** The node below the one in r2, which is in the tree in r1; 0 where there is none. */
function childOf(context: HelperContext, side: 'left' | 'right'): number {
  const root = context.field(1, 'rb_root');
  const node = context.linked.node(nodeIn(context, 2, 'rb_node'));
  return node?.root === root ? node[side] : 0;
}
