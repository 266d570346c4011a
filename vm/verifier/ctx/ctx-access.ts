// What a program may load and store of its ctx: by program type and hook.
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';
import type { Reg } from '../reg.ts';

/**
 * What a load of `bytes` at `off` of the ctx yields (a register before `truncate`), or for a store undefined. Refuses what may not be accessed.
 * `off` is constant and not negative. @see check_ctx_access, env->ops->is_valid_access, btf_ctx_access
 */
export function accessCtx(
  _env: Env,
  _off: number,
  _bytes: number,
  _access: 'read' | 'write',
  _isSigned: boolean,
): Reg | undefined {
  return notBuilt('accessCtx');
}
/** A store through a ctx pointer may be made, or not (a struct that is the ctx). */
export function accessSock(
  _env: Env,
  _n: number,
  _reg: Reg,
  _off: number,
  _bytes: number,
  _access: 'read' | 'write',
): void {
  notBuilt('accessSock');
}
