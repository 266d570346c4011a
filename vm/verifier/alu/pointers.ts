// Pointer arithmetic: a pointer and a number give a pointer. What is added stays apart: a fixed part, when the number is known, and a part of
// which ranges are known.
import { ALU, type AluName } from '../../isa/opcodes.ts';
import type { Width } from '../../isa/ops.ts';
import type { Env } from '../env.ts';
import { hasFlag, isPacketPointer, UNKNOWN_REG, withReg, type Reg, type RegType } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { Draft, S64_MAX, S64_MIN, U64_MAX } from '../scalar-bounds.ts';
import { settle } from '../scalar-settle.ts';
import { isConst, type Scalar } from '../scalar.ts';
import { tnumAdd, tnumSub } from '../tnum.ts';
import { typeText } from '../type-text.ts';
import { movedPointer } from './number-reg.ts';

/** Offsets stay below this, in both directions. @see include/linux/bpf_verifier.h BPF_MAX_VAR_OFF */
const LIMIT_OFFSET = 1 << 29;
const LIMIT = BigInt(LIMIT_OFFSET);

/** Which pointers may be moved, and by what: any number, one that is known, or by none but 0 (added). @see adjust_ptr_min_max_vals */
// oxfmt-ignore
const MOVES = {
  ctx:         'any',
  map_value:   'any',
  map_key:     'any',
  stack:       'any',
  pkt_meta:    'any',
  pkt:         'any',
  tp_buffer:   'any',
  btf_id:      'any',
  mem:         'any',
  buf:         'any',
  func:        'any',
  dynptr:      'any',
  flow_keys:   'known',
  map_ptr:     'zero',
  pkt_end:     'none',
  sock:        'none',
  sock_common: 'none',
  tcp_sock:    'none',
  xdp_sock:    'none',
  arena:       'none',
  scalar:      'none',
  not_init:    'none',
} as const satisfies Record<RegType, 'any' | 'known' | 'zero' | 'none'>;

/** `dst op= src` where one side is a pointer. */
export interface PointerMath {
  readonly op: AluName;
  readonly width: Width;
  /** Number of the register that takes the result. */
  readonly dst: number;
  readonly pointer: Reg;
  readonly number: Reg;
  /** Number of the register that holds `number`, -1 for an immediate. */
  readonly numberAt: number;
  /** The number stands on the left. */
  readonly isReversed: boolean;
}

/** What `math.dst` holds afterwards. @see kernel/bpf/verifier.c adjust_ptr_min_max_vals */
export function movePointer(env: Env, math: PointerMath): Reg {
  const { op, width, dst, pointer, number } = math;
  if (isContradiction(number.scalar)) return UNKNOWN_REG;
  if (width === 32) {
    if (op === 'sub') return UNKNOWN_REG;
    refuse(env, 'pointer-32bit', [{ reg: dst }], dst);
  }
  if (hasFlag(pointer, 'maybe_null')) {
    refuse(env, 'pointer-maybe-null', [{ reg: dst }], dst, typeText(pointer));
  }
  // offsets of memory that is only read with care do not matter; a number that such a pointer was added to is lost (Linux believes it unchanged)
  if (pointer.type === 'mem' && hasFlag(pointer, 'untrusted')) return math.isReversed ? UNKNOWN_REG : pointer;
  if (!mayMove(pointer, number.scalar, op)) {
    refuse(env, 'pointer-fixed', [{ reg: dst }], dst, typeText(pointer));
  }
  checkSane(env, math, number.scalar, number.off);
  checkSane(env, math, pointer.scalar, pointer.off);
  switch (op) {
    case 'add':
      return math.isReversed ? inherited(env, added(env, math)) : added(env, math);
    case 'sub':
      return subtracted(env, math);
    case 'and':
    case 'or':
    case 'xor':
      return refuse(env, 'pointer-bitwise', [{ reg: dst }], dst, ALU[op].sign);
    default:
      return refuse(env, 'pointer-operator', [{ reg: dst }], dst, kernelSign(op));
  }
}

/** The kernel's messages do not tell signed division from unsigned. */
export function kernelSign(op: AluName): string {
  if (op === 'sdiv') return ALU.div.sign;
  return op === 'smod' ? ALU.mod.sign : ALU[op].sign;
}

/** Ranges that cannot be: of a path that no run takes. */
function isContradiction({ bits, umin, umax, smin, smax }: Scalar): boolean {
  return smin > smax || umin > umax || (bits.mask === 0n && (smin !== smax || umin !== umax));
}

function mayMove({ type }: Reg, number: Scalar, op: AluName): boolean {
  const moves = MOVES[type];
  if (moves === 'any' || (moves === 'known' && isConst(number))) return true;
  return moves !== 'none' && op === 'add' && isConst(number) && number.bits.value === 0n;
}

