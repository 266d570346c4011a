// The tables that the importers and the pages read.
export { ARG_FORMS, type ArgForm, type SyscallArg } from './args.ts';
export { ERRNOS, errnoName, isRestart } from './errnos.ts';
export { LINK_TYPES, linkTypeName } from './link-types.ts';
export { SIGNALS } from './signals.ts';
export { SYSCALLS, type Syscall, type SyscallTable, categoryOf, isSyscallName } from './syscalls.ts';
