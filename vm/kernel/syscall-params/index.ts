// What the functions of system calls are declared with: what format files of their tracepoints show, and people read. By the kernel's function name.
//
// One parameter after the other as C declares them; __user and its kin are left out. Those of Linux 6.18 on x86-64, which other releases share but for
// some names. @see /sys/kernel/tracing/events/syscalls/sys_enter_NAME/format; the SYSCALL_DEFINE of each
import { FILE_PARAMS } from './file.ts';
import { IPC_PARAMS } from './ipc.ts';
import { MEMORY_PARAMS } from './memory.ts';
import { NETWORK_PARAMS } from './network.ts';
import { OTHER_PARAMS } from './other.ts';
import { PROCESS_PARAMS } from './process.ts';
import { SIGNAL_PARAMS } from './signal.ts';
import { TIME_PARAMS } from './time.ts';

const PARAMS: Readonly<Record<string, string>> = {
  ...FILE_PARAMS,
  ...IPC_PARAMS,
  ...MEMORY_PARAMS,
  ...NETWORK_PARAMS,
  ...OTHER_PARAMS,
  ...PROCESS_PARAMS,
  ...SIGNAL_PARAMS,
  ...TIME_PARAMS,
};

/** A parameter: 'filename' of type 'const char *'. */
export interface SyscallParam {
  readonly name: string;
  readonly type: string;
}

/** Parameters of a function ('openat', 'newfstat'), of which there are so many; those of one that is not in the table are numbers without a name. */
export function syscallParams(call: string, count: number): readonly SyscallParam[] {
  const known = Object.hasOwn(PARAMS, call) ? PARAMS[call] : undefined;
  if (known === undefined) {
    return Array.from({ length: count }, (_, i) => ({ name: `arg${i}`, type: 'unsigned long' }));
  }
  return known === '' ? [] : known.split(', ').map(paramOf);
}

function paramOf(text: string): SyscallParam {
  const [, type = '', name = ''] = /^(.*) (\w+)$/.exec(text) ?? [];
  return { name, type };
}
