// What a machine is told of the system calls of all ABIs, so that hooks can go by their names.
import type { SyscallInfo } from '../../vm/index.ts';
import { ARCHS, type Arch } from '../event.ts';
import { SYSCALLS } from '../tables/index.ts';

/** For MachineOptions.syscalls. */
export const MACHINE_SYSCALLS: readonly SyscallInfo[] = (Object.keys(ARCHS) as Arch[]).flatMap((arch) =>
  // The table's own keys.
  SYSCALLS[arch].rows
    .filter(({ nr }) => nr >= 0)
    .map(({ name, nr, args }) => ({ name, nr, audit: ARCHS[arch].audit, args: args.length })),
);
