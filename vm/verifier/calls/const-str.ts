// Strings that must be known when the program is loaded: they lie in maps that nobody writes.
import type { Env } from '../env.ts';
import { checkHelperMem } from '../memory/access.ts';
import type { Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';

/** The bytes of the string behind map_value register `n`, without its NUL. Refuses what is no constant string. @see check_reg_const_str */
export function constantString(env: Env, n: number, reg: Reg): Uint8Array {
  const place = { reg: n };
  const { spec, constant } = reg.map!; // a map_value register has one
  if (constant === undefined) refuse(env, 'str-writable', [place], n, spec.name);
  if (!isConst(reg.scalar)) refuse(env, 'str-address', [place], n);
  if (spec.type !== 'array') refuse(env, 'str-map-type', [place], spec.name, spec.type);
  checkHelperMem(env, n, spec.valueSize - reg.off, { access: 'read' });
  const off = reg.off + Number(reg.scalar.smin);
  if (spec.maxEntries !== 1) refuse(env, 'str-entries', [place], spec.name, spec.maxEntries);
  const end = constant.indexOf(0, off);
  if (end < 0) refuse(env, 'str-unterminated', [place], n, spec.name);
  return constant.subarray(off, end);
}
