// Why programs are refused: calls.
import type { MessageTable } from './row.ts';

export const CALLS_MESSAGES = {} as const satisfies MessageTable;
