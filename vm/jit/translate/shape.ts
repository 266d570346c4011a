// What is known of a function before it is written.
import { OP_LIST, type Op } from '../../isa/ops.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import { planCounts, type CountPlan } from '../flow/counts.ts';
import { planStack, type StackPlan } from '../stack/plan-stack.ts';
import { pcsOf, splitBlocks, type FuncBlocks } from './blocks.ts';
import { NOTHING_NARROW, planNarrow, type NarrowPlan } from './narrow.ts';
import { isTailCall, operandsAt, type Operands } from './operands.ts';
import type { TranslateMode } from './options.ts';
import { ALL_LOCALS, usedLocals, type UsedLocals } from './used-locals.ts';

/** A program, a subprogram, or a subprogram that makes tail calls: it ends as programs do, and counts in CELLS.insns as they do. */
export type FuncKind = 'prog' | 'sub' | 'jumping';

/** What does nothing but compute. */
const PURE: ReadonlySet<Op['kind']> = new Set(['alu', 'neg', 'movsx', 'swap', 'wide']);

export interface FuncShape extends FuncBlocks {
  readonly kind: FuncKind;
  /** First pc. */
  readonly first: number;
  readonly counts: CountPlan;
  readonly stack: StackPlan;
  /** Which values are kept as 32 bits. */
  readonly narrow: NarrowPlan;
  /** Insns without code: they make a number that nobody reads. */
  readonly skipped: ReadonlySet<number>;
  readonly used: UsedLocals;
  /** It has a jump back. */
  readonly hasLoops: boolean;
  /** All paths to an insn have the same length, and nothing that it calls counts: how many insns ran is known where it is written. */
  readonly isStraight: boolean;
}

export function shapeOf(prog: KernelProg, mode: TranslateMode, isSub: boolean, first: number): FuncShape {
  const split = splitBlocks(prog, first);
  const { blocks, graph } = split;
  const pcs = pcsOf(prog, blocks);
  const counts = planCounts(
    graph,
    blocks.map(({ insns }) => insns),
  );
  const jumps = pcs.some((pc) => isTailCall(prog, pc));
  const stack = planStack(prog, mode, first, pcs);
  const known = new Map<number, Operands>();
  const operands = (pc: number): Operands => {
    let found = known.get(pc);
    if (found === undefined) known.set(pc, (found = operandsAt(prog, mode, pc)));
    return found;
  };
  const pcsByBlock = blocks.map((block) => pcsOf(prog, [block]));
  const isOpen = mode === 'checked'; // all registers can be seen from outside
  const narrow = isOpen ? NOTHING_NARROW : planNarrow(graph, pcsByBlock, operands);
  const skipped = new Set([...narrow.unread].filter((pc) => PURE.has(OP_LIST[prog.code.op[pc]!]!.kind)));
  return {
    ...split,
    kind: !isSub ? 'prog' : jumps ? 'jumping' : 'sub',
    first,
    counts,
    stack,
    narrow,
    skipped,
    used: isOpen ? ALL_LOCALS : usedLocals(prog, pcs, operands, narrow, skipped, stack),
    hasLoops: graph.some((list, from) => list.some((to) => isBack(split, from, to))),
    isStraight:
      counts.adds.every((list) => list.every((add) => add === 0)) &&
      pcs.every((pc) => isTailCall(prog, pc) || OP_LIST[prog.code.op[pc]!]?.kind !== 'call'),
  };
}

/** True for an edge that is a jump back, or to the insn itself. */
export function isBack({ blocks }: FuncBlocks, from: number, to: number): boolean {
  return blocks[to]!.first <= blocks[from]!.last;
}
