// The error numbers that bpf(2) and helpers answer with. Both return them negated.

/** Linux error numbers by name. @see include/uapi/asm-generic/errno-base.h, include/linux/errno.h for ENOTSUPP */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  E2BIG: 7,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EINVAL: 22,
  ENOSPC: 28,
  ERANGE: 34,
  EPROTO: 71,
  ENOTSUPP: 524,
} as const satisfies Record<string, number>;

/** Name of an errno as this machine returns it (positive or negated); the number as text when it is not in the table. */
export function errnoText(errno: number): string {
  const entry = Object.entries(ERRNO).find(([, number]) => number === Math.abs(errno));
  return entry?.[0] ?? String(Math.abs(errno));
}
