// struct pt_regs and struct seccomp_data as programs on x86-64 see them. The machine has this layout for recordings of every architecture.
import type { Hole } from '../memory/holes.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { SyscallPoint } from './point.ts';

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
const REG_BYTES = 8;
/** In the order of their places. */
const REG_NAMES = Object.keys(PT_REGS) as PtReg[]; // of a table that nothing is added to

/** Registers that hold the six arguments of a call, by ABI: of i386 calls as the 64-bit kernel keeps them. */
export const ARG_REGS = {
  native: ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'],
  i386: ['rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp'],
} as const satisfies Record<string, readonly PtReg[]>;

/** AUDIT_ARCH_I386: the one ABI whose arguments are in other registers. @see include/uapi/linux/audit.h */
export const AUDIT_ARCH_I386 = 0x4000_0003;

/** rax at the enter of a call, before there is a result: -ENOSYS. */
export const NO_RESULT = -38n;

/**
 * Writes the registers that a task entered the kernel with; once its call has returned, with the result in rax; and where it will go on,
 * of a call whose stack is known. Zeroes without a call.
 */
export function fillTaskRegs(
  { u8, view }: LinearMemory,
  at: number,
  point: SyscallPoint | undefined,
  hasLeft: boolean,
): void {
  u8.fill(0, at, at + PT_REGS_BYTES);
  if (point === undefined) return;
  const regs = ARG_REGS[point.audit === AUDIT_ARCH_I386 ? 'i386' : 'native'];
  for (let arg = 0; arg < regs.length; arg++) {
    const to = at + PT_REGS[regs[arg]!];
    for (let i = 0; i < 8; i++) u8[to + i] = point.args[8 * arg + i]!;
  }
  view.setBigInt64(at + PT_REGS.rax, hasLeft ? point.ret : NO_RESULT, true);
  writeLong(view, at + PT_REGS.orig_rax, point.nr);
  const ip = point.userStack?.[0];
  if (ip !== undefined) view.setBigUint64(at + PT_REGS.rip, ip, true);
}

/** Registers that are known of each call, besides its arguments. */
const SURE_REGS: readonly PtReg[] = ['rax', 'orig_rax'];

/** Registers of a task in a call that are not known. Without a call none is. */
export function taskRegHoles(at: number, point: SyscallPoint | undefined): readonly Hole[] {
  const abi = point === undefined ? 'none' : point.audit === AUDIT_ARCH_I386 ? 'i386' : 'native';
  const hasIp = point?.userStack?.[0] !== undefined;
  const key = `${at} ${abi} ${hasIp}`;
  let holes = taskHoles.get(key);
  if (holes === undefined) {
    const known =
      abi === 'none' ? [] : [...SURE_REGS, ...ARG_REGS[abi], ...(hasIp ? (['rip'] as const) : [])];
    taskHoles.set(key, (holes = regHoles(at, known)));
  }
  return holes;
}

/** What `taskRegHoles` has found: there are few answers, and it is asked at each read. */
const taskHoles = new Map<string, readonly Hole[]>();

/** The registers of a struct pt_regs that are not among those that are known. */
export function regHoles(at: number, known: readonly PtReg[]): readonly Hole[] {
  return REG_NAMES.filter((reg) => !known.includes(reg)).map((reg) => {
    const start = at + PT_REGS[reg];
    return { start, end: start + REG_BYTES, name: `pt_regs.${reg}` };
  });
}

/** A system call number as a long: -1 where it is unknown. */
export function writeLong(view: DataView, at: number, nr: number): void {
  view.setInt32(at, nr, true);
  view.setInt32(at + 4, nr < 0 ? -1 : 0, true);
}

/** Offsets in struct seccomp_data, in bytes. @see include/uapi/linux/seccomp.h */
export const SECCOMP_DATA = { nr: 0, arch: 4, instruction_pointer: 8, args: 16 } as const satisfies Record<
  string,
  number
>;
export const SECCOMP_DATA_BYTES = 64;

/** Where the task was in its program is not known. */
export function seccompHoles(at: number): readonly Hole[] {
  const start = at + SECCOMP_DATA.instruction_pointer;
  return [{ start, end: start + 8, name: 'seccomp_data.instruction_pointer' }];
}
