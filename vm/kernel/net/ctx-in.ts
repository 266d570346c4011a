// The ctx that the caller of a test run gives.
import { ERRNO } from '../../errno.ts';

/** The ctx of a caller, of any length, in a layout of `size` bytes: the rest is 0, and bytes beyond must be, or -E2BIG. */
export function ctxIn(ctx: Uint8Array, size: number): Uint8Array<ArrayBuffer> | number {
  for (let i = size; i < ctx.length; i++) if (ctx[i] !== 0) return -ERRNO.E2BIG;
  const whole = new Uint8Array(size);
  whole.set(ctx.subarray(0, size));
  return whole;
}
