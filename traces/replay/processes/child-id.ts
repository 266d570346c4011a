// The id that a call returned of a child.
import type { Call } from './call.ts';

/** In another pid namespace strace may say what the child is called in its own. */
export function childOf(call: Call): number {
  const translated = /^(\d+) in strace's PID NS/.exec(call.retText)?.[1];
  return translated === undefined ? call.ret : Number(translated);
}
