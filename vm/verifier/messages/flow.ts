// Why programs are refused: the graph of a program, its functions and maps, the depth of its stack, and what precision needs.
import { CHECK_MESSAGES } from '../../check/messages.ts';
import { ERRNO } from '../../errno.ts';
import { EXCEPTION_MESSAGES } from './exceptions.ts';
import type { MessageTable } from './row.ts';
import { SYMBOL_MESSAGES } from './symbols.ts';
import { STRUCT_OPS_MESSAGES } from './struct-ops.ts';

/** Rows of the structural check, with what to change. */
const CHECKED = {
  ragged: { ...CHECK_MESSAGES.ragged, fix: 'give whole insns of 8 bytes' },
  'prog-size': {
    ...CHECK_MESSAGES['prog-size'],
    fix: 'split the program, and go from part to part with tail calls',
  },
  'call-target': { ...CHECK_MESSAGES['call-target'], fix: 'call an insn of this program' },
  kfunc: { ...CHECK_MESSAGES.kfunc, fix: 'call a kernel function by a name that the assembler knows' },
  'kfunc-module': { ...CHECK_MESSAGES['kfunc-module'], fix: 'set off of the call to 0' },
  'kfunc-offset': { ...CHECK_MESSAGES['kfunc-offset'], fix: 'set off of the call to 0' },
  'subprog-count': {
    ...CHECK_MESSAGES['subprog-count'],
    fix: 'let the compiler inline small functions: __always_inline',
  },
  'jump-range': {
    ...CHECK_MESSAGES['jump-range'],
    fix: 'jump to a label of the same function; go to another function with a call',
  },
  'no-exit': { ...CHECK_MESSAGES['no-exit'], fix: 'let the function end with exit' },
  'unknown-opcode': {
    ...CHECK_MESSAGES['unknown-opcode'],
    fix: 'see that the bytes are insns: a wide insn before this one takes two slots',
  },
  'call-register': {
    ...CHECK_MESSAGES['call-register'],
    fix: 'call the function by its name; to choose among several use a tail call',
  },
  'goto-register': {
    ...CHECK_MESSAGES['goto-register'],
    fix: 'have the compiler make no jump tables: -fno-jump-tables',
  },
  'ldx-reserved': { ...CHECK_MESSAGES['ldx-reserved'], fix: 'set imm of the load to 0' },
  'wide-cut': { ...CHECK_MESSAGES['wide-cut'], fix: 'give the wide insn its second slot' },
  'wide-kind': { ...CHECK_MESSAGES['wide-kind'], fix: 'set src to what the immediate means' },
  'fd-array': { ...CHECK_MESSAGES['fd-array'], fix: 'name the map by its fd, or give a list of fds' },
  'fd-index': { ...CHECK_MESSAGES['fd-index'], fix: 'name a place in the list, counted from 0' },
  'btf-id': { ...CHECK_MESSAGES['btf-id'], fix: 'read what you need through a helper or the ctx' },
  'no-map': { ...CHECK_MESSAGES['no-map'], fix: 'name a map of this object' },
  'no-direct-value': {
    ...CHECK_MESSAGES['no-direct-value'],
    fix: 'load the map itself, and look its value up with bpf_map_lookup_elem',
  },
  'map-offset': { ...CHECK_MESSAGES['map-offset'], fix: 'use an offset inside of the value' },
  'map-value': { ...CHECK_MESSAGES['map-value'], fix: 'use an offset inside of the value' },
  'map-entries': {
    ...CHECK_MESSAGES['map-entries'],
    fix: 'give the array one entry, or look the value up with bpf_map_lookup_elem',
  },
  unreachable: {
    ...CHECK_MESSAGES.unreachable,
    fix: 'take the insn out, or jump to it: something in front of it always leads past it',
  },
  'jump-middle': {
    ...CHECK_MESSAGES['jump-middle'],
    fix: 'jump to the first slot of the wide insn or to the one behind the second; mind that a wide insn counts as two',
  },
  'reserved-fields': {
    ...CHECK_MESSAGES['reserved-fields'],
    fix: 'set dst, src, off and imm to 0 where the insn does not use them',
  },
  'may-goto': { ...CHECK_MESSAGES['may-goto'], fix: 'set dst, src and imm of may_goto to 0' },
  'atomic-op': {
    ...CHECK_MESSAGES['atomic-op'],
    fix: 'choose an operation that is one: atomic_add, atomic_xchg and so on',
  },
  'atomic-size': {
    ...CHECK_MESSAGES['atomic-size'],
    fix: 'use a u32 or u64, as (u32 *) or (u64 *) in the text',
  },
  'packet-type': {
    ...CHECK_MESSAGES['packet-type'],
    fix: 'read the packet through the ctx (data, data_end) or with bpf_skb_load_bytes',
  },
  'address-space': { ...CHECK_MESSAGES['address-space'], fix: 'set imm to 1 or to 0x10000' },
  'arena-address': {
    errno: ERRNO.EINVAL,
    text: () => "arena's user address must be set via map_extra or mmap()",
    why: 'programs and the process share the addresses of an arena, and nobody has said yet where it begins',
    fix: 'set map_extra of the arena to its address, or map it with mmap() before programs are loaded',
  },
  'no-arena': { ...CHECK_MESSAGES['no-arena'], fix: 'keep the data in a map of another kind' },
  'kfunc-none': {
    ...CHECK_MESSAGES['kfunc-none'],
    fix: 'ask whether the kernel has the function before you call it: bpf_ksym_exists',
  },
} as const satisfies MessageTable;

