// Spills and fills around calls that leave registers alone: clang writes them for kernels that do not know, and the kernel takes them out.
import { FRAME_REG } from '../../isa/opcodes.ts';
import type { Insn } from '../../isa/insn.ts';
import type { Env, Subprog } from '../env.ts';
import type { Frame } from '../state.ts';
import { callSummary } from './call-summary.ts';

const SLOT = 8;
/** r0 to r5. */
const CALLER_SAVED = 0b11_1111;
/** Below any offset: the function's spills stay. */
const BROKEN = -0x8000;

/** What is known of such spills. */
export class Fastcall {
  /** By pc: 1 for the spills and fills. */
  inPattern = new Uint8Array(0);
  /** Of each function: the offset from r10 that all its such spills lie below, 0 none; whether there are some that must stay. */
  tops: number[] = [];
  mustKeep: boolean[] = [];
  /** Functions with calls whose spills go. */
  readonly removes = new Set<number>();
}

/** Finds them. @see mark_fastcall_patterns */
export function findFastcalls(env: Env): void {
  const { fastcall, subprogs, insns } = env;
  fastcall.inPattern = new Uint8Array(insns.length);
  fastcall.tops = subprogs.map(() => 0);
  fastcall.mustKeep = subprogs.map(() => false);
  for (const [i, { start, end }] of subprogs.entries()) {
    const lowest = lowestSpill(insns, start, end);
    for (let pc = start; pc < end; pc++) {
      if (insns[pc]?.op.kind === 'call') findPattern(env, i, pc, lowest);
    }
  }
}

function lowestSpill(insns: readonly (Insn | undefined)[], start: number, end: number): number {
  let lowest = 0;
  for (let pc = start; pc < end; pc++) {
    const insn = insns[pc];
    if (isSpill(insn)) lowest = Math.min(lowest, insn.off);
  }
  return lowest;
}

/** Pairs of a spill in front of the call and a fill behind it, from the inside out. @see mark_fastcall_pattern_for_call */
function findPattern(env: Env, subprog: number, pc: number, lowest: number): void {
  const { insns, fastcall } = env;
  const summary = callSummary(env, insns[pc]!);
  if (summary === undefined) return;
  const clobbered = (((1 << summary.params) - 1) << 1) | (summary.isVoid ? 0 : 1);
  let expected = ~clobbered & CALLER_SAVED;
  let off = lowest;
  let pairs = 0;
  for (; pairs < 6; pairs++) {
    const spill = insns[pc - pairs - 1];
    const fill = insns[pc + pairs + 1];
    if (!isSpill(spill) || !isFill(fill) || spill.src !== fill.dst) break;
    if ((expected & (1 << spill.src)) === 0 || spill.off !== off || fill.off !== off) break;
    expected &= ~(1 << spill.src);
    off += SLOT;
    fastcall.inPattern[pc - pairs - 1] = 1;
    fastcall.inPattern[pc + pairs + 1] = 1;
  }
  if (pairs === 0) return;
  if (summary.isFast) fastcall.removes.add(subprog);
  else fastcall.mustKeep[subprog] = true;
  fastcall.tops[subprog] = Math.min(fastcall.tops[subprog]!, off);
}

function isSpill(insn: Insn | undefined): insn is Insn {
  return insn?.op.name === 'stx_u64' && insn.dst === FRAME_REG;
}

function isFill(insn: Insn | undefined): insn is Insn {
  return insn?.op.name === 'ldx_u64' && insn.src === FRAME_REG;
}

/** The insn at hand touches the stack of a frame at `off` from its r10: when that is where such spills lie and the insn is none, they stay. @see check_fastcall_stack_contract */
export function noteStackAccess({ fastcall, pc, subprogs }: Env, { subprog }: Frame, off: number): void {
  if (fastcall.tops[subprog]! <= off || fastcall.inPattern[pc] === 1) return;
  fastcall.tops[subprog] = BROKEN;
  fastcall.removes.delete(subprog);
  const { start, end } = subprogs[subprog]!;
  fastcall.inPattern.fill(0, start, end);
}

/** What is left of a function's stack once they are gone. @see remove_fastcall_spills_fills */
export function removeFastcallSpills({ fastcall, subprogs }: Env): void {
  for (const i of fastcall.removes) {
    const subprog: Subprog = subprogs[i]!;
    if (!fastcall.mustKeep[i]) subprog.stackBytes = -fastcall.tops[i]!;
  }
}
