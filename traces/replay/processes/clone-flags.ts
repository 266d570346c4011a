// What a clone shares. @see include/uapi/linux/sched.h
import type { NamespaceName } from '../../../vm/index.ts';

// oxfmt-ignore
const NAMESPACES: readonly (readonly [flag: number, name: NamespaceName])[] = [
  [0x80, 'time'], [0x20000, 'mnt'], [0x2000000, 'cgroup'], [0x4000000, 'uts'], [0x8000000, 'ipc'], [0x10000000, 'user'], [0x20000000, 'pid'],
  [0x40000000, 'net'],
];

/** CLONE_*: those that matter for what is known of a child; `namespaces` are those that get a new one. */
export const CLONE = {
  FS: 0x200,
  FILES: 0x400,
  SIGHAND: 0x800,
  PARENT: 0x8000,
  THREAD: 0x10000,
  NEWUSER: 0x10000000,
  /** The signal in the flags of clone. */
  CSIGNAL: 0xff,
  namespaces: NAMESPACES,
} as const;
