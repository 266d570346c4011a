// The only door of the traces.
export * from './categories.ts';
export * from './event.ts';
export type * from './recording.ts';
export * from './tables/index.ts';
export { FormatError, type FormatErrorCode } from './format/errors.ts';
export { isSct } from './format/layout.ts';
export { openSct } from './format/reader.ts';
export { createSctWriter, type SctWriterOptions } from './format/writer.ts';
export { createCursor, type Cursor, type CursorState, type Phase } from './replay/cursor.ts';
export { MACHINE_SYSCALLS } from './replay/calls.ts';
export { emptyPacket, fillPacket } from './replay/packet.ts';
export { fillPoint } from './replay/point.ts';
export { createProcesses, type Processes, type ProcessesState } from './replay/processes.ts';
export { summarize, type NamedSyscallRow, type RecordingSummary } from './stats/summary.ts';
export type { ErrnoRow, SyscallRow } from './stats/by-syscall.ts';
export type { Heat, Timeline } from './stats/over-time.ts';
export { createTotals, type Totals, type TotalsState } from './stats/totals.ts';
export * from './import/index.ts';
