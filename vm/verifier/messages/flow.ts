// Why programs are refused: flow.
import type { MessageTable } from './row.ts';

export const FLOW_MESSAGES = {} as const satisfies MessageTable;
