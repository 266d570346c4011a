// How often each insn of a program ran: f64 in linear memory, one a slot, where the machine was asked to count. Only the first insn of a run of insns counts,
// as those that follow it run as often; behind one that was stopped in the middle stands what did not run.
//
//   pc        0    1    2    3    4          a run of insns begins at 0 and 3; it came there 7 times, and one was stopped at 1
//   in memory 7    0   -1    9    0
//   hits      7    7    6    9    9
import { WIDE_TAIL, type InsnColumns } from '../isa/insn.ts';
import { OP_LIST, type Op } from '../isa/ops.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { KernelProg } from './prog.ts';

/** Where the hits of a program are counted. */
export interface ProgHits {
  /** Offset in linear memory. */
  readonly at: number;
  /** By pc: 1 where a run of insns begins, which is left at its last insn only, by a fault or not at all. */
  readonly begins: Uint8Array;
}

const F64_BYTES = 8;
/** Nothing is sure to run after one of these. */
const ENDS: ReadonlySet<Op['kind']> = new Set(['jump', 'goto', 'call', 'packet', 'exit']);

/** Bytes that the hits of a program take. */
export function hitsBytes({ count }: InsnColumns): number {
  return count * F64_BYTES;
}

/** Where runs of insns begin: at targets of jumps and calls, behind jumps, and behind calls, as a tail call or a fault in what is called does not come back. */
export function beginsOf(code: InsnColumns): Uint8Array {
  const { op: ops, count } = code;
  const begins = new Uint8Array(count);
  begins.fill(1, 0, 1);
  for (let pc = 0; pc < count; pc++) {
    const op = OP_LIST[ops[pc]!];
    if (op === undefined) continue;
    const target = targetOf(op, pc, code);
    if (target >= 0 && target < count && ops[target] !== WIDE_TAIL) begins[target] = 1;
    if (ENDS.has(op.kind) && pc + 1 < count) begins[pc + 1] = 1;
  }
  return begins;
}

/** Where a jump, a call of a subprogram or the address of one leads; -1 for other insns. */
function targetOf(op: Op, pc: number, { off, imm }: InsnColumns): number {
  if (op.kind === 'jump') return pc + 1 + off[pc]!;
  if (op.kind === 'goto') return op.goto === 'gotox' ? -1 : pc + 1 + (op.goto === 'gotol' ? imm : off)[pc]!;
  const isFunc = op.kind === 'call' ? op.call === 'subprog' : op.kind === 'wide' && op.wide === 'func';
  return isFunc ? pc + 1 + imm[pc]! : -1;
}

/** Offset of what is counted at an insn that begins a run of them. */
export function hitsPlace({ at }: ProgHits, pc: number): number {
  return at + pc * F64_BYTES;
}

/** An insn is about to run. */
export function countHit({ f64 }: LinearMemory, { at, begins }: ProgHits, pc: number): void {
  if (begins[pc] === 1) f64[at / F64_BYTES + pc]! += 1;
}

/** The program was stopped at an insn: what follows it did not run. */
export function endHits({ f64 }: LinearMemory, { hits, code }: KernelProg, pc: number): void {
  if (hits === undefined) return;
  const next = pc + (OP_LIST[code.op[pc] ?? -1]?.slots ?? 1);
  if (next < code.count && hits.begins[next] === 0) f64[hits.at / F64_BYTES + next]! -= 1;
}

/** By pc: how often each insn was begun, also by runs that it ended; undefined where hits are not counted. A copy. */
export function hitsOf({ f64 }: LinearMemory, { hits, code }: KernelProg): Float64Array | undefined {
  if (hits === undefined) return undefined;
  const first = hits.at / F64_BYTES;
  let times = 0;
  return Float64Array.from({ length: code.count }, (_, pc) => {
    times = (hits.begins[pc] === 1 ? 0 : times) + f64[first + pc]!;
    return times;
  });
}
