// Insns that touch memory.
import type { Insn } from '../../isa/insn.ts';
import { ATOMICS, SIZES } from '../../isa/opcodes.ts';
import type { Op } from '../../isa/ops.ts';
import { returnToCaller } from '../calls/func-exit.ts';
import { checkNothingHeld } from '../calls/held.ts';
import type { Env } from '../env.ts';
import { NOT_INIT, UNKNOWN_REG, ZERO_REG, type Reg, type RegType } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { checkWritable, readReg } from '../regs.ts';
import { typeText } from '../type-text.ts';
import { pushState } from '../walk/pending.ts';
import { load } from './load.ts';
import { checkPointerOffset } from './pointer-offset.ts';
import { notePointer } from './pointer-use.ts';
import { store } from './store.ts';

/** Memory that no atomic insn works on. @see atomic_ptr_type_ok */
const NOT_ATOMIC: ReadonlySet<RegType> = new Set([
  'ctx',
  'pkt',
  'pkt_meta',
  'flow_keys',
  'sock',
  'sock_common',
  'tcp_sock',
  'xdp_sock',
]);

/** Kinds load and acquire. @see check_load_mem, check_atomic_load */
export function stepLoad(env: Env, { op, dst, src, off }: Insn): void {
  const pointer = readReg(env, src);
  checkWritable(env, dst);
  const isAcquire = op.kind === 'acquire';
  const isSigned = op.kind === 'load' && op.signed;
  load(env, src, off, sizeOf(op), dst, isSigned, isAcquire);
  notePointer(env, src, pointer, !isAcquire);
  if (isAcquire) checkAtomicLoad(env, src, pointer);
}

/** Kinds store and release. @see check_store_reg, check_atomic_store */
export function stepStore(env: Env, { op, dst, src, off }: Insn): void {
  const isImm = op.kind === 'store' && op.source === 'imm';
  if (!isImm) readReg(env, src);
  const pointer = readReg(env, dst);
  const isRelease = op.kind === 'release';
  store(env, dst, off, sizeOf(op), isImm ? -1 : src, isRelease);
  notePointer(env, dst, pointer, false);
  if (isRelease) checkAtomicStore(env, dst, pointer);
}

/** Kind atomic. @see check_atomic_rmw */
export function stepAtomic(env: Env, { op, dst, src, off }: Insn): void {
  if (op.kind !== 'atomic') return;
  readReg(env, src);
  const pointer = readReg(env, dst);
  const { form } = ATOMICS[op.atomic];
  if (form === 'cmpxchg') readReg(env, 0);
  checkAtomicStore(env, dst, pointer);
  const bytes = sizeOf(op);
  const loaded = form === 'lock' ? -1 : form === 'cmpxchg' ? 0 : src;
  if (loaded >= 0) {
    checkWritable(env, loaded);
    env.setReg(loaded, UNKNOWN_REG);
  }
  load(env, dst, off, bytes, -1, false, true);
  if (loaded >= 0) load(env, dst, off, bytes, loaded, false, true);
  notePointer(env, dst, env.reg(dst), false);
  store(env, dst, off, bytes, -1, true);
}

function sizeOf(op: Op): number {
  return 'size' in op ? SIZES[op.size].bytes : 8;
}

/** Looks at the pointer as it was before the load, which may overwrite it. Linux 6.18 looks later, and takes such loads. */
function checkAtomicLoad(env: Env, n: number, reg: Reg): void {
  if (NOT_ATOMIC.has(reg.type) && reg.flags === 0) {
    refuse(env, 'atomic-load', [{ reg: n }], n, typeText(reg));
  }
}

function checkAtomicStore(env: Env, n: number, reg: Reg): void {
  if (NOT_ATOMIC.has(reg.type) && reg.flags === 0) {
    refuse(env, 'atomic-store', [{ reg: n }], n, typeText(reg));
  }
}

/** Registers that a packet load leaves without a value. */
const SCRATCH = [0, 1, 2, 3, 4, 5] as const;
const CTX_REG = 6;

/**
 * Kind packet: ld_abs, ld_ind: the pc to go on at. Where the packet ends before, the function returns 0: a way that is walked too in functions that others call.
 * @see check_ld_abs
 */
export function stepPacketLoad(env: Env, { op, src }: Insn): number {
  const ctx = readReg(env, CTX_REG);
  checkNothingHeld(env, false, true, 'BPF_LD_[ABS|IND]');
  if (ctx.type !== 'ctx') refuse(env, 'packet-load-ctx', [{ reg: CTX_REG }], typeText(ctx));
  if (op.kind === 'packet' && op.mode === 'ind') readReg(env, src);
  checkPointerOffset(env, CTX_REG, ctx, false);
  for (const n of SCRATCH) env.setReg(n, NOT_INIT);
  env.setReg(0, UNKNOWN_REG);
  if (env.state.frames.length === 1) return env.pc + 1;
  pushState(env, env.pc + 1, env.pc);
  env.setReg(0, ZERO_REG);
  return returnToCaller(env);
}
