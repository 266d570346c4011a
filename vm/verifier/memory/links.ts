// Numbers in several places at once: by their id what is learnt of one is learnt of all.
import { numberReg } from '../alu/number-reg.ts';
import type { Env } from '../env.ts';
import type { Reg } from '../reg.ts';
import { isConst } from '../scalar.ts';

/** The register with an id of its own, where it is a number that is not known and has none: about to be copied. @see assign_scalar_id_before_mov */
export function withOwnId(env: Env, reg: Reg): Reg {
  if (reg.type !== 'scalar') return reg;
  const isShifted = reg.linked !== 'equal';
  if (reg.id !== 0 && !isShifted) return reg;
  if (isConst(reg.scalar)) return isShifted ? numberReg(reg.scalar, reg.precise) : reg;
  return numberReg(reg.scalar, reg.precise, env.nextId());
}

/** True when the number is no larger than `bytes` can hold. @see get_reg_width */
export function fits(reg: Reg, bytes: number): boolean {
  return bytes === 8 || reg.scalar.umax >> BigInt(8 * bytes) === 0n;
}
