// What engines take, and what they only seem to take: larger functions are left to the interpreter.
// @see WebAssembly JavaScript API, section "Limits"
import type { FuncCode } from './types.ts';

/** Bytes of a function, locals, and entries of a table of branches: more is refused by every engine. How deep blocks nest has no limit of its own. */
const MAX_BYTES = 7_654_321;
const MAX_LOCALS = 50_000;
const MAX_ENTRIES = 65_520;
/**
 * Where V8 optimises code it takes memory by the square of the branches to one label: with 8,000 and 16 locals the process ends (Node 24), with 65,536 in any
 * case. Structured code has bundles of 64 (flow/narrow.ts); this is what else may be written.
 */
const MAX_BRANCHES = 1_000;
/** It takes time by the square of loops in each other: 0.1 s for 500, 2 s for 2,000, 20 s for 6,000. */
const MAX_LOOPS = 1_000;
/** A local in the declaration: how many of what type. */
const LOCAL_BYTES = 6;

/** Whether an engine would refuse the function, or break on it. */
export function isTooLarge({ bytes, locals, most }: FuncCode): boolean {
  const size = bytes.length + LOCAL_BYTES * (locals.length + 1);
  return (
    size > MAX_BYTES ||
    locals.length > MAX_LOCALS ||
    most.entries > MAX_ENTRIES ||
    most.branches > MAX_BRANCHES ||
    most.loops > MAX_LOOPS
  );
}
