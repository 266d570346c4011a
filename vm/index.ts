// The only door of the machine.
export type * from './api.ts';
export type { Effect, EffectDetail } from './effects.ts';
export type * from './object.ts';
export type { PacketPoint, SyscallPoint, UserMemory } from './kernel/point.ts';
export type { MapRecord } from './maps/map.ts';
export type { SyscallInfo } from './kernel/syscalls.ts';
export { assembleObject, assembleProg } from './asm/assemble.ts';
export { disassemble, logLine, type DisassembledLine, type Dialect } from './asm/disassemble.ts';
export { AsmError, printProblem, type AsmCode, type AsmProblem } from './asm/errors.ts';
export { checkProg, type CheckOptions } from './check/check.ts';
export type { CheckCode, CheckError } from './check/messages.ts';
export { ERRNO } from './errno.ts';
export { createMachine } from './machine.ts';
export { LoadError, type LoadErrorCode } from './load-error.ts';
export { formatPrintk } from './host.ts';
export { SAMPLES } from './samples/index.ts';
export type { ProgAttr } from './kernel/prog-load.ts';
