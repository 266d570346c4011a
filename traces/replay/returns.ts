// When things are: calls return or do not, time does not step back.
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

/** A time that is not before `nowNs`: that of a stamp, if it is later. */
export function laterNs(nowNs: number, stampNs: number): number {
  return stampNs > nowNs ? stampNs : nowNs;
}
