// The only door of the machine.
export type * from './api.ts';
export type * from './object.ts';
export type { SyscallPoint, UserMemory } from './kernel/point.ts';
