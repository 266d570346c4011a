// Why programs are refused: btf.
import type { MessageTable } from './row.ts';

export const BTF_MESSAGES = {} as const satisfies MessageTable;
