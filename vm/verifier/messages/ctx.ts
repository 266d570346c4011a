// Why programs are refused: ctx.
import type { MessageTable } from './row.ts';

export const CTX_MESSAGES = {} as const satisfies MessageTable;
