// Stores of the program: what each kind of pointer takes.
import { accessBtf } from '../ctx/btf-access.ts';
import { accessCtx } from '../ctx/ctx-access.ts';
import type { ProgTypeName } from '../../kernel/prog-types.ts';
import type { Env } from '../env.ts';
import { hasFlag, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { typeText } from '../type-text.ts';
import { checkAlignment } from './alignment.ts';
import { noteEscape } from './frame-facts.ts';
import { checkFlowKeys } from './load.ts';
import { accessMapStruct } from './map-struct.ts';
import { writeMapValue } from './map-value.ts';
import { checkPointerOffset } from './pointer-offset.ts';
import { checkBuffer, checkPacket, checkRegion } from './region.ts';
import { checkStackBounds } from './stack-bounds.ts';
import { writeStack } from './stack-write.ts';

/** Types whose programs may store into the packet. @see may_access_direct_pkt_data */
const PACKET_WRITERS: ReadonlySet<ProgTypeName> = new Set([
  'sched_cls',
  'sched_act',
  'xdp',
  'lwt_xmit',
  'sk_skb',
  'sk_msg',
  'cgroup_sockopt',
]);

/**
 * Checks a store of `bytes` at `off` (the insn's) through register `n`: of register `valueReg`, or, when that is -1, of the insn's immediate or of what nobody
 * knows. @see check_mem_access with BPF_WRITE
 */
export function store(
  env: Env,
  n: number,
  off: number,
  bytes: number,
  valueReg: number,
  isStrict: boolean,
): void {
  const reg = env.reg(n);
  checkAlignment(env, n, reg, off, bytes, isStrict);
  if (valueReg >= 0 && reg.type !== 'stack') noteEscape(env, env.reg(valueReg));
  write(env, n, reg, off + reg.off, bytes, valueReg);
}

/** `off` includes the register's. */
function write(env: Env, n: number, reg: Reg, off: number, bytes: number, valueReg: number): void {
  switch (reg.type) {
    case 'stack':
      checkStackBounds(env, n, reg, off, bytes, 'write');
      return writeStack(env, reg, off, bytes, valueReg);
    case 'map_value':
      if (reg.flags !== 0) break;
      return writeMapValue(env, n, reg, off, bytes, valueReg);
    case 'ctx':
      checkPointerOffset(env, n, reg, false);
      accessCtx(env, off, bytes, 'write', false);
      return;
    case 'pkt':
    case 'pkt_meta':
      if (reg.flags !== 0) break;
      if (!PACKET_WRITERS.has(env.input.type)) refuse(env, 'packet-write', [{ reg: n }], env.input.type);
      return checkPacket(env, n, reg, off, bytes, false);
    case 'btf_id':
      if (hasFlag(reg, 'maybe_null')) break;
      accessBtf(env, n, reg, off, bytes, 'write');
      return;
    case 'mem':
      if (hasFlag(reg, 'maybe_null')) break;
      if (hasFlag(reg, 'rdonly')) refuse(env, 'write-rdonly', [{ reg: n }], n, typeText(reg));
      return checkRegion(env, n, reg, off, bytes, reg.memBytes, false);
    case 'map_key':
      if (reg.flags !== 0) break;
      return refuse(env, 'map-key-write', [{ reg: n }], n);
    case 'map_ptr':
      if (reg.flags !== 0) break;
      accessMapStruct(env, n, reg, off, bytes, 'write');
      return;
    case 'sock':
    case 'sock_common':
    case 'tcp_sock':
    case 'xdp_sock':
      if (reg.flags !== 0) break;
      return refuse(env, 'write-rdonly', [{ reg: n }], n, typeText(reg));
    case 'flow_keys':
      if (reg.flags !== 0) break;
      return checkFlowKeys(env, n, off, bytes);
    case 'tp_buffer':
    case 'buf':
      if (hasFlag(reg, 'maybe_null')) break;
      if (hasFlag(reg, 'rdonly')) refuse(env, 'write-rdonly', [{ reg: n }], n, typeText(reg));
      return checkBuffer(env, n, reg, off, bytes);
    default: // no memory
  }
  refuse(env, 'no-memory', [{ reg: n }], n, typeText(reg));
}
