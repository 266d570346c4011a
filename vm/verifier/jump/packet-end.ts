// Comparisons of pointers into the packet with its end: where they hold, the bytes up to the pointer are there.
import type { Insn } from '../../isa/insn.ts';
import type { JmpName } from '../../isa/opcodes.ts';
import { changeEveryReg } from '../calls/every-reg.ts';
import { isPacketPointer, withReg, type Reg } from '../reg.ts';
import type { State } from '../state.ts';

/** `Reg.range` of a pointer that is known to be at the end of the packet or behind it, or at least one byte behind it. The log shows them. */
export const AT_END = -1;
export const BEYOND_END = -2;

/** Bytes of a packet at most. @see include/linux/bpf_verifier.h MAX_PACKET_OFF */
const LIMIT_PACKET_BYTES = 0xffff;

/** What a comparison `pointer op end` says where it holds: how near the end the pointer is. */
type Finding = 'up to' | 'before' | 'at' | 'beyond';

/** By comparison, with the pointer on the left: what is known where it is taken, and where it is not. */
const FINDINGS: Readonly<Partial<Record<JmpName, { readonly taken: Finding; readonly not: Finding }>>> = {
  jgt: { taken: 'beyond', not: 'up to' },
  jge: { taken: 'at', not: 'before' },
  jlt: { taken: 'before', not: 'at' },
  jle: { taken: 'up to', not: 'beyond' },
};
const MIRRORED: Readonly<Partial<Record<JmpName, JmpName>>> = {
  jgt: 'jlt',
  jge: 'jle',
  jlt: 'jgt',
  jle: 'jge',
};

/**
 * Learns from a 64-bit comparison of `dst` with `src` (as they were before it), when one is a pointer into the packet (or the bytes in front of it)
 * and the other the end of that part. @see try_match_pkt_pointers
 */
export function learnPacketEnd(insn: Insn, op: JmpName, dst: Reg, src: Reg, taken: State, not: State): void {
  const isForward = isPointerAndEnd(dst, src);
  if (!isForward && !isPointerAndEnd(src, dst)) return;
  const findings = FINDINGS[isForward ? op : (MIRRORED[op] ?? op)];
  if (findings === undefined) return;
  const [n, pointer] = isForward ? [insn.dst, dst] : [insn.src, src];
  learn(taken, findings.taken, n, pointer);
  learn(not, findings.not, n, pointer);
}

function isPointerAndEnd(pointer: Reg, end: Reg): boolean {
  if (pointer.type === 'pkt') return end.type === 'pkt_end';
  return pointer.type === 'pkt_meta' && isPacketStart(end);
}

/** A pointer to the first byte of the packet. @see reg_is_init_pkt_pointer */
function isPacketStart({ type, id, off, scalar: { bits } }: Reg): boolean {
  return type === 'pkt' && id === 0 && off === 0 && bits.mask === 0n && bits.value === 0n;
}

function learn(state: State, finding: Finding, n: number, pointer: Reg): void {
  if (finding === 'up to') extendRanges(state, pointer, 0);
  else if (finding === 'before') extendRanges(state, pointer, 1);
  else if (pointer.type === 'pkt') {
    const { regs } = state.frame;
    regs[n] = withReg(regs[n]!, { range: finding === 'at' ? AT_END : BEYOND_END });
  }
}

/** All pointers with the same variable part may reach as far as this one. @see find_good_pkt_pointers */
function extendRanges(state: State, { type, id, off, scalar }: Reg, more: 0 | 1): void {
  if (off < 0 || (off === 0 && more === 1)) return;
  if (scalar.umax > BigInt(LIMIT_PACKET_BYTES - off)) return; // it may wrap around
  const range = off + more;
  changeEveryReg(state, (reg) =>
    isPacketPointer(reg) && reg.type === type && reg.id === id && reg.range < range
      ? withReg(reg, { range })
      : reg,
  );
}
