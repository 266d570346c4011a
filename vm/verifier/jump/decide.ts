// What a conditional jump decides by itself: the sides of the comparison tell that it is taken, or that it is not.
import type { JmpName } from '../../isa/opcodes.ts';
import type { Width } from '../../isa/ops.ts';
import { FLAGS, hasFlag, isPacketPointer, type Reg } from '../reg.ts';
import { branchTaken, SWAPPED } from '../scalar-compare.ts';
import { AT_END, BEYOND_END } from './packet-end.ts';

/** True: always taken; false: never; undefined: both may be. @see kernel/bpf/verifier.c is_branch_taken */
export function decide(op: JmpName, width: Width, dst: Reg, src: Reg): boolean | undefined {
  if (dst.type === 'scalar' && src.type === 'scalar') return branchTaken(op, width, dst.scalar, src.scalar);
  if (width === 64 && isPacketEdge(dst) && isPacketEdge(src)) return decidePacket(op, dst, src);
  return isNull(src, width) ? decideNull(op, dst) : isNull(dst, width) ? decideNull(op, src) : undefined;
}

function isPacketEdge(reg: Reg): boolean {
  return isPacketPointer(reg) || reg.type === 'pkt_end';
}

/** A pointer into the packet that an earlier comparison found at or beyond the end is there still. @see is_pkt_ptr_branch_taken */
function decidePacket(op: JmpName, dst: Reg, src: Reg): boolean | undefined {
  if (src.type === 'pkt_end') return decideBeyond(op, dst.range);
  return dst.type === 'pkt_end' ? decideBeyond(SWAPPED[op], src.range) : undefined;
}

function decideBeyond(op: JmpName, range: number): boolean | undefined {
  const isBeyond = range === BEYOND_END;
  if ((op === 'jgt' || op === 'jle') && isBeyond) return op === 'jgt';
  if ((op === 'jge' || op === 'jlt') && (isBeyond || range === AT_END)) return op === 'jge';
  return undefined;
}

/** The constant 0; as the comparison sees it. */
function isNull({ type, scalar: { bits } }: Reg, width: Width): boolean {
  if (type !== 'scalar') return false;
  return width === 64
    ? bits.mask === 0n && bits.value === 0n
    : BigInt.asUintN(32, bits.mask) === 0n && BigInt.asUintN(32, bits.value) === 0n;
}

function decideNull(op: JmpName, pointer: Reg): boolean | undefined {
  if ((op !== 'jeq' && op !== 'jne') || !isNeverNull(pointer)) return undefined;
  return op === 'jne';
}

/** True for pointers of which the kernel knows that they are not null. Of others (ctx, the stack) it does not ask. @see reg_not_null */
export function isNeverNull(reg: Reg): boolean {
  if (hasFlag(reg, 'maybe_null')) return false;
  switch (reg.type) {
    case 'sock':
    case 'sock_common':
    case 'tcp_sock':
    case 'map_value':
    case 'map_key':
    case 'map_ptr':
      return true;
    case 'mem':
      return !hasFlag(reg, 'untrusted');
    case 'btf_id':
      return isTrusted(reg);
    default:
      return false;
  }
}

const TRUSTED = FLAGS.alloc | FLAGS.trusted | FLAGS.non_own_ref;

/** True for a pointer to an object of the kernel that is surely alive. @see is_trusted_reg */
function isTrusted({ refId, flags }: Reg): boolean {
  return refId !== 0 || ((flags & TRUSTED) !== 0 && (flags & ~TRUSTED) === 0);
}
