// A function split into blocks: runs of insns that are entered at the first and left at the last. Only what can be reached is part of one; where the verifier
// has seen a jump go one way only, there is no other.
import { OP_LIST, type Op } from '../../isa/ops.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import type { Graph } from '../flow/structure.ts';

/** A block: pcs from `first` up to before `end`. */
export interface Block {
  readonly first: number;
  readonly end: number;
  /** Insns that it has: a wide insn is one. */
  readonly insns: number;
  /** Its last insn, -1 in a block that has none. */
  readonly last: number;
  /** Nothing gets to its end: the verifier has not come there. */
  readonly isDead: boolean;
}

export interface FuncBlocks {
  readonly blocks: readonly Block[];
  /** By number of block. */
  readonly graph: Graph;
}

/** Where an insn leads: [next, target] of a jump, both where it may go either way; none where it ends the function. */
export function successorsOf({ code, known }: KernelProg, pc: number): readonly number[] {
  const op = OP_LIST[code.op[pc]!];
  if (op === undefined) return []; // a fault
  const next = pc + op.slots;
  const target = targetOf(op, pc, code);
  if (target === undefined) return op.kind === 'exit' || op.kind === 'cast' || isFault(op) ? [] : [next];
  if (op.kind === 'goto' && op.goto !== 'may_goto') return [target];
  if (known === undefined || op.kind === 'goto') return [next, target];
  const seen = [next, target].filter((to) => known.facts[to]?.seen === true);
  return seen.length === 1 ? seen : [next, target];
}

function isFault(op: Op): boolean {
  return op.kind === 'goto' && op.goto === 'gotox';
}

/** Where a jump leads when it is taken; undefined for other insns. */
export function targetOf(op: Op, pc: number, { off, imm }: KernelProg['code']): number | undefined {
  if (op.kind === 'jump') return pc + 1 + off[pc]!;
  if (op.kind !== 'goto' || op.goto === 'gotox') return undefined;
  return pc + 1 + (op.goto === 'gotol' ? imm : off)[pc]!;
}

/** Splits the function that begins at `start`. Block 0 is its entry. */
export function splitBlocks(prog: KernelProg, start: number): FuncBlocks {
  const { reached, leaders } = walk(prog, start);
  const firsts = [start, ...[...leaders].filter((pc) => pc !== start).toSorted((a, b) => a - b)];
  const numbers = new Map(firsts.map((pc, block) => [pc, block]));
  const blocks: Block[] = [];
  const graph: number[][] = [];
  for (const first of firsts) {
    let end = first;
    let last = -1;
    let insns = 0;
    let successors: readonly number[] = [];
    while (reached.has(end)) {
      last = end;
      insns += 1;
      successors = successorsOf(prog, last);
      end = last + (OP_LIST[prog.code.op[last]!]?.slots ?? 1);
      if (successors.length !== 1 || successors[0] !== end || leaders.has(end)) break;
    }
    const isDead = last < 0 || (successors.length === 1 && !numbers.has(successors[0]!));
    blocks.push({ first, end, insns, last, isDead });
    graph.push(isDead ? [] : successors.map((to) => numbers.get(to)!));
  }
  return { blocks, graph };
}

/** The insns of blocks, in their order. */
export function pcsOf({ code }: KernelProg, blocks: readonly Block[]): number[] {
  const pcs: number[] = [];
  for (const { first, last } of blocks) {
    for (let pc = first; pc <= last; pc += OP_LIST[code.op[pc]!]?.slots ?? 1) pcs.push(pc);
  }
  return pcs;
}

/** All pcs that paths from `start` come to, and those of them that begin blocks. */
function walk(
  prog: KernelProg,
  start: number,
): { reached: ReadonlySet<number>; leaders: ReadonlySet<number> } {
  const { known } = prog;
  const reached = new Set<number>();
  const leaders = new Set([start]);
  const pending = [start];
  for (let pc = pending.pop(); pc !== undefined; pc = pending.pop()) {
    if (reached.has(pc) || (known !== undefined && known.facts[pc]?.seen !== true)) continue;
    reached.add(pc);
    const successors = successorsOf(prog, pc);
    pending.push(...successors);
    const op = OP_LIST[prog.code.op[pc]!];
    if (op?.kind === 'jump' || op?.kind === 'goto') for (const to of successors) leaders.add(to);
  }
  return { reached, leaders };
}
