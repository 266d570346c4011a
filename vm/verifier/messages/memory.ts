// Why programs are refused: memory.
import type { MessageTable } from './row.ts';

export const MEMORY_MESSAGES = {} as const satisfies MessageTable;
