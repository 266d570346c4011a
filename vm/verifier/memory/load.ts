// Loads of the program: what each kind of pointer yields.
import { FLOW_KEYS_BYTES } from '../../kernel/ctx-sock.ts';
import { numberReg } from '../alu/number-reg.ts';
import { accessBtf } from '../ctx/btf-access.ts';
import { accessCtx, accessSock } from '../ctx/ctx-access.ts';
import type { Env } from '../env.ts';
import { hasFlag, scalarReg, UNKNOWN_REG, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { signExtend, truncate } from '../scalar-alu.ts';
import { UNKNOWN } from '../scalar.ts';
import { typeText } from '../type-text.ts';
import { checkAlignment } from './alignment.ts';
import { accessMapStruct } from './map-struct.ts';
import { readMapValue } from './map-value.ts';
import { checkPointerOffset } from './pointer-offset.ts';
import { checkBuffer, checkPacket, checkRegion } from './region.ts';
import { checkStackBounds } from './stack-bounds.ts';
import { readStack } from './stack-read.ts';

/**
 * Checks a load of `bytes` at `off` (the insn's) through register `n`, and writes what it yields to `valueReg`; to none when that is -1.
 * @see check_mem_access with BPF_READ
 */
export function load(
  env: Env,
  n: number,
  off: number,
  bytes: number,
  valueReg: number,
  isSigned: boolean,
  isStrict: boolean,
): void {
  const reg = env.reg(n);
  checkAlignment(env, n, reg, off, bytes, isStrict);
  const value = read(env, n, reg, off + reg.off, bytes, valueReg, isSigned);
  if (valueReg < 0 || value === undefined) return;
  env.setReg(
    valueReg,
    bytes === 8 || value.type !== 'scalar' ? value : narrowed(env, value, bytes, isSigned),
  );
}

/** What is read; undefined where nobody wants it, or where it is in `valueReg` already. `off` includes the register's. */
function read(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  valueReg: number,
  isSigned: boolean,
): Reg | undefined {
  switch (reg.type) {
    case 'stack':
      checkStackBounds(env, n, reg, off, bytes, 'read');
      return readStack(env, n, reg, off, bytes, valueReg >= 0);
    case 'map_value':
      if (reg.flags !== 0) break;
      return readMapValue(env, n, reg, off, bytes, valueReg, isSigned);
    case 'ctx':
      checkPointerOffset(env, n, reg, false);
      return accessCtx(env, off, bytes, 'read', isSigned);
    case 'pkt':
    case 'pkt_meta':
      if (reg.flags !== 0) break;
      checkPacket(env, n, reg, off, bytes, false);
      return UNKNOWN_REG;
    case 'btf_id':
      if (hasFlag(reg, 'maybe_null')) break;
      return accessBtf(env, n, reg, off, bytes, 'read');
    case 'mem':
      if (hasFlag(reg, 'maybe_null')) break;
      // Memory that is not trusted is read by insns that survive a fault.
      if (!hasFlag(reg, 'rdonly') || !hasFlag(reg, 'untrusted')) {
        checkRegion(env, n, reg, off, bytes, reg.memBytes, false);
      }
      return UNKNOWN_REG;
    case 'map_key':
      if (reg.flags !== 0) break;
      checkRegion(env, n, reg, off, bytes, reg.map!.spec.keySize, false);
      return UNKNOWN_REG;
    case 'map_ptr':
      if (reg.flags !== 0) break;
      return accessMapStruct(env, n, reg, off, bytes, 'read');
    case 'sock':
    case 'sock_common':
    case 'tcp_sock':
    case 'xdp_sock':
      if (reg.flags !== 0) break;
      if (reg.scalar.smin < 0n) refuse(env, 'index-negative', [{ reg: n }], n);
      accessSock(env, n, reg, off, bytes);
      return UNKNOWN_REG;
    case 'flow_keys':
      if (reg.flags !== 0) break;
      checkFlowKeys(env, n, off, bytes);
      return UNKNOWN_REG;
    case 'tp_buffer':
    case 'buf':
      if (hasFlag(reg, 'maybe_null')) break;
      checkBuffer(env, n, reg, off, bytes);
      return UNKNOWN_REG;
    default: // no memory
  }
  return refuse(env, 'no-memory', [{ reg: n }], n, typeText(reg));
}

/** Refuses an access that leaves struct bpf_flow_keys. @see check_flow_keys_access */
export function checkFlowKeys(env: Env, n: number, off: number, bytes: number): void {
  if (off < 0 || off + bytes > FLOW_KEYS_BYTES) refuse(env, 'flow-keys', [{ reg: n }], off, bytes);
}

/** Numbers of which nothing is known but their size, by size and sign; made when first asked for. */
const NARROW: (Reg | undefined)[] = [];

/** The low bytes of what stands in memory, as a register gets them. @see coerce_reg_to_size, coerce_reg_to_size_sx */
function narrowed(env: Env, value: Reg, bytes: number, isSigned: boolean): Reg {
  if (value === UNKNOWN_REG) {
    const at = isSigned ? bytes + 8 : bytes;
    return (NARROW[at] ??= scalarReg(isSigned ? extended(UNKNOWN, bytes) : truncate(UNKNOWN, bytes)));
  }
  if (!isSigned) {
    const scalar = truncate(value.scalar, bytes);
    if (scalar === value.scalar) return value;
    return numberReg(scalar, value.precise, value.id, value.linked, value.off);
  }
  const scalar = extended(value.scalar, bytes);
  const isSame = value.id === 0 || value.scalar.umax < 1n << BigInt(8 * bytes - 1);
  // A number that is extended may differ from what it was loaded from. Linux 6.18 still takes the two for equal, which is a gap.
  if (!isSame) env.hasGap = true;
  return isSame || !env.isStrict
    ? numberReg(scalar, value.precise, value.id, value.linked, value.off)
    : numberReg(scalar, value.precise);
}

function extended(scalar: Reg['scalar'], bytes: number): Reg['scalar'] {
  return signExtend(scalar, bytes === 1 ? 8 : bytes === 2 ? 16 : 32, 64);
}
