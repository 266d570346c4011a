// Every reason for which the structural check refuses a program: the kernel's words, and why it is so.

import { ERRNO } from '../errno.ts';

/** Phases, in the order in which the kernel goes through them: a program is refused by the first phase that finds something. */
export const PHASES = ['size', 'subprogs', 'resolve', 'flow', 'insns'] as const;
type Phase = (typeof PHASES)[number];

interface MessageRow {
  readonly phase: Phase;
  /** What BPF_PROG_LOAD returns, positive. */
  readonly errno: number;
  /** The kernel's line, where it has one. */
  readonly text: (...args: never[]) => string;
  /** For a person: the rule behind it. */
  readonly why: string;
}

/** Length limit of a program in insns. @see include/linux/bpf.h BPF_COMPLEXITY_LIMIT_INSNS */
export const LIMIT_INSNS = 1_000_000;
/** Bytes of stack below r10. @see include/linux/filter.h MAX_BPF_STACK */
export const STACK_BYTES = 512;

export const CHECK_MESSAGES = {
  'prog-size': {
    phase: 'size',
    errno: ERRNO.E2BIG,
    text: (count: number) => `a program has 1 to ${LIMIT_INSNS} insns, got ${count}`,
    why: 'the kernel answers E2BIG, without a log, to an empty program and to one that is too long',
  },
  ragged: {
    phase: 'size',
    errno: ERRNO.EINVAL,
    text: (bytes: number) => `an insn is 8 bytes, got ${bytes} bytes`,
    why: 'a program is a whole number of slots',
  },
  'call-target': {
    phase: 'subprogs',
    errno: ERRNO.EINVAL,
    text: () => 'call to invalid destination',
    why: 'a subprogram begins at an insn of the same program',
  },
  kfunc: {
    phase: 'subprogs',
    errno: ERRNO.EINVAL,
    text: (id: number) => `kernel btf_id ${id >>> 0} is not a function`,
    why: 'Tailscope runs no kernel function with this id; a text names them: call bpf_rcu_read_lock',
  },
  'kfunc-module': {
    phase: 'subprogs',
    errno: ERRNO.EPROTO,
    text: () => 'failed to find BTF for kernel function',
    why: 'off of a call of a kernel function names a module, and there are none here',
  },
  'kfunc-offset': {
    phase: 'subprogs',
    errno: ERRNO.EINVAL,
    text: () => 'failed to find BTF for kernel function',
    why: 'off of a call of a kernel function is not negative',
  },
  'subprog-count': {
    phase: 'subprogs',
    errno: ERRNO.E2BIG,
    text: () => 'too many subprograms',
    why: 'a program has 256 functions at most, itself included',
  },
  'jump-range': {
    phase: 'subprogs',
    errno: ERRNO.EINVAL,
    text: (pc: number, target: number) => `jump out of range from insn ${pc} to ${target}`,
    why: 'a jump stays inside of its own subprogram; the distance counts from the next insn',
  },
  'no-exit': {
    phase: 'subprogs',
    errno: ERRNO.EINVAL,
    text: () => 'last insn is not an exit or jmp',
    why: 'a subprogram must not run off its end: finish it with exit, or with a goto back',
  },
  'unknown-opcode': {
    phase: 'resolve',
    errno: ERRNO.EINVAL,
    text: (opcode: number) => `unknown opcode ${hex2(opcode)}`,
    why: 'no insn begins with this byte',
  },
  'call-register': {
    phase: 'resolve',
    errno: ERRNO.EINVAL,
    text: (opcode: number) => `unknown opcode ${hex2(opcode)}`,
    why: 'clang has calls through a register, Linux has none',
  },
  'goto-register': {
    phase: 'resolve',
    errno: ERRNO.EINVAL,
    text: (opcode: number) => `unknown opcode ${hex2(opcode)}`,
    why: 'jumps through a register came with Linux 6.19 and its jump tables, which are not there',
  },
  'ldx-reserved': {
    phase: 'resolve',
    errno: ERRNO.EINVAL,
    text: () => 'BPF_LDX uses reserved fields',
    why: 'a load has no immediate, and reads memory plainly or with sign extension',
  },
  'wide-cut': {
    phase: 'resolve',
    errno: ERRNO.EINVAL,
    text: () => 'invalid bpf_ld_imm64 insn',
    why: 'a wide insn has a second slot in which only imm may be set',
  },
  'wide-kind': {
    phase: 'resolve',
    errno: ERRNO.EINVAL,
    text: () => 'unrecognized bpf_ld_imm64 insn',
    why: 'src of a wide insn says what its immediate means: 0 to 6, and a map has no second half',
  },
  'fd-array': {
    phase: 'resolve',
    errno: ERRNO.EPROTO,
    text: () => 'fd_idx without fd_array is invalid',
    why: 'maps by position need a list of fds given at load',
  },
  'fd-index': {
    phase: 'resolve',
    errno: ERRNO.EFAULT,
    text: (index: number, fds: number) => `position ${index} is outside of fd_array, which has ${fds} fds`,
    why: 'the kernel reads past the end of the list there, and answers EFAULT without a log',
  },
  'btf-id': {
    phase: 'resolve',
    errno: ERRNO.ENOENT,
    text: (id: number, fd: number) =>
      fd === 0 ? `ldimm64 insn specifies invalid btf_id ${id}.` : 'invalid module BTF object FD specified.',
    why: 'kernel variables cannot be addressed here',
  },
  'no-map': {
    phase: 'resolve',
    errno: ERRNO.EBADF,
    text: (fd: number) => `fd ${fd} is not pointing to valid bpf_map`,
    why: 'the insn names no map of its object',
  },
  'no-direct-value': {
    phase: 'resolve',
    errno: ERRNO.EINVAL,
    text: () => 'no direct value access support for this map type',
    why: 'only the value of an array has an address that is known at load',
  },
  'map-offset': {
    phase: 'resolve',
    errno: ERRNO.EINVAL,
    text: (off: number) => `direct value offset of ${off} is not allowed`,
    why: 'no value is that long: the offset stays below 0x20000000',
  },
  'map-value': {
    phase: 'resolve',
    errno: ERRNO.EINVAL,
    text: (size: number, off: number) => `invalid access to map value pointer, value_size=${size} off=${off}`,
    why: 'the offset lies inside of the value',
  },
  'map-entries': {
    phase: 'resolve',
    errno: ERRNO.ENOTSUPP,
    text: (size: number, off: number) => `invalid access to map value pointer, value_size=${size} off=${off}`,
    why: 'only an array with exactly one entry has a value whose address is known at load',
  },
  unreachable: {
    phase: 'flow',
    errno: ERRNO.EINVAL,
    text: (pc: number) => `unreachable insn ${pc}`,
    why: 'no path leads here: each insn must be reachable',
  },
  'jump-middle': {
    phase: 'flow',
    errno: ERRNO.EINVAL,
    text: (pc: number) => `jump into the middle of ldimm64 insn ${pc}`,
    why: 'the target is the second slot of a wide insn',
  },
  'reserved-fields': {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: (family: string) => `${family} uses reserved fields`,
    why: 'fields that an insn does not use must be 0',
  },
  'may-goto': {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: (imm: number) => `invalid may_goto imm ${imm}`,
    why: 'may_goto uses off only: the other fields must be 0',
  },
  'atomic-op': {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: (imm: number) => `BPF_ATOMIC uses invalid atomic opcode ${hex2(imm)}`,
    why: 'imm of an atomic insn names its operation: add, or, and, xor, with or without fetch, xchg, cmpxchg, load_acquire, store_release',
  },
  'atomic-size': {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: () => 'invalid atomic operand size',
    why: 'atomic insns work on 4 or 8 bytes, but for load_acquire and store_release, which take all sizes',
  },
  'packet-type': {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: () => 'BPF_LD_[ABS|IND] instructions not allowed for this program type',
    why: 'ld_abs and ld_ind read the packet of socket_filter, sched_cls and sched_act programs',
  },
  'address-space': {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: () => 'addr_space_cast insn can only convert between address space 1 and 0',
    why: 'address space 1 is that of arenas, 0 that of the kernel',
  },
  'no-arena': {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: () => 'addr_space_cast insn can only be used in a program that has an associated arena',
    why: 'Tailscope has no arenas',
  },
  'kfunc-none': {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: () => 'invalid kernel function call not eliminated in verifier pass',
    why: 'id 0 stands for a kernel function that this kernel has not; a program may have such calls where no path leads',
  },
  register: {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: (reg: number) => `R${reg} is invalid`,
    why: 'there are eleven registers, r0 to r10',
  },
  'frame-pointer': {
    phase: 'insns',
    errno: ERRNO.EACCES,
    text: () => 'frame pointer is read only',
    why: 'r10 holds the top of the stack; copy it to another register and change that',
  },
  'div-zero': {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: () => 'div by zero',
    why: 'a constant divisor is not 0 (a register may be: the result is then 0, and of a modulo the dividend)',
  },
  shift: {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: (bits: number) => `invalid shift ${bits}`,
    why: 'a constant shift is less than the width of the register, 32 or 64, and not negative',
  },
  'stack-align': {
    phase: 'insns',
    errno: ERRNO.EACCES,
    text: (off: number, size: number) => `misaligned stack access off 0+0+${off} size ${size}`,
    why: 'an access to the stack is aligned to its own size',
  },
  'stack-read': {
    phase: 'insns',
    errno: ERRNO.EACCES,
    text: (off: number, size: number) => `invalid read from stack R10 off=${off} size=${size}`,
    why: `the stack is the ${STACK_BYTES} bytes below r10: offsets -${STACK_BYTES} to -1`,
  },
  'stack-write': {
    phase: 'insns',
    errno: ERRNO.EACCES,
    text: (off: number, size: number) => `invalid write to stack R10 off=${off} size=${size}`,
    why: `the stack is the ${STACK_BYTES} bytes below r10: offsets -${STACK_BYTES} to -1`,
  },
  'unknown-helper': {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: (id: number) => `invalid func unknown#${id}`,
    why: 'no helper has this number',
  },
  'helper-missing': {
    phase: 'insns',
    errno: ERRNO.EINVAL,
    text: (name: string, id: number, reason: string) =>
      `helper bpf_${name}#${id} is not available here: ${reason}`,
    why: 'Linux has this helper, Tailscope does not run it',
  },
} as const satisfies Record<string, MessageRow>;
export type CheckCode = keyof typeof CHECK_MESSAGES;

/** Why a program was refused, and where. */
export interface CheckError {
  readonly code: CheckCode;
  /** pc in 8-byte slots; 0 for what concerns the whole program. */
  readonly pc: number;
  /** What BPF_PROG_LOAD returns for it, positive. */
  readonly errno: number;
  /** The kernel's words where it has some. */
  readonly message: string;
  readonly why: string;
  /** What the text was made up from. */
  readonly args: readonly unknown[];
}

/** A finding with its text made up. */
export function checkError<C extends CheckCode>(
  pc: number,
  code: C,
  ...args: Parameters<(typeof CHECK_MESSAGES)[C]['text']>
): CheckError {
  const row: MessageRow = CHECK_MESSAGES[code];
  const text = row.text as (...args: unknown[]) => string; // args match the code by this function's own type
  return { code, pc, errno: row.errno, message: text(...args), why: row.why, args };
}

function hex2(value: number): string {
  return (value >>> 0).toString(16).padStart(2, '0');
}