export const FLOW_MESSAGES = {
  ...SYMBOL_MESSAGES,
  ...STRUCT_OPS_MESSAGES,
  ...EXCEPTION_MESSAGES,
  ...CHECKED,
  'func-info-first': {
    errno: ERRNO.EINVAL,
    text: (pc: number) => `nonzero insn_off ${pc} for the first func info record`,
    why: 'the first function that BTF tells of is the program itself, which begins at insn 0',
    fix: 'let the first record of func_info be that of insn 0',
  },
  'func-info-order': {
    errno: ERRNO.EINVAL,
    text: (pc: number, before: number) =>
      `same or smaller insn offset (${pc}) than previous func info record (${before})`,
    why: 'records of functions stand in the order of their insns, one for each',
    fix: 'sort func_info by insn, and take out what stands twice',
  },
  'func-info-type': {
    errno: ERRNO.EINVAL,
    text: (id: number) => `invalid type id ${id} in func info`,
    why: 'a record of func_info names the type of a function in the BTF of the program',
    fix: 'name a type of kind FUNC',
  },
  'func-info-count': {
    errno: ERRNO.EINVAL,
    text: () => "number of funcs in func_info doesn't match number of subprogs",
    why: 'when BTF tells of functions, it tells of every one: of the program, and of all that it calls or takes the address of',
    fix: 'give one record of func_info for each function',
  },
  'func-info-layout': {
    errno: ERRNO.EINVAL,
    text: () => "func_info BTF section doesn't match subprog layout in BPF program",
    why: 'each record of func_info stands at the first insn of a function that is called',
    fix: 'make func_info and the calls agree on where functions begin',
  },
  'line-info-order': {
    errno: ERRNO.EINVAL,
    text: (i: number, pc: number, before: number, count: number) =>
      `Invalid line_info[${i}].insn_off:${pc} (prev_offset:${before} prog->len:${count})`,
    why: 'lines of the source stand in the order of their insns, each at an insn of the program',
    fix: 'sort line_info by insn',
  },
  'line-info-middle': {
    errno: ERRNO.EINVAL,
    text: (i: number) => `Invalid insn code at line_info[${i}].insn_off`,
    why: 'a line begins at an insn, and this is the second slot of a wide one',
    fix: 'let the line begin at the first slot',
  },
  'line-info-missing': {
    errno: ERRNO.EINVAL,
    text: (subprog: number) => `missing bpf_line_info for func#${subprog}`,
    why: 'when there are lines at all, each function begins with one',
    fix: 'give a record of line_info for the first insn of each function',
  },
  'line-info-short': {
    errno: ERRNO.EINVAL,
    text: (count: number, first: number) =>
      `missing bpf_line_info for ${count} funcs starting from func#${first}`,
    why: 'when there are lines at all, each function begins with one',
    fix: 'give a record of line_info for the first insn of each function',
  },
  'packet-load-btf': {
    errno: ERRNO.EINVAL,
    text: () => 'LD_ABS is not allowed in subprogs without BTF',
    why: 'ld_abs and ld_ind may end the program with result 0. In a function they do so only when BTF tells that the function returns an int',
    fix: 'compile with BTF (-g), or make the load in the program itself',
  },
  'tail-call-btf': {
    errno: ERRNO.EINVAL,
    text: () => 'tail_call is not allowed in subprogs without BTF',
    why: 'the program that a tail call leads to ends with an int, in the place of the function that made the call: BTF has to tell that this function returns an int',
    fix: 'compile with BTF (-g), or make the tail call in the program itself',
  },
  'packet-load-return': {
    errno: ERRNO.EINVAL,
    text: () => "LD_ABS is only allowed in functions that return 'int'.",
    why: 'ld_abs and ld_ind may end the function with result 0',
    fix: 'let the function return an int',
  },
  'tail-call-return': {
    errno: ERRNO.EINVAL,
    text: () => "tail_call is only allowed in functions that return 'int'.",
    why: 'the program that a tail call leads to ends with an int, and that is what the function returns to its caller',
    fix: 'let the function return an int, or have it inlined: __always_inline',
  },
  'kfunc-license': {
    errno: ERRNO.EINVAL,
    text: () => 'cannot call kernel function from non-GPL compatible program',
    why: 'functions of the kernel are for programs under a licence that is compatible with the GPL',
    fix: 'set the licence: char LICENSE[] SEC("license") = "GPL"',
  },
  'map-count': {
    errno: ERRNO.E2BIG,
    text: (limit: number) => `The total number of maps per program has reached the limit of ${limit}`,
    why: (limit: number) => `a program names at most ${limit} maps`,
    fix: 'put data that belongs together into one map, or maps into an array of maps',
  },
  'map-field-socket': {
    errno: ERRNO.EINVAL,
    text: () => 'socket filter progs cannot use bpf_spin_lock yet',
    why: 'the values of this map have a lock, which socket filters may not take: they may be attached without privileges',
    fix: 'use atomic insns on the value, or another type of program',
  },
  'map-field-tracing': {
    errno: ERRNO.EINVAL,
    text: (field: string) => `tracing progs cannot use ${field} yet`,
    why: (field: string) =>
      `the values of this map have a ${field}. A kprobe, tracepoint, raw tracepoint or perf event may interrupt the very code that uses it, and would wait for itself`,
    fix: 'use a map without such fields, or a program of fentry, fexit or tp_btf',
  },
  'map-sleepable': {
    errno: ERRNO.EINVAL,
    text: () => 'Sleepable programs can only use array, hash, ringbuf and local storage maps',
    why: 'other maps free their elements without waiting for programs that sleep',
    fix: 'use a map of these kinds, or a program that does not sleep',
  },
  'call-chain-depth': {
    errno: ERRNO.E2BIG,
    text: (frames: number) => `the call stack of ${frames} frames is too deep !`,
    why: (frames: number) =>
      `functions call each other at most ${frames - 1} deep, the program itself not counted; recursion is never allowed`,
    fix: 'have functions inlined (__always_inline), or make a loop of a recursion',
  },
  'stack-depth': {
    errno: ERRNO.EACCES,
    text: (calls: number, bytes: number) => `combined stack size of ${calls} calls is ${bytes}. Too large`,
    why: (calls: number, bytes: number) =>
      `the frames of a function and of all its callers have 512 bytes together, each rounded up to 16; these ${calls} take ${bytes}`,
    fix: 'keep large buffers in a per-CPU array of one entry, and only what is small on the stack',
  },
  'tail-call-depth': {
    errno: ERRNO.EACCES,
    text: (bytes: number) =>
      `tail_calls are not allowed when call stack of previous frames is ${bytes} bytes. Too large`,
    why: (bytes: number) =>
      `a tail call in a function leaves the frames of its callers on the stack, up to 33 times over: they must have less than 256 bytes, each rounded up to 16, and have ${bytes}`,
    fix: 'make the stack of the callers smaller, or make the tail call in the program itself',
  },
  'flow-bug': {
    errno: ERRNO.EFAULT,
    text: (what: string) => `verifier bug: ${what}`,
    why: 'a function that makes tail calls runs on the stack of the program: it cannot be called back later',
    fix: 'make no tail call in a function that a timer or work queue calls',
  },
  'precision-bug': {
    errno: ERRNO.EFAULT,
    text: (what: string) => `verifier bug: ${what}`,
    why: 'the verifier walks back from a number whose exact value it used, to where the number came from. Linux 6.18 gives up on this way through the program: it takes it for its own mistake and refuses the program',
    fix: 'let the number not depend on what happens across this call: check its bounds again behind the call, or keep the call out of the callback',
  },
} as const satisfies MessageTable;
