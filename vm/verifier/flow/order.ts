// Insns of each function in postorder, and the strongly connected components of the graph: its loops.
import type { Env } from '../env.ts';
import { successors } from './successors.ts';

/** Fills `Subprog.postorder`: what follows an insn stands before it, but for loops. @see compute_postorder */
export function computePostorder({ insns, subprogs }: Env): void {
  const isFound = new Uint8Array(insns.length);
  const isExpanded = new Uint8Array(insns.length);
  for (const subprog of subprogs) {
    const postorder: number[] = [];
    const stack = [subprog.start];
    isFound[subprog.start] = 1;
    for (let pc = stack.at(-1); pc !== undefined; pc = stack.at(-1)) {
      if (isExpanded[pc] === 1) {
        postorder.push(pc);
        stack.pop();
        continue;
      }
      for (const target of successors(insns, pc)) {
        if (isFound[target] === 1) continue;
        isFound[target] = 1;
        stack.push(target);
      }
      isExpanded[pc] = 1;
    }
    subprog.postorder = postorder;
  }
}

/** No insn has this as the lowest number that it reaches: it is in no open component. */
const CLOSED = 0xffff_ffff;

/**
 * Numbers components that are loops from 1 on, in the order in which they close, into `InsnFacts.scc`. A call that calls back is a loop by itself,
 * which Linux 6.18 does not see, so that it may miss which numbers matter in the callback: that is a gap. Tarjan's algorithm in Pearce's form. @see compute_scc
 */
export function computeScc(env: Env): void {
  const { insns, facts } = env;
  const order = new Uint32Array(insns.length);
  const lowest = new Uint32Array(insns.length);
  const open: number[] = [];
  let nextOrder = 1;
  let nextScc = 1;
  for (let root = 0; root < insns.length; root++) {
    if (order[root] !== 0) continue;
    const stack = [root];
    for (let pc = stack.at(-1); pc !== undefined; pc = stack.at(-1)) {
      if (order[pc] === 0) {
        order[pc] = nextOrder;
        lowest[pc] = nextOrder;
        nextOrder += 1;
        open.push(pc);
      }
      const next = successors(insns, pc);
      const fresh = next.find((target) => {
        if (order[target] === 0) return true;
        lowest[pc] = Math.min(lowest[pc]!, lowest[target]!);
        return false;
      });
      if (fresh !== undefined) {
        stack.push(fresh);
        continue;
      }
      stack.pop();
      if (lowest[pc]! < order[pc]!) continue;
      const { callsBack } = facts[pc]!;
      if (callsBack) env.hasGap = true;
      const isLoop = open.at(-1) !== pc || next.includes(pc) || (env.isStrict && callsBack);
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        lowest[member] = CLOSED;
        if (isLoop) facts[member]!.scc = nextScc;
        if (member === pc) break;
      }
      if (isLoop) nextScc += 1;
    }
  }
}
