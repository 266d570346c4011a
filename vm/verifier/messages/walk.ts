// Why programs are refused: walk.
import type { MessageTable } from './row.ts';

export const WALK_MESSAGES = {} as const satisfies MessageTable;
