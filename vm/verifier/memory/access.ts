// Memory that a callee uses, and loads and stores that others make for it.
import type { ProgTypeName } from '../../kernel/prog-types.ts';
import { accessBtf } from '../ctx/btf-access.ts';
import type { Env } from '../env.ts';
import { markPrecise } from '../precision.ts';
import { FLAGS, hasFlag, withReg, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { typeText } from '../type-text.ts';
import { checkAlignment } from './alignment.ts';
import { load } from './load.ts';
import { checkCalleeMapValue } from './map-value.ts';
import { checkBuffer, checkPacket, checkRegion } from './region.ts';
import { checkStackRange } from './stack-range.ts';
import { store } from './store.ts';

export interface AccessOptions {
  /** A load of the program yields this register, -1 none; a store takes it from there, -1 an immediate or unknown. */
  readonly valueReg: number;
  /** The load extends the sign. */
  readonly isSigned?: boolean;
  /** The alignment is demanded although the program type does not. */
  readonly isStrict?: boolean;
}

/** Checks an access of `bytes` at `off` (insn's, s16) through register `n`, and does what it does to the state: a load writes `valueReg`. @see check_mem_access */
export function checkAccess(
  env: Env,
  n: number,
  off: number,
  bytes: number,
  access: 'read' | 'write',
  { valueReg, isSigned = false, isStrict = false }: AccessOptions,
): void {
  if (access === 'read') load(env, n, off, bytes, valueReg, isSigned, isStrict);
  else store(env, n, off, bytes, valueReg, isStrict);
}

/** What a callee may do with memory it is given. */
export interface CalleeAccess {
  /** Memory that is read and written is checked as what is written; who wants both asked asks twice. */
  readonly access: 'read' | 'write' | 'read-write';
  /** The callee fills it: nothing needs to stand there before. The stack is marked by whoever checks the call, once all arguments are checked: `stepHelper` does. */
  readonly isUninit?: boolean;
  /** 0 bytes are taken, also through a null pointer. */
  readonly mayBeEmpty?: boolean;
  /** It must be aligned to its size, whatever the program type. @see MEM_ALIGNED, check_ptr_alignment strict */
  readonly isAligned?: boolean;
}

/** Types whose ctx is handed to callees as memory: what lies in it is what the program sees. @see env->ops->convert_ctx_access */
const PLAIN_CTX: ReadonlySet<ProgTypeName> = new Set([
  'kprobe',
  'tracepoint',
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'tracing',
  'lsm',
  'struct_ops',
  'syscall',
  'cgroup_device',
  'lirc_mode2',
  'netfilter',
]);
/** A size that is not known is smaller than this. @see BPF_MAX_VAR_SIZ */
const MAX_BYTES = 1n << 29n;

/** Checks that a callee may use `bytes` behind register `n`. @see check_helper_mem_access */
export function checkHelperMem(env: Env, n: number, bytes: number, how: CalleeAccess): void {
  checkCalleeMem(env, n, env.reg(n), bytes, how, how.isUninit === true);
  if (how.isAligned === true) checkAlignment(env, n, env.reg(n), 0, bytes, true);
}

/** The same, with the size in register `sizeReg`; `mem` is the register before it. @see check_mem_size_reg */
export function checkMemSize(env: Env, sizeReg: number, mem: number, how: CalleeAccess): void {
  checkSizedMem(env, sizeReg, mem, env.reg(mem), how);
}

/** Memory and its size, both asked for reading and for writing; the pointer may be null. @see check_kfunc_mem_size_reg */
export function checkMaybeMemSize(env: Env, sizeReg: number, mem: number): void {
  const reg = notNull(env.reg(mem));
  checkSizedMem(env, sizeReg, mem, reg, { access: 'read', mayBeEmpty: true });
  checkSizedMem(env, sizeReg, mem, reg, { access: 'write', mayBeEmpty: true });
}

/** Memory of a fixed size behind a register that may be null: of the arguments of global functions and kfuncs. @see check_mem_reg */
export function checkMemReg(env: Env, n: number, reg: Reg, bytes: number): void {
  if (isNull(reg)) return;
  const pointer = notNull(reg);
  checkCalleeMem(env, n, pointer, bytes, { access: 'read', mayBeEmpty: true }, false);
  checkCalleeMem(env, n, pointer, bytes, { access: 'write', mayBeEmpty: true }, false);
}

function checkSizedMem(env: Env, sizeReg: number, mem: number, reg: Reg, how: CalleeAccess): void {
  const size = env.reg(sizeReg).scalar;
  const places = [{ reg: sizeReg }];
  if (size.smin < 0n) refuse(env, 'size-negative', places, sizeReg, size.smin);
  if (size.umin === 0n && how.mayBeEmpty !== true) {
    refuse(env, 'size-zero', places, sizeReg, size.umin, size.umax);
  }
  if (size.umax >= MAX_BYTES) refuse(env, 'size-unbounded', places, sizeReg);
  // Where the size is not known, nobody can say which bytes a callee fills.
  checkCalleeMem(env, mem, reg, Number(size.umax), how, how.isUninit === true && isConst(size));
  markPrecise(env, sizeReg);
}

function checkCalleeMem(
  env: Env,
  n: number,
  reg: Reg,
  bytes: number,
  how: CalleeAccess,
  isRaw: boolean,
): void {
  const access = how.access === 'read' ? 'read' : 'write';
  const mayBeEmpty = how.mayBeEmpty === true;
  switch (reg.type) {
    case 'stack':
      return checkStackRange(env, n, reg, reg.off, bytes, { access, isRaw, mayBeEmpty });
    case 'map_value':
      return checkCalleeMapValue(env, n, reg, bytes, access, mayBeEmpty);
    case 'map_key':
      if (access === 'write') refuse(env, 'write-rdonly', [{ reg: n }], n, typeText(reg));
      return checkRegion(env, n, reg, reg.off, bytes, reg.map!.spec.keySize, false);
    case 'mem':
      if (access === 'write') checkNotReadonly(env, n, reg);
      return checkRegion(env, n, reg, reg.off, bytes, reg.memBytes, mayBeEmpty);
    case 'buf':
      if (access === 'write') checkNotReadonly(env, n, reg);
      return checkBuffer(env, n, reg, reg.off, bytes);
    case 'pkt':
    case 'pkt_meta':
      return checkPacket(env, n, reg, reg.off, bytes, mayBeEmpty);
    case 'btf_id':
      accessBtf(env, n, reg, reg.off, bytes, 'read');
      return;
    case 'ctx':
      if (!PLAIN_CTX.has(env.input.type)) break;
      // The last byte tells whether all are there.
      if (bytes > 0) checkAccess(env, n, bytes - 1, 1, access, { valueReg: -1 });
      return;
    default: // no memory
  }
  if (mayBeEmpty && bytes === 0 && isNull(reg)) return;
  refuse(env, 'memory-type', [{ reg: n }], n, typeText(reg));
}

function checkNotReadonly(env: Env, n: number, reg: Reg): void {
  if (hasFlag(reg, 'rdonly')) refuse(env, 'write-rdonly', [{ reg: n }], n, typeText(reg));
}

function isNull(reg: Reg): boolean {
  return reg.type === 'scalar' && reg.scalar.umax === 0n;
}

/** The pointer without its null. @see mark_ptr_not_null_reg */
function notNull(reg: Reg): Reg {
  return hasFlag(reg, 'maybe_null') ? withReg(reg, { flags: reg.flags & ~FLAGS.maybe_null }) : reg;
}
