// struct pt_regs and struct seccomp_data as programs on x86-64 see them. The machine has this layout for recordings of every architecture.

/** Offsets in struct pt_regs of x86-64, in bytes. @see arch/x86/include/asm/ptrace.h */
export const PT_REGS = {
  r15: 0,
  r14: 8,
  r13: 16,
  r12: 24,
  rbp: 32,
  rbx: 40,
  r11: 48,
  r10: 56,
  r9: 64,
  r8: 72,
  rax: 80,
  rcx: 88,
  rdx: 96,
  rsi: 104,
  rdi: 112,
  orig_rax: 120,
  rip: 128,
  cs: 136,
  eflags: 144,
  rsp: 152,
  ss: 160,
} as const satisfies Record<string, number>;
export type PtReg = keyof typeof PT_REGS;
export const PT_REGS_BYTES = 168;

/** Registers that hold the six arguments of a call, by ABI: of i386 calls as the 64-bit kernel keeps them. */
export const ARG_REGS = {
  native: ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'],
  i386: ['rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp'],
} as const satisfies Record<string, readonly PtReg[]>;

/** AUDIT_ARCH_I386: the one ABI whose arguments are in other registers. @see include/uapi/linux/audit.h */
export const AUDIT_ARCH_I386 = 0x4000_0003;

/** Offsets in struct seccomp_data, in bytes. @see include/uapi/linux/seccomp.h */
export const SECCOMP_DATA = { nr: 0, arch: 4, instruction_pointer: 8, args: 16 } as const satisfies Record<
  string,
  number
>;
export const SECCOMP_DATA_BYTES = 64;
