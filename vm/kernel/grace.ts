// What a running program may still use, although nobody holds it any more, stays until the run is over, as the kernel waits for a grace period.
// @see kernel/bpf/syscall.c bpf_map_free_deferred, __bpf_prog_put_rcu

/** Knows whether programs run, and does afterwards what would pull the memory away from under them. Runs may be one in the other: a point, its programs. */
export class Grace {
  private depth = 0;
  private readonly waiting: (() => void)[] = [];

  get isRunning(): boolean {
    return this.depth > 0;
  }

  /** A run begins. */
  begin(): void {
    this.depth += 1;
  }

  /** A run is over: when it was the outermost, what waited is done. */
  end(): void {
    this.depth -= 1;
    if (this.depth > 0 || this.waiting.length === 0) return;
    for (let free = this.waiting.shift(); free !== undefined; free = this.waiting.shift()) free();
  }

  /** Calls `free` at once, or when the run is over. */
  after(free: () => void): void {
    if (this.depth > 0) this.waiting.push(free);
    else free();
  }
}
