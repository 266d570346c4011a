// What an insn does to registers and stack slots, as far as an explanation follows it.
import type { Insn } from '../../isa/insn.ts';
import { FRAME_REG } from '../../isa/opcodes.ts';

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
      const operand = op.source === 'reg' ? [src] : [];
      return op.alu === 'mov' ? operand : [dst, ...operand];
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

/** The stack slot that an insn loads or stores through r10, undefined for others. */
export function stackSlot({ op, dst, src, off }: Insn): number | undefined {
  if (off >= 0) return undefined;
  if (op.kind === 'load' && src === FRAME_REG) return Math.floor((-off - 1) / SLOT_BYTES);
  if (op.kind === 'store' && dst === FRAME_REG) return Math.floor((-off - 1) / SLOT_BYTES);
  return undefined;
}
