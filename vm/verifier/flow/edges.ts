// The edges of a program's graph within its functions, as columns: for what goes along them again and again.
import type { Insn } from '../../isa/insn.ts';
import { successors } from './successors.ts';

/** By pc; -1 where there is none. */
export class Edges {
  /** What may follow: the next insn, the target of a jump. */
  readonly next: Int32Array;
  readonly target: Int32Array;
  /** What may come before pc: from[starts[pc]] up to from[starts[pc + 1] - 1]. */
  readonly starts: Int32Array;
  readonly from: Int32Array;

  constructor(insns: readonly (Insn | undefined)[]) {
    const count = insns.length;
    this.next = new Int32Array(count).fill(-1);
    this.target = new Int32Array(count).fill(-1);
    this.starts = new Int32Array(count + 1);
    for (let pc = 0; pc < count; pc++) {
      if (insns[pc] === undefined) continue;
      const [next = -1, target = -1] = successors(insns, pc);
      this.next[pc] = next;
      this.target[pc] = target;
      if (next >= 0) this.starts[next]! += 1;
      if (target >= 0) this.starts[target]! += 1;
    }
    let sum = 0;
    for (let pc = 0; pc <= count; pc++) this.starts[pc] = sum += this.starts[pc]!;
    this.from = new Int32Array(sum);
    for (let pc = count - 1; pc >= 0; pc--) {
      this.add(this.next[pc]!, pc);
      this.add(this.target[pc]!, pc);
    }
  }

  private add(to: number, pc: number): void {
    if (to >= 0) this.from[(this.starts[to]! -= 1)] = pc;
  }
}
