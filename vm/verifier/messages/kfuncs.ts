// Why programs are refused: calls of kernel functions and what they are given.
import { ERRNO } from '../../errno.ts';
import { FIELD_MESSAGES } from './fields.ts';
import { OBJECT_MESSAGES } from './objects.ts';
import { REGION_MESSAGES } from './regions.ts';
import type { MessageTable } from './row.ts';
import { STACK_OBJECT_MESSAGES } from './stack-objects.ts';

export const KFUNCS_MESSAGES = {
  ...STACK_OBJECT_MESSAGES,
  ...REGION_MESSAGES,
  ...FIELD_MESSAGES,
  ...OBJECT_MESSAGES,
  'kfunc-not-allowed': {
    errno: ERRNO.EACCES,
    text: (name: string, _type: string) => `calling kernel function ${name} is not allowed`,
    why: (name: string, type: string) => `programs of type ${type} may not call ${name}`,
    fix: 'use a helper, or a program type that may call it',
  },
  'kfunc-arg-scalar': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `R${reg} is not a scalar`,
    why: (reg: number) => `the function takes a number in r${reg}, and it holds a pointer, or nothing yet`,
    fix: (reg: number) => `put a number into r${reg}`,
  },
  'kfunc-arg-constant': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `R${reg} must be a known constant`,
    why: (reg: number) =>
      `the result depends on the number in r${reg}, so it must be the same on every run: the verifier cannot tell its value here`,
    fix: (reg: number) => `pass a constant in r${reg}`,
  },
  'trusted-null': {
    errno: ERRNO.EACCES,
    text: (reg: number) => `Possibly NULL pointer passed to trusted arg${reg - 1}`,
    why: (reg: number) => `the function does not look whether r${reg} is NULL, and on this path it may be`,
    fix: (reg: number) => `compare r${reg} with 0 first, and call only where it is not`,
  },
  'arg-untrusted': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `R${reg} must be referenced or trusted`,
    why: (reg: number) =>
      `the function relies on the object behind r${reg} being there and staying, and this pointer does not promise that: it was read from memory, or walked to`,
    fix: 'pass a pointer that the kernel gave to the program (an argument, the result of a function that acquires), or acquire a reference first',
  },
  'arg-not-rcu': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `R${reg} must be a rcu pointer`,
    why: (reg: number) =>
      `the object behind r${reg} may be gone by now: the pointer is neither trusted, nor one that was read within the RCU section that is still open`,
    fix: 'read the pointer between bpf_rcu_read_lock and bpf_rcu_read_unlock, and call there, or acquire a reference first',
  },
  'arg-unsafe': {
    errno: ERRNO.EINVAL,
    text: (reg: number, given: string, kept: string) =>
      `arg#${reg - 1} is ${given} expected ${kept} or socket`,
    why: (reg: number) => `r${reg} points at a struct, but it is not certain that it is there`,
    fix: 'check it against NULL, and get it in a way that keeps it valid',
  },
  'arg-not-struct': {
    errno: ERRNO.EINVAL,
    text: (kfunc: string, reg: number, type: string) =>
      `kernel function ${kfunc} args#${reg - 1} pointer type ${type} is not supported`,
    why: (_kfunc: string, reg: number) =>
      `r${reg} is a pointer to a struct of the kernel, which this argument does not take`,
    fix: 'pass memory of the program: the stack, or a map value',
  },
  'arg-struct-other': {
    errno: ERRNO.EINVAL,
    text: (kfunc: string, reg: number, wanted: string, given: string) =>
      `kernel function ${kfunc} args#${reg - 1} expected pointer to STRUCT ${wanted} but R${reg} has a pointer to STRUCT ${given}`,
    why: (_kfunc: string, reg: number, wanted: string, given: string) =>
      `r${reg} points at a struct ${given}, and the function works on a struct ${wanted}`,
    fix: (_kfunc: string, _reg: number, wanted: string) => `pass a pointer to a struct ${wanted}`,
  },
  'arg-pointee': {
    errno: ERRNO.EINVAL,
    text: (reg: number, type: string) =>
      `arg#${reg - 1} pointer type ${type} must point to scalar, or struct with scalar`,
    why: (reg: number) =>
      `the argument is a struct with pointers in it, so only the kernel can make one, and r${reg} is not known to point at one of the kernel's`,
    fix: 'pass a pointer that a function of the kernel returned, checked against NULL, or that the program was given',
  },
  'ctx-expected': {
    errno: ERRNO.EINVAL,
    text: (reg: number, given: string) => `arg#${reg - 1} expected pointer to ctx, but got ${given}`,
    why: (reg: number) =>
      `the function works on the ctx that the program was given, and r${reg} is not that pointer`,
    fix: 'keep the ctx in r6 to r9 over calls and pass it unchanged',
  },
  'func-expected': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `arg${reg - 1} expected pointer to func`,
    why: (reg: number) => `r${reg} must be the address of a function of this program`,
    fix: 'pass the name of a static function',
  },
  'map-expected': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `pointer in R${reg} isn't map pointer`,
    why: (reg: number) => `the function works on a map, and r${reg} holds something else`,
    fix: 'pass the address of the map (in C: &map)',
  },
  'map-value-expected': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `arg#${reg - 1} doesn't point to a map value`,
    why: (reg: number) => `r${reg} must point into a value of a map that is known not to be NULL`,
    fix: 'look the value up, check it against NULL, and pass the address of the member',
  },
  'workqueue-map': {
    errno: ERRNO.EINVAL,
    text: (uid: number, other: number) =>
      `workqueue pointer in R1 map_uid=${uid} doesn't match map pointer in R2 map_uid=${other}`,
    why: 'the work queue lies in a value of one map, and r2 is another one',
    fix: 'pass the map that the value was looked up in',
  },
  'task-work-map': {
    errno: ERRNO.EINVAL,
    text: (uid: number, other: number) =>
      `bpf_task_work pointer in R2 map_uid=${uid} doesn't match map pointer in R3 map_uid=${other}`,
    why: 'the work lies in a value of one map, and r3 is another one',
    fix: 'pass the map that the value was looked up in',
  },
  'string-expected': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `arg#${reg - 1} doesn't point to a const string`,
    why: (reg: number) => `r${reg} must be the address of a string that is known when the program is loaded`,
    fix: 'make the string a static const char array: it goes to .rodata, which is frozen before programs are loaded',
  },
  'css-task-iter': {
    errno: ERRNO.EINVAL,
    text: () => 'css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs',
    why: 'going over the tasks of a cgroup takes a lock that this program may have interrupted',
    fix: 'do it in an iterator, at a hook of LSM, or in a program that may sleep',
  },
  'kernel-ctx': {
    errno: ERRNO.EINVAL,
    text: (id: number, _type: string) => `kern ctx type id ${id} is not a struct`,
    why: (_id: number, type: string) =>
      `the kernel has no struct of its own behind the ctx of ${type} programs`,
    fix: 'read the ctx as it is',
  },
  'device-bound': {
    errno: ERRNO.EINVAL,
    text: () => 'metadata kfuncs require device-bound program',
    why: 'what a network card tells of a packet differs from card to card, so the program must be loaded for one',
    fix: 'load the program with BPF_F_XDP_DEV_BOUND_ONLY and prog_ifindex',
  },
  'res-lock-pointer': {
    errno: ERRNO.EINVAL,
    text: (reg: number) => `arg#${reg - 1} doesn't point to map value or allocated object`,
    why: (reg: number) =>
      `r${reg} must be a lock in a map value or in an object that is known not to be NULL`,
    fix: 'look the value up, check it against NULL, and pass the address of the lock',
  },
  'kfunc-release-unreferenced': {
    errno: ERRNO.EINVAL,
    text: (kfunc: string) => `release kernel function ${kfunc} expects refcounted PTR_TO_BTF_ID`,
    why: (kfunc: string) => `${kfunc} gives a reference back, and this pointer holds none`,
    fix: 'release only what a function that acquires returned, and only once',
  },
  'cast-unknown': {
    errno: ERRNO.EINVAL,
    text: (id: bigint) => `Unknown type ID ${id} passed to kfunc bpf_rdonly_cast`,
    why: (id: bigint) => `the kernel has no type ${id}`,
    fix: 'use bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(struct name))',
  },
  'cast-not-struct': {
    errno: ERRNO.EINVAL,
    text: (_id: bigint) => 'kfunc bpf_rdonly_cast type ID argument must be of a struct or void',
    why: (id: bigint) => `type ${id} of the kernel is no struct`,
    fix: 'use bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(struct name))',
  },
  'packet-readonly': {
    errno: ERRNO.EINVAL,
    text: (_type: string) => 'the prog does not allow writes to packet data',
    why: (type: string) => `programs of type ${type} may not write the packet`,
    fix: 'use bpf_dynptr_slice, which only reads',
  },
} as const satisfies MessageTable;
