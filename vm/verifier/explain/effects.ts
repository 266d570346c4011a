// What an insn does to registers and stack slots, as far as an explanation follows it.
import type { Insn } from '../../isa/insn.ts';
import type { Reg } from '../reg.ts';
import { isConst } from '../scalar.ts';
import type { FramePlace } from './trace.ts';

/** Registers a call leaves undefined or sets: r0 to r5. */
const CALL_WRITES = [0, 1, 2, 3, 4, 5];
const SLOT_BYTES = 8;

/** Registers that an insn writes. */
export function writtenRegs({ op, dst, src }: Insn): readonly number[] {
  switch (op.kind) {
    case 'alu':
    case 'neg':
    case 'movsx':
    case 'swap':
    case 'cast':
    case 'wide':
    case 'load':
    case 'acquire':
      return [dst];
    case 'call':
    case 'packet':
      return CALL_WRITES;
    case 'atomic':
      return op.name.startsWith('atomic_cmpxchg')
        ? [0]
        : op.name.includes('fetch') || op.name.includes('xchg')
          ? [src]
          : [];
    default:
      return [];
  }
}

/** Registers whose values go into what an insn writes into `dst`. */
export function sourceRegs({ op, dst, src }: Insn): readonly number[] {
  switch (op.kind) {
    case 'alu': {
      const operand = op.source === 'reg' && src !== dst ? [src] : [];
      if (op.alu === 'mov') return op.source === 'reg' ? [src] : [];
      return [dst, ...operand];
    }
    case 'movsx':
    case 'cast':
      return [src];
    case 'neg':
    case 'swap':
      return [dst];
    default:
      return [];
  }
}

/** The stack slot that a load or store through `pointer` meets, where one is certain. */
export function slotBehind(pointer: Reg | undefined, off: number): FramePlace | undefined {
  if (pointer?.type !== 'stack' || !isConst(pointer.scalar)) return undefined;
  const at = pointer.off + Number(pointer.scalar.smin) + off;
  return at >= 0 ? undefined : { frame: pointer.frame, slot: Math.floor((-at - 1) / SLOT_BYTES) };
}
