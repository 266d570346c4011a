// Registers that calls use up.
import type { Env } from '../env.ts';
import { NOT_INIT } from '../reg.ts';

/** After a call r0 to r5 hold nothing. */
export function forgetScratch(env: Env): void {
  for (let n = 0; n <= 5; n++) env.setReg(n, NOT_INIT);
}
