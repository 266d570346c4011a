// Why programs are refused: kfuncs.
import type { MessageTable } from './row.ts';

export const KFUNCS_MESSAGES = {} as const satisfies MessageTable;
