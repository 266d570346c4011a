// When calls return.
import { RECORD_FLAGS } from '../event.ts';

/** Flags of a call of which nobody saw a return. */
export const NO_RETURN: number = RECORD_FLAGS.unfinished | RECORD_FLAGS.noReturn;
/** Flags of a call whose return may be missing. */
export const MAY_NOT_RETURN: number = NO_RETURN | RECORD_FLAGS.detached;

/** Whether a call has an exit: one that returned at an unknown time has, unless its thread was let go in it. */
export function returns(flags: number, exitNs: number): boolean {
  if ((flags & NO_RETURN) !== 0) return false;
  return !Number.isNaN(exitNs) || (flags & RECORD_FLAGS.detached) === 0;
}

/** When a call returns that entered at `enterNs`: at once where nobody knows. */
export function returnNs(enterNs: number, exitNs: number): number {
  return exitNs > enterNs ? exitNs : enterNs;
}
