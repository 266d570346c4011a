// Registers as an insn reads them.
import type { Env } from './env.ts';
import type { Reg } from './reg.ts';
import { refuse } from './refusal.ts';

/** What register `n` holds; the log shows it next. Refuses one that was never written on this path. @see check_reg_arg */
export function readReg(env: Env, n: number): Reg {
  env.touchedRegs |= 1 << n;
  const reg = env.reg(n);
  if (reg.type === 'not_init') refuse(env, 'not-readable', [{ reg: n }], n);
  return reg;
}
