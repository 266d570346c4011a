// Values of maps.
import type { ValueField } from '../../object.ts';
import { hasFlag as hasMapFlag, isReadonlyForProgs } from '../../maps/types.ts';
import type { Env } from '../env.ts';
import { checkFieldAccess } from '../kfuncs/fields.ts';
import { accessKptr } from '../kfuncs/kptr.ts';
import type { VerifierMap } from '../input.ts';
import { scalarReg, UNKNOWN_REG, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { constScalar, isConst } from '../scalar.ts';
import { checkRegion } from './region.ts';

/** What a load of `bytes` at `off` of a map value yields, not yet narrowed; undefined when a kptr was loaded, which is in `valueReg` already. */
export function readMapValue(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  valueReg: number,
  isSigned: boolean,
): Reg | undefined {
  const field = checkMapValue(env, n, reg, off, bytes, 'read');
  if (field !== undefined) {
    accessKptr(env, n, valueReg, field, 'read');
    return undefined;
  }
  const map = reg.map!;
  if (valueReg < 0 || map.constant === undefined || !isConst(reg.scalar)) return UNKNOWN_REG;
  return readConstant(env, n, map, map.constant, off + Number(reg.scalar.umin), bytes, isSigned);
}

/** Checks a store to a map value. */
export function writeMapValue(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  valueReg: number,
): void {
  const field = checkMapValue(env, n, reg, off, bytes, 'write');
  if (field !== undefined) accessKptr(env, n, valueReg, field, 'write');
}

/** Checks what a callee does to a map value. */
export function checkCalleeMapValue(
  env: Env,
  n: number,
  reg: Reg,
  bytes: number,
  access: 'read' | 'write',
  mayBeEmpty: boolean,
): void {
  checkMapRights(env, n, reg, reg.off, bytes, access);
  checkRegion(env, n, reg, reg.off, bytes, reg.map!.spec.valueSize, mayBeEmpty);
  if (hasFields(reg.map!)) checkFieldAccess(env, n, reg, reg.off, bytes, 'helper');
}

/** @see check_map_access_type, check_map_access */
function checkMapValue(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  access: 'read' | 'write',
): ValueField | undefined {
  const map = reg.map!;
  checkMapRights(env, n, reg, off, bytes, access);
  checkRegion(env, n, reg, off, bytes, map.spec.valueSize, false);
  return hasFields(map) ? checkFieldAccess(env, n, reg, off, bytes, access) : undefined;
}

function checkMapRights(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  access: 'read' | 'write',
): void {
  const { spec } = reg.map!;
  const { flags, valueSize } = spec;
  if (access === 'write') {
    if (isReadonlyForProgs(spec)) refuse(env, 'map-write', [{ reg: n }], valueSize, off, bytes);
  } else if (!hasMapFlag(flags, 'rdonly_prog') && hasMapFlag(flags, 'wronly_prog')) {
    refuse(env, 'map-read', [{ reg: n }], valueSize, off, bytes);
  }
}

function hasFields({ spec }: VerifierMap): boolean {
  return spec.fields !== undefined && spec.fields.length > 0;
}

/** A number out of a value that nobody changes any more. @see bpf_map_direct_read */
function readConstant(
  env: Env,
  n: number,
  map: VerifierMap,
  value: Uint8Array,
  off: number,
  bytes: number,
  isSigned: boolean,
): Reg {
  if (map.spec.type !== 'array') return UNKNOWN_REG;
  if (map.spec.maxEntries !== 1) refuse(env, 'constant-map', [{ reg: n }], map.spec.maxEntries);
  let number = 0n;
  for (let i = bytes - 1; i >= 0; i--) number = (number << 8n) | BigInt(value[off + i]!);
  return scalarReg(constScalar(isSigned ? BigInt.asIntN(8 * bytes, number) : number));
}
