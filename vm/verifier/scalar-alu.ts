// Arithmetic on what is known of numbers.
import type { AluName, SwapName } from '../isa/opcodes.ts';
import type { SwapBits, Width } from '../isa/ops.ts';
import { notBuilt } from './not-built.ts';
import type { Scalar } from './scalar.ts';

/** `dst op= src`, 64 bits wide, or 32 with the upper half of the result 0. `mov` gives src, or its low half. */
export function aluScalar(_op: AluName, _width: Width, _dst: Scalar, _src: Scalar): Scalar {
  return notBuilt('aluScalar');
}
export function negScalar(_width: Width, _scalar: Scalar): Scalar {
  return notBuilt('negScalar');
}
export function swapScalar(_swap: SwapName, _bits: SwapBits, _scalar: Scalar): Scalar {
  return notBuilt('swapScalar');
}
/** The low bytes (1, 2, 4 or 8), the rest 0: what a load of that size yields. */
export function truncate(_scalar: Scalar, _bytes: number): Scalar {
  return notBuilt('truncate');
}
/** The low bits (8, 16, 32), sign-extended to `width`; of 32 the upper half is 0. */
export function signExtend(_scalar: Scalar, _bits: 8 | 16 | 32, _width: Width): Scalar {
  return notBuilt('signExtend');
}
