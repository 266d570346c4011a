// What engines take, and what they only seem to take: larger functions are left to the interpreter.
// @see WebAssembly JavaScript API, section "Limits"
import type { FuncCode } from './types.ts';

/** Bytes of a function, and locals: more is refused by every engine. Nesting has no limit that is reached before these. */
const MAX_BYTES = 7_654_321;
const MAX_LOCALS = 50_000;
/** Branches to one label: V8 counts them in 16 bits where it optimises, and the process ends when there are more. Tables have at most 65,520 entries. */
const MAX_BRANCHES = 60_000;
/** A local in the declaration: how many of what type. */
const LOCAL_BYTES = 6;

/** Whether an engine would refuse the function, or break on it. */
export function isTooLarge({ bytes, locals, widest }: FuncCode): boolean {
  const size = bytes.length + LOCAL_BYTES * (locals.length + 1);
  return size > MAX_BYTES || locals.length > MAX_LOCALS || widest > MAX_BRANCHES;
}
