// Atomic read-modify-write. One CPU runs everything, so that reading, computing and writing one after the other is atomic.
// @see RFC 9669 section 5.3
import { ATOMICS, SIZES, type AtomicName } from '../isa/opcodes.ts';
import type { Op } from '../isa/ops.ts';
import { ALU64, type Alu64 } from './alu.ts';
import type { Handler } from './handlers.ts';
import { LOADS, STORES } from './memory-ops.ts';
import { IMM_REG, OLD_REG } from './registers.ts';

/** The arithmetic of an atomic operation; xchg and cmpxchg only move. */
const ATOMIC_ALU = {
  add: ALU64.add,
  or: ALU64.or,
  and: ALU64.and,
  xor: ALU64.xor,
  fetch_add: ALU64.add,
  fetch_or: ALU64.or,
  fetch_and: ALU64.and,
  fetch_xor: ALU64.xor,
  xchg: ALU64.mov,
  cmpxchg: ALU64.mov,
} as const satisfies Record<AtomicName, Alu64>;

/** On 32 bits the low half of the result is the right one whatever stands above, and what is read has nothing above it. */
export function atomic(op: Extract<Op, { kind: 'atomic' }>): Handler {
  const run = ATOMIC_ALU[op.atomic];
  const read = LOADS[op.size];
  const write = STORES[op.size];
  const { bytes } = SIZES[op.size];
  const isCompare = op.atomic === 'cmpxchg';
  const returns = ATOMICS[op.atomic].form !== 'lock';
  return (cpu, pc) => {
    const { code, q, r, s, memory } = cpu;
    const src = code.src[pc]!;
    const at = cpu.offset(code.dst[pc]!, code.off[pc]!, bytes, true);
    if (!cpu.mayTouch(at, bytes, false)) cpu.refuse(code.dst[pc]!, code.off[pc]!, bytes, false);
    read(memory.view, at, r, q, OLD_REG);
    q[IMM_REG] = q[OLD_REG]!;
    if (!isCompare || isEqual(r, OLD_REG, 0, bytes)) run(q, s, IMM_REG, src);
    write(memory.view, at, r, q, IMM_REG);
    if (returns) q[isCompare ? 0 : src] = q[OLD_REG]!;
    return pc + 1;
  };
}

/** Whether two registers are the same in their low bytes: 4 or all 8. */
function isEqual(r: Int32Array, a: number, b: number, bytes: number): boolean {
  return r[2 * a] === r[2 * b] && (bytes === 4 || r[2 * a + 1] === r[2 * b + 1]);
}
