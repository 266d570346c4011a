// What a running program may still use, although nobody holds it any more, stays until the run is over, as the kernel waits for a grace period.
// @see kernel/bpf/syscall.c bpf_map_free_deferred, __bpf_prog_put_rcu

/** Knows whether a program runs, and does afterwards what would pull the memory away from under it. */
export class Grace {
  private running = false;
  private readonly waiting: (() => void)[] = [];

  get isRunning(): boolean {
    return this.running;
  }

  /** A run begins. */
  begin(): void {
    this.running = true;
  }

  /** A run is over: what waited for it is done. */
  end(): void {
    this.running = false;
    for (let free = this.waiting.shift(); free !== undefined; free = this.waiting.shift()) free();
  }

  /** Calls `free` at once, or when the run is over. */
  after(free: () => void): void {
    if (this.running) this.waiting.push(free);
    else free();
  }
}