/** Refuses parts of an offset that are too large, or of which no lower end is known. @see check_reg_sane_offset */
function checkSane(
  env: Env,
  math: PointerMath,
  { bits, smin }: Pick<Scalar, 'bits' | 'smin'>,
  off: number,
): void {
  if (bits.mask === 0n) {
    const value = BigInt.asIntN(64, bits.value);
    if (value >= LIMIT || value <= -LIMIT) refuseSum(env, math, 'pointer-distance', value);
  }
  if (off >= LIMIT_OFFSET || off <= -LIMIT_OFFSET) refuseSum(env, math, 'pointer-offset', off);
  if (smin === S64_MIN) {
    refuse(env, 'pointer-unbounded', places(math), typeText(math.pointer), math.numberAt);
  }
  if (smin >= LIMIT || smin <= -LIMIT) refuseSum(env, math, 'pointer-range', smin);
}

function refuseSum(
  env: Env,
  math: PointerMath,
  code: 'pointer-distance' | 'pointer-offset' | 'pointer-range',
  value: bigint | number,
): never {
  return refuse(env, code, places(math), typeText(math.pointer), value);
}

function places({ dst, numberAt }: PointerMath): { reg: number }[] {
  return numberAt < 0 || numberAt === dst ? [{ reg: dst }] : [{ reg: dst }, { reg: numberAt }];
}

function added(env: Env, math: PointerMath): Reg {
  const { pointer, number } = math;
  if (isConst(number.scalar)) {
    const off = pointer.off + Number(number.scalar.smin);
    if (off === (off | 0)) return moved(env, math, off);
  }
  const draft = withoutHalves(pointer.scalar);
  const { scalar } = number;
  draft.bits = tnumAdd(draft.bits, scalar.bits);
  draft.smin += scalar.smin;
  draft.smax += scalar.smax;
  if (draft.smin < S64_MIN || draft.smax > S64_MAX) draft.forgetS64();
  draft.umin += scalar.umin;
  draft.umax += scalar.umax;
  if (draft.umax > U64_MAX) draft.forgetU64();
  checkSane(env, math, draft, pointer.off);
  if (!isPacketPointer(pointer)) {
    return movedPointer(pointer, settle(draft), pointer.off, pointer.id, pointer.range);
  }
  return movedPointer(pointer, settle(draft), pointer.off, env.nextId(), 0);
}

/**
 * A number that a pointer was added to. Linux 6.18 takes over what the pointer is, but neither whose stack it points into nor which reference it
 * belongs to: that is a gap, as it then lies on the stack of the first function, and outlives its memory.
 */
function inherited(env: Env, reg: Reg): Reg {
  if (reg.frame === 0 && reg.refId === 0) return reg;
  env.hasGap = true;
  return env.isStrict ? reg : withReg(reg, { frame: 0, refId: 0 });
}

function subtracted(env: Env, math: PointerMath): Reg {
  const { dst, pointer, number } = math;
  if (math.isReversed) refuse(env, 'pointer-subtrahend', places(math), dst);
  if (pointer.type === 'stack') refuse(env, 'stack-subtract', [{ reg: dst }], dst);
  if (isConst(number.scalar)) {
    const off = pointer.off - Number(number.scalar.smin);
    if (off === (off | 0)) return moved(env, math, off);
  }
  const draft = withoutHalves(pointer.scalar);
  const { scalar } = number;
  draft.bits = tnumSub(draft.bits, scalar.bits);
  draft.smin -= scalar.smax;
  draft.smax -= scalar.smin;
  if (draft.smin < S64_MIN || draft.smax > S64_MAX) draft.forgetS64();
  draft.umin -= scalar.umax;
  draft.umax -= scalar.umin;
  if (draft.umin < 0n) draft.forgetU64();
  checkSane(env, math, draft, pointer.off);
  if (!isPacketPointer(pointer)) {
    return movedPointer(pointer, settle(draft), pointer.off, pointer.id, pointer.range);
  }
  const range = scalar.smin < 0n ? 0 : pointer.range; // what was there behind the pointer is there behind one further to the front
  return movedPointer(pointer, settle(draft), pointer.off, env.nextId(), range);
}

/** The same pointer, its fixed part set. */
function moved(env: Env, math: PointerMath, off: number): Reg {
  const { pointer } = math;
  checkSane(env, math, pointer.scalar, off);
  return movedPointer(pointer, pointer.scalar, off, pointer.id, pointer.range);
}

/** Of the low halves of pointers nothing is tracked. */
function withoutHalves(scalar: Scalar): Draft {
  const draft = new Draft(scalar);
  draft.forgetU32();
  draft.forgetS32();
  return draft;
}
