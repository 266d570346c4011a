// Why programs are refused: calls.
import { ARGS_MESSAGES } from './calls-args.ts';
import { FUNCTIONS_MESSAGES } from './calls-functions.ts';
import { HELD_MESSAGES } from './calls-held.ts';
import { HELPERS_MESSAGES } from './calls-helpers.ts';
import { RETURNS_MESSAGES } from './calls-returns.ts';
import type { MessageTable } from './row.ts';

export const CALLS_MESSAGES = {
  ...HELPERS_MESSAGES,
  ...ARGS_MESSAGES,
  ...FUNCTIONS_MESSAGES,
  ...HELD_MESSAGES,
  ...RETURNS_MESSAGES,
} as const satisfies MessageTable;
