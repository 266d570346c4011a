// Why programs are refused: locks, timers, kptrs and other fields that only helpers and kernel functions reach.
import { ERRNO } from '../../errno.ts';
import type { MessageTable } from './row.ts';

const unlockOf = (lock: string): string => lock.replace(/_lock$/, '_unlock');

export const FIELD_MESSAGES = {
  'field-direct': {
    errno: ERRNO.EACCES,
    text: (field: string, _off: number) => `${field} cannot be accessed directly by load/store`,
    why: (field: string, off: number) =>
      `at byte ${off} of the value lies a ${field}, which belongs to the kernel, and the load or store may touch it`,
    fix: (field: string) => `read and write around the ${field}; use the functions that are made for it`,
  },
  'field-in-object': {
    errno: ERRNO.EACCES,
    text: (field: string, _off: number) => `direct access to ${field} is disallowed`,
    why: (field: string, off: number) =>
      `at byte ${off} of the object lies a ${field}, which belongs to the kernel, and the load or store touches it`,
    fix: (field: string) => `read and write around the ${field}; use the functions that are made for it`,
  },
  'field-variable': {
    errno: ERRNO.EINVAL,
    text: (reg: number, field: string) =>
      `R${reg} doesn't have constant offset. ${field} has to be at the constant offset`,
    why: (reg: number, field: string) =>
      `a number that is not known was added to r${reg}, so it is not certain that it points at the ${field}`,
    fix: (_reg: number, field: string) => `take the address of the ${field} member itself, without an index`,
  },
  'field-elsewhere': {
    errno: ERRNO.EINVAL,
    text: (off: bigint, field: string, at: number) =>
      `off ${off} doesn't point to 'struct ${field}' that is at ${at}`,
    why: (off: bigint, field: string, at: number) =>
      `the pointer is ${off} bytes into the value, and the ${field} is at byte ${at}`,
    fix: (_off: bigint, field: string) => `pass the address of the ${field} member`,
  },
  'field-not-found': {
    errno: ERRNO.EINVAL,
    text: (field: string, off: number) => `${field} not found at offset=${off}`,
    why: (field: string, off: number) =>
      `the pointer is ${off} bytes into what it points at, and no ${field} lies there`,
    fix: (field: string) => `pass the address of the ${field} member`,
  },
  'map-no-btf': {
    errno: ERRNO.EINVAL,
    text: (map: string, what: string) => `map '${map}' has to have BTF in order to use ${what}`,
    why: (map: string, what: string) =>
      `nothing says what the values of ${map} look like, so it is not known that there is a field for ${what}`,
    fix: 'declare the map in section .maps with __type(value, struct ...), and the field as a member of that struct',
  },
  'map-no-field': {
    errno: ERRNO.EINVAL,
    text: (map: string, field: string) => `map '${map}' has no valid ${field}`,
    why: (map: string, field: string) =>
      `the values of ${map === '' ? 'the map' : map} have no member of type struct ${field}`,
    fix: (_map: string, field: string) => `add a struct ${field} to the map's value type`,
  },
  'lock-none': {
    errno: ERRNO.EINVAL,
    text: (where: string, lock: string) => `${where} has no valid ${lock}`,
    why: (_where: string, lock: string) =>
      `what the pointer points into has no member of type struct ${lock}`,
    fix: (_where: string, lock: string) => `add a struct ${lock} to its type`,
  },
  'lock-in-tree-callback': {
    errno: ERRNO.EACCES,
    text: () => "can't spin_{lock,unlock} in rbtree cb",
    why: 'the function that orders a tree runs under the lock of the tree, and must leave it as it is',
    fix: 'only compare the two nodes in it',
  },
  'lock-twice': {
    errno: ERRNO.EINVAL,
    text: () => 'Acquiring the same lock again, AA deadlock detected',
    why: 'this very lock is held already on this path: it would wait for itself for ever',
    fix: 'unlock it first, or do not take it again',
  },
  'unlock-without-lock': {
    errno: ERRNO.EINVAL,
    text: (lock: string) => `${unlockOf(lock)} without taking a lock`,
    why: 'no lock is held on this path',
    fix: 'take the lock on every path that leads here, and unlock once',
  },
  'unlock-other': {
    errno: ERRNO.EINVAL,
    text: (lock: string) => `${unlockOf(lock)} of different lock`,
    why: 'the lock that is held is another one: of another map, of another element (two look-ups are two elements, whatever the key), or taken by another function',
    fix: 'keep the pointer that was locked, and unlock through it, with the partner of the function that locked',
  },
  'unlock-order': {
    errno: ERRNO.EINVAL,
    text: (lock: string) => `${unlockOf(lock)} cannot be out of order`,
    why: 'locks are given back in the reverse order in which they were taken, and another one was taken behind this one',
    fix: 'unlock the one that was taken last first',
  },
  'kptr-helper': {
    errno: ERRNO.EACCES,
    text: (field: string, _off: number) => `${field} cannot be accessed indirectly by helper`,
    why: (field: string, off: number) =>
      `the memory that the callee would use has a ${field} at byte ${off}: a pointer to the kernel's memory that must not be read or changed as bytes`,
    fix: 'copy the other members to the stack and pass that, or a part of the value without the pointer',
  },
  'kptr-variable': {
    errno: ERRNO.EACCES,
    text: (field: string, _off: number) => `${field} access cannot have variable offset`,
    why: (field: string, off: number) =>
      `the offset is not known, so it is not certain that the ${field} at byte ${off} is what is accessed`,
    fix: 'access the pointer by its member, without an index',
  },
  'kptr-misaligned': {
    errno: ERRNO.EACCES,
    text: (field: string, expected: number, off: bigint) =>
      `${field} access misaligned expected=${expected} off=${BigInt.asUintN(64, off)}`,
    why: (field: string, expected: number) =>
      `a part of the ${field} at byte ${expected} would be accessed, and it is read or written as a whole only`,
    fix: (_field: string, expected: number) => `access the 8 bytes at offset ${expected}, or none of them`,
  },
  'kptr-size': {
    errno: ERRNO.EACCES,
    text: (field: string, _bytes: number) => `${field} access size must be BPF_DW`,
    why: (field: string, bytes: number) => `a ${field} has 8 bytes, and ${bytes} would be accessed`,
    fix: 'load or store all 8 bytes',
  },
  'kptr-mode': {
    errno: ERRNO.EACCES,
    text: () => 'kptr in map can only be accessed using BPF_MEM instruction mode',
    why: 'an atomic insn would change a pointer to the kernel as if it were a number',
    fix: 'use a plain load or store, or bpf_kptr_xchg, which swaps it atomically',
  },
  'kptr-store': {
    errno: ERRNO.EACCES,
    text: () => 'store to referenced kptr disallowed',
    why: 'the field owns what it points at: a plain store would lose the old object, or store what nobody owns',
    fix: 'swap it with bpf_kptr_xchg, and release what comes out',
  },
  'kptr-imm': {
    errno: ERRNO.EACCES,
    text: (off: number, _imm: number) => `BPF_ST imm must be 0 when storing to kptr at off=${off}`,
    why: (_off: number, imm: number) => `${imm} is no pointer; the only number that a kptr may hold is 0`,
    fix: 'store 0, or a pointer of the right type',
  },
  'kptr-type': {
    errno: ERRNO.EACCES,
    text: (reg: number, given: string, wanted: string, mayBeUntrusted: boolean) =>
      `invalid kptr access, R${reg} type=${given} expected=ptr_${wanted}` +
      (mayBeUntrusted ? ` or untrusted_ptr_${wanted}` : ''),
    why: (reg: number, _given: string, wanted: string) =>
      `the field keeps pointers to struct ${wanted}, and r${reg} is not known to be one`,
    fix: (_reg: number, _given: string, wanted: string) =>
      `store a pointer that a function returned as struct ${wanted}, checked against NULL where it is not owned`,
  },
  'kptr-none': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `R${reg} has no valid kptr`,
    why: (reg: number) => `what r${reg} points into has no member that is tagged __kptr`,
    fix: 'tag the pointer member with __kptr in the value type',
  },
  'kptr-elsewhere': {
    errno: ERRNO.EACCES,
    text: (off: number, _at: number) => `off=${off} doesn't point to kptr`,
    why: (off: number, at: number) =>
      `the pointer is ${off} bytes into the value, and the first kptr is at byte ${at}`,
    fix: 'pass the address of the __kptr member',
  },
  'kptr-unreferenced': {
    errno: ERRNO.EACCES,
    text: (off: number) => `off=${off} kptr isn't referenced kptr`,
    why: 'the member is tagged __kptr_untrusted: it owns nothing, so nothing can be swapped in and out',
    fix: 'tag the member with __kptr, or use plain loads and stores',
  },
} as const satisfies MessageTable;
