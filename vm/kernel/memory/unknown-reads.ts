// Counts what programs wanted to know and no recording told, by what it was.

/** One of them: 'task_struct.loginuid', 'user memory behind args[1]'. */
export interface UnknownRead {
  readonly what: string;
  readonly count: number;
}

/** Names that are told apart; what comes after them is counted under one. A program that walks through memory would else fill the host's. */
const MAX_NAMES = 500;
const OTHERS = 'other places';

/** Counters by name. */
export class UnknownReads {
  total = 0;
  private readonly counts = new Map<string, number>();

  add(what: string): void {
    this.total += 1;
    const { counts } = this;
    const name = counts.size < MAX_NAMES || counts.has(what) ? what : OTHERS;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  /** The most frequent first; those that are equal by name. */
  list(): readonly UnknownRead[] {
    return [...this.counts]
      .map(([what, count]) => ({ what, count }))
      .toSorted((a, b) => b.count - a.count || (a.what < b.what ? -1 : 1));
  }

  save(): ReadonlyMap<string, number> {
    return new Map(this.counts);
  }

  restore(counts: ReadonlyMap<string, number>): void {
    this.counts.clear();
    this.total = 0;
    for (const [what, count] of counts) {
      this.counts.set(what, count);
      this.total += count;
    }
  }
}
