// struct open_how as open, openat and creat make it of their flags and mode. @see fs/open.c build_open_how; include/uapi/linux/openat2.h
import { AUDIT_ARCH_ARM64 } from './syscalls.ts';

/** Offsets in struct open_how, in bytes. */
export const OPEN_HOW = { flags: 0, mode: 8, resolve: 16 } as const satisfies Record<string, number>;
export const OPEN_HOW_BYTES = 24;

/** O_* that the kernel looks at. @see include/uapi/asm-generic/fcntl.h */
const CREATES = 0o100 | 0o20000000; // O_CREAT, __O_TMPFILE
const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
/** S_IALLUGO: what a mode may have. */
const MODE_BITS = 0o7777;
/** O_DIRECTORY and O_NOFOLLOW, which arm64 has elsewhere. @see arch/arm64/include/uapi/asm/fcntl.h */
const KEPT_WITH_PATH = { arm64: 0o40000 | 0o100000, others: 0o200000 | 0o400000 } as const;

/** Settles a struct open_how at `at` in memory that holds the flags and the mode of a call of an ABI. */
export function openHow(view: DataView, at: number, audit: number): void {
  const asked = view.getUint32(at + OPEN_HOW.flags, true);
  const kept = KEPT_WITH_PATH[audit === AUDIT_ARCH_ARM64 ? 'arm64' : 'others'] | O_PATH | O_CLOEXEC;
  const flags = (asked & O_PATH) === 0 ? asked : asked & kept;
  const mode = (flags & CREATES) === 0 ? 0 : view.getUint32(at + OPEN_HOW.mode, true) & MODE_BITS;
  for (const [off, value] of [
    [OPEN_HOW.flags, flags],
    [OPEN_HOW.mode, mode],
    [OPEN_HOW.resolve, 0],
  ] as const) {
    view.setUint32(at + off, value, true);
    view.setUint32(at + off + 4, 0, true);
  }
}
