// Helpers that are written in place, by name.
import type { HelperName } from '../../helpers/table.ts';
import type { CallContext, Inline } from './call.ts';

export const INLINE: Partial<Record<HelperName, Inline>> = {};

/** Writes the call in place where that can be done: whether it was. */
export function inlineCall(call: CallContext): boolean {
  return INLINE[call.helper]?.(call) ?? false;
}
