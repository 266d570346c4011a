// Which values of registers need 32 bits only: of offsets in memory and the like nobody reads more than the low half, and in an i32 local an address needs no
// cutting. A value is a web: writes of a register, and the reads that they reach. A web is narrow when all its reads take the low half, or make something of
// it that is narrow again.
import type { Graph } from '../flow/structure.ts';
import type { Operands } from './operands.ts';
import { LOCAL_REGS } from './registers.ts';

/** By pc, as bits of registers. */
export interface NarrowPlan {
  readonly reads: ReadonlyMap<number, number>;
  readonly writes: ReadonlyMap<number, number>;
  /** pcs whose result nobody reads. */
  readonly unread: ReadonlySet<number>;
  /** Registers that are read as they are when the function begins, and those of them that hold narrow values. */
  readonly live: number;
  readonly entry: number;
}

export const NOTHING_NARROW: NarrowPlan = {
  reads: new Map(),
  writes: new Map(),
  unread: new Set(),
  live: 0,
  entry: 0,
};

/** A block: its pcs. */
type Blocks = readonly (readonly number[])[];

/** Plans a function; `operands` tells of each pc. */
export function planNarrow(graph: Graph, blocks: Blocks, operands: (pc: number) => Operands): NarrowPlan {
  const live = liveIns(graph, blocks, operands);
  const webs = new Webs(graph.length * LOCAL_REGS);
  const reads = new Places();
  const writes = new Places();
  for (const [block, pcs] of blocks.entries()) {
    const now = Array.from({ length: LOCAL_REGS }, (_, reg) => block * LOCAL_REGS + reg);
    for (const pc of pcs) {
      const { reads: taken, writes: reg, isWhole } = operands(pc);
      const written = reg >= 0 && reg < LOCAL_REGS ? webs.add(isWhole) : -1;
      for (const [from, need] of taken) {
        if (from >= LOCAL_REGS) continue;
        const web = now[from]!;
        webs.read(web);
        reads.add(pc, from, web);
        if (need === 'all') webs.widen(web);
        else if (need === 'result' && written >= 0) webs.follow(written, web);
      }
      if (written < 0) continue;
      now[reg] = written;
      writes.add(pc, reg, written);
    }
    for (const next of graph[block]!) {
      for (let reg = 0; reg < LOCAL_REGS; reg++)
        if ((live[next]! & (1 << reg)) !== 0) webs.join(now[reg]!, next * LOCAL_REGS + reg);
    }
  }
  webs.settle();
  let entry = 0;
  for (let reg = 0; reg < LOCAL_REGS; reg++)
    if ((live[0]! & (1 << reg)) !== 0 && !webs.isWide(reg)) entry |= 1 << reg;
  return {
    reads: reads.bits((web) => !webs.isWide(web)),
    writes: writes.bits((web) => !webs.isWide(web)),
    unread: new Set(writes.bits((web) => !webs.isRead(web)).keys()),
    live: live[0]!,
    entry,
  };
}

/** Where registers are read, or written, and the web of each. */
class Places {
  private readonly pcs: number[] = [];
  private readonly regs: number[] = [];
  private readonly webs: number[] = [];

  add(pc: number, reg: number, web: number): void {
    this.pcs.push(pc);
    this.regs.push(reg);
    this.webs.push(web);
  }

  /** Registers by pc, as bits, of the places whose web passes. */
  bits(passes: (web: number) => boolean): Map<number, number> {
    const bits = new Map<number, number>();
    for (const [i, pc] of this.pcs.entries())
      if (passes(this.webs[i]!)) bits.set(pc, (bits.get(pc) ?? 0) | (1 << this.regs[i]!));
    return bits;
  }
}

/** By block: registers that are read before they are written, as bits. */
function liveIns(graph: Graph, blocks: Blocks, operands: (pc: number) => Operands): Uint16Array {
  const reads = new Uint16Array(graph.length);
  const writes = new Uint16Array(graph.length);
  for (const [block, pcs] of blocks.entries()) {
    for (const pc of pcs) {
      const { reads: taken, writes: reg } = operands(pc);
      for (const [from] of taken) reads[block]! |= (1 << from) & ~writes[block]!;
      if (reg >= 0) writes[block]! |= 1 << reg;
    }
  }
  const live = reads.slice();
  for (let changed = true; changed;) {
    changed = false;
    for (let block = graph.length - 1; block >= 0; block--) {
      let out = 0;
      for (const next of graph[block]!) out |= live[next]!;
      const now = reads[block]! | (out & ~writes[block]!);
      if (now === live[block]) continue;
      live[block] = now;
      changed = true;
    }
  }
  return live;
}

/** Values that are joined where paths meet. The first stand for what blocks begin with. */
class Webs {
  private readonly over: number[];
  private readonly wide: boolean[];
  private readonly reads: boolean[];
  /** By index: what is made, and of what: that is wide if it is. */
  private readonly made: number[] = [];
  private readonly from: number[] = [];

  constructor(count: number) {
    this.over = Array.from({ length: count }, (_, web) => web);
    this.wide = Array.from({ length: count }, () => false);
    this.reads = [...this.wide];
  }

  add(isWide: boolean): number {
    this.over.push(this.over.length);
    this.wide.push(isWide);
    this.reads.push(false);
    return this.over.length - 1;
  }

  widen(web: number): void {
    this.wide[this.find(web)] = true;
  }

  read(web: number): void {
    this.reads[this.find(web)] = true;
  }

  isRead(web: number): boolean {
    return this.reads[this.find(web)]!;
  }

  follow(made: number, from: number): void {
    this.made.push(made);
    this.from.push(from);
  }

  join(a: number, b: number): void {
    const [from, to] = [this.find(a), this.find(b)];
    this.over[from] = to;
    if (this.wide[from]!) this.wide[to] = true;
    if (this.reads[from]!) this.reads[to] = true;
  }

  isWide(web: number): boolean {
    return this.wide[this.find(web)]!;
  }

  /** Carries to what things are made of how wide they are. */
  settle(): void {
    for (let changed = true; changed;) {
      changed = false;
      for (let i = this.made.length - 1; i >= 0; i--) {
        if (!this.isWide(this.made[i]!) || this.isWide(this.from[i]!)) continue;
        this.widen(this.from[i]!);
        changed = true;
      }
    }
  }

  private find(web: number): number {
    let at = web;
    while (this.over[at] !== at) {
      this.over[at] = this.over[this.over[at]!]!;
      at = this.over[at]!;
    }
    return at;
  }
}
