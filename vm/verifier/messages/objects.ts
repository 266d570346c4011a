// Why programs are refused: objects of their own, lists and trees.
import { ERRNO } from '../../errno.ts';
import type { MessageTable } from './row.ts';

export const OBJECT_MESSAGES = {
  'object-id-range': {
    errno: ERRNO.EINVAL,
    text: (_id: bigint) => 'local type ID argument must be in range [0, U32_MAX]',
    why: (id: bigint) => `${id} cannot be the id of a type`,
    fix: 'use bpf_obj_new(type), which puts the id of the type there',
  },
  'object-no-btf': {
    errno: ERRNO.EINVAL,
    text: () => 'bpf_obj_new/bpf_percpu_obj_new requires prog BTF',
    why: 'nothing is known of the types of this program, so none can be made',
    fix: 'compile with -g, so that the object has BTF',
  },
  'object-not-struct': {
    errno: ERRNO.EINVAL,
    text: (_id: bigint) => 'bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct',
    why: (id: bigint) => `type ${id} of the program's BTF is no struct`,
    fix: 'use bpf_obj_new(struct name)',
  },
  'object-expected': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `arg#${reg - 1} expected pointer to allocated object`,
    why: (reg: number) =>
      `r${reg} must be an object that bpf_obj_new made or a list or tree gave back, and that this program owns`,
    fix: 'pass the pointer that owns the object, checked against NULL',
  },
  'object-drop-kind': {
    errno: ERRNO.EINVAL,
    text: (reg: number, wanted: string) => `arg#${reg - 1} expected for ${wanted}()`,
    why: (reg: number, wanted: string) => `the object in r${reg} is given back by ${wanted}`,
    fix: 'give objects of bpf_percpu_obj_new back with bpf_percpu_obj_drop, and those of bpf_obj_new with bpf_obj_drop',
  },
  'object-unreferenced': {
    errno: ERRNO.EINVAL,
    text: (_reg: number) => 'allocated object must be referenced',
    why: (reg: number) => `the program does not own the object behind r${reg}: it only looks at it`,
    fix: 'give back only what the program owns: what bpf_obj_new made, or a list or tree gave back',
  },
  'percpu-object-size': {
    errno: ERRNO.EINVAL,
    text: (bytes: number, limit: number) =>
      `bpf_percpu_obj_new type size (${bytes}) is greater than ${limit}`,
    why: (bytes: number, limit: number) =>
      `each CPU gets its own object of ${bytes} bytes, and ${limit} is the most`,
    fix: 'make the struct smaller, or keep the data in a per-CPU array',
  },
  'percpu-object-type': {
    errno: ERRNO.EINVAL,
    text: () => 'bpf_percpu_obj_new type ID argument must be of a struct of scalars',
    why: 'objects of each CPU have numbers in them, and nothing else',
    fix: 'take the pointers out of the struct',
  },
  'percpu-object-fields': {
    errno: ERRNO.EINVAL,
    text: () => 'bpf_percpu_obj_new type ID argument must not contain special fields',
    why: 'objects of each CPU have no locks, lists or other fields of the kernel in them',
    fix: 'take the field out of the struct',
  },
  'object-not-own': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `arg#${reg - 1} is neither owning or non-owning ref`,
    why: (reg: number) => `r${reg} is no pointer to an object that programs make`,
    fix: 'pass a pointer from bpf_obj_new, or to an object that a list or tree holds',
  },
  'object-uncounted': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `arg#${reg - 1} doesn't point to a type with bpf_refcount field`,
    why: 'only objects with a struct bpf_refcount can have several owners',
    fix: 'add a struct bpf_refcount to the type',
  },
  'root-pointer': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `arg#${reg - 1} expected pointer to map value or allocated object`,
    why: (reg: number) => `r${reg} must point at the head of a list or tree in a map value or in an object`,
    fix: 'look the value up in its map, check it against NULL, and pass the address of the member',
  },
  'root-unlocked': {
    errno: ERRNO.EINVAL,
    text: (off: number, root: string, _isOtherHeld: boolean) =>
      `bpf_spin_lock at off=${off} must be held for ${root}`,
    why: (_off: number, root: string, isOtherHeld: boolean) =>
      isOtherHeld
        ? `the lock that is held is not the one in the same map value or object as the ${root}`
        : `a ${root} may be used only while the bpf_spin_lock beside it is held`,
    fix: 'take the lock that lies in the same value before, and give it back behind the call',
  },
  'node-pointer': {
    errno: ERRNO.EINVAL,
    text: (kfunc: string) => `${kfunc} can only take non-owning or refcounted bpf_rb_node pointer`,
    why: 'the node must be one of an object that a tree may hold: what bpf_rbtree_first and its like return, or an object that counts its references',
    fix: 'pass what bpf_rbtree_first, _root, _left or _right returned, checked against NULL',
  },
  'tree-in-callback': {
    errno: ERRNO.EINVAL,
    text: (kfunc: string) => `${kfunc} not allowed in rbtree cb`,
    why: 'the function that orders a tree runs while the tree is being changed',
    fix: 'only compare the two nodes in it',
  },
  'node-type': {
    errno: ERRNO.EINVAL,
    text: (root: string, node: string, wantedOff: number, wanted: string, off: number, given: string) =>
      `operation on ${root} expects arg#1 ${node} at offset=${wantedOff} in struct ${wanted}, but arg is at offset=${off} in struct ${given}`,
    why: (root: string, _node: string, _wantedOff: number, wanted: string, _off: number, given: string) =>
      `the ${root} holds objects of struct ${wanted}, as its __contains says, and this one is a struct ${given}`,
    fix: (_root: string, _node: string, _wantedOff: number, wanted: string) =>
      `use a list or tree that is declared for this type, or make an object of struct ${wanted}`,
  },
  'node-offset': {
    errno: ERRNO.EINVAL,
    text: (off: number, node: string, wantedOff: number, struct: string) =>
      `arg#1 offset=${off}, but expected ${node} at offset=${wantedOff} in struct ${struct}`,
    why: (off: number, node: string, wantedOff: number) =>
      `the object has several nodes, and the list or tree links its objects by the ${node} at byte ${wantedOff}, not ${off}`,
    fix: 'pass the address of the member that __contains of the list or tree names',
  },
} as const satisfies MessageTable;
