// Which ids of one state stand for which of another.

/** As many as there are registers and stack slots in all frames: only references that nothing points at any more can be more. @see include/linux/bpf_verifier.h BPF_ID_MAP_SIZE */
const LIMIT_PAIRS = (11 + 512 / 8) * 8;

/** Pairs of ids, made while two states are compared. An id of one side has just one on the other. @see struct bpf_idmap, check_ids */
export class IdMap {
  private readonly olds: number[] = [];
  private readonly curs: number[] = [];
  private count = 0;
  /** Ids made up for numbers that have none. They are negative. */
  private made = 0;

  clear(): void {
    this.count = 0;
    this.made = 0;
  }

  /** True when the two are a pair, or can be one. */
  match(old: number, cur: number): boolean {
    if (old === 0 || cur === 0) return old === cur;
    for (let i = 0; i < this.count; i++) {
      if (this.olds[i] === old) return this.curs[i] === cur;
      if (this.curs[i] === cur) return false;
    }
    if (this.count === LIMIT_PAIRS) return false;
    this.olds[this.count] = old;
    this.curs[this.count] = cur;
    this.count += 1;
    return true;
  }

  /** An id that nothing has. */
  fresh(): number {
    this.made -= 1;
    return this.made;
  }
}
