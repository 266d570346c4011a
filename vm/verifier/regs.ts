// Registers as an insn reads and writes them.
import { FRAME_REG, MAX_REG } from '../isa/opcodes.ts';
import type { Env } from './env.ts';
import type { Reg } from './reg.ts';
import { refuse } from './refusal.ts';

/** What register `n` holds; the log shows it behind the insn. Refuses one that was never written on this path. @see check_reg_arg */
export function readReg(env: Env, n: number): Reg {
  if (n > MAX_REG) refuse(env, 'register', [], n);
  env.touchedRegs |= 1 << n;
  const reg = env.reg(n);
  if (reg.type === 'not_init') refuse(env, 'not-readable', [{ reg: n }], n);
  return reg;
}

/** Refuses to write register `n` when it is r10, or none; the log shows it behind the insn. @see check_reg_arg */
export function checkWritable(env: Env, n: number): void {
  if (n > MAX_REG) refuse(env, 'register', [], n);
  env.touchedRegs |= 1 << n;
  if (n === FRAME_REG) refuse(env, 'frame-pointer', []);
}
