// Pointers that must stand where they were given.
import type { Env } from '../env.ts';
import { printTnum } from '../print-state.ts';
import type { Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { typeText } from '../type-text.ts';

/** A pointer that was not moved, but by a constant where `isFixedOk`; never back, nor by what is not known. @see __check_ptr_off_reg */
export function checkPointerOffset(env: Env, n: number, reg: Reg, isFixedOk: boolean): void {
  if (reg.off < 0) refuse(env, 'offset-negative', [{ reg: n }], typeText(reg), n, reg.off);
  if (!isFixedOk && reg.off !== 0) {
    refuse(env, 'offset-fixed', [{ reg: n }], typeText(reg), n, reg.off);
  }
  if (reg.scalar.umax !== 0n) {
    refuse(env, 'offset-variable', [{ reg: n }], typeText(reg), n, printTnum(reg.scalar.bits));
  }
}
