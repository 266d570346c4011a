// Functions of programs that run later: those of timers (struct bpf_timer) and of work (struct bpf_wq) in map values. Both are known by the offset of
// their struct in linear memory; its own bytes stay 0, so that a program which writes over them harms nobody.
//
// A timer is due at its expiry, or when it was started if that is later. Those that are due run by time, then in the order of starting; work runs before
// the next timer, in the order of starting. All clocks are the recording's.
// @see kernel/bpf/helpers.c __bpf_async_init, bpf_timer_start, bpf_timer_cancel, bpf_timer_cancel_and_free, bpf_wq_start
import { ERRNO } from '../errno.ts';
import type { KernelMap } from '../maps/map.ts';
import { DueQueue } from './due-queue.ts';
import type { KernelProg } from './prog.ts';

/** Stale entries that a queue may hold besides as many as it may hold live ones twice over: so that starting one timer again and again stays cheap. */
const STALE_ALLOWED = 64;

export type CallbackKind = 'timer' | 'workqueue';

/** A timer or work that was initialised. */
export interface Callback {
  readonly kind: CallbackKind;
  /** Offset of the struct, and of the value that it is in. */
  readonly at: number;
  readonly valueAt: number;
  readonly map: KernelMap;
  /** The program and the pc of its function; undefined until it is set. */
  readonly prog: KernelProg | undefined;
  readonly pc: number;
  /** When it runs, in ns; NaN while it is not started. */
  readonly dueNs: number;
  /** Which start this was, of all; the CPU that it was made on. */
  readonly order: number;
  readonly cpu: number;
}

/** What the table asks of the machine's objects. */
export interface Holders {
  hold(prog: KernelProg): void;
  drop(prog: KernelProg): void;
  isLoaded(prog: KernelProg): boolean;
  /** True while an fd names the map. */
  hasUser(map: KernelMap): boolean;
}

/** What `CallbackTable.save` returns. */
export interface CallbackState {
  readonly list: readonly Callback[];
  readonly starts: number;
}

/** The timers and the work of a machine. Results are 0 or -errno unless they say otherwise. */
export class CallbackTable {
  private readonly byOffset = new Map<number, Callback>();
  /** What was started. An entry that was started anew, cancelled or released since is stale, and is left out when its turn comes. */
  private readonly queues = { timer: new DueQueue(), workqueue: new DueQueue() };
  private readonly holders: Holders;
  private starts = 0;
  /** The one whose function runs now. */
  private running: Callback | undefined;

  constructor(holders: Holders) {
    this.holders = holders;
  }

  init(kind: CallbackKind, at: number, valueAt: number, map: KernelMap): number {
    if (this.byOffset.has(at)) return -ERRNO.EBUSY;
    if (!this.holders.hasUser(map)) return -ERRNO.EPERM;
    const idle = { prog: undefined, pc: 0, dueNs: Number.NaN, order: 0, cpu: 0 };
    this.byOffset.set(at, { kind, at, valueAt, map, ...idle });
    return 0;
  }

  setFunction(at: number, prog: KernelProg, pc: number): number {
    const callback = this.byOffset.get(at);
    if (callback === undefined) return -ERRNO.EINVAL;
    if (!this.holders.hasUser(callback.map)) return -ERRNO.EPERM;
    if (!this.holders.isLoaded(prog)) return -ERRNO.EINVAL; // insns that are run by themselves are gone when their run is over
    this.holders.hold(prog);
    if (callback.prog !== undefined) this.holders.drop(callback.prog);
    this.byOffset.set(at, { ...callback, prog, pc });
    return 0;
  }

  /** Starts a timer for `dueNs`, anew where it is started already; work that waits goes on waiting. */
  start(at: number, dueNs: number, cpu: number): number {
    const callback = this.byOffset.get(at);
    if (callback?.prog === undefined) return -ERRNO.EINVAL;
    if (callback.kind === 'workqueue' && !Number.isNaN(callback.dueNs)) return 0;
    this.starts += 1;
    const started = { ...callback, dueNs, order: this.starts, cpu };
    this.byOffset.set(at, started);
    const queue = this.queues[callback.kind];
    queue.push(started);
    if (queue.size > 2 * this.byOffset.size + STALE_ALLOWED) this.queueAll();
    return 0;
  }

  /** Stops a timer and forgets its function: 1 when it was started, else 0. */
  cancel(at: number): number {
    const callback = this.byOffset.get(at);
    if (callback === undefined) return -ERRNO.EINVAL;
    if (this.running?.at === at) return -ERRNO.EDEADLK;
    if (callback.prog !== undefined) this.holders.drop(callback.prog);
    this.byOffset.set(at, { ...callback, prog: undefined, dueNs: Number.NaN });
    return Number.isNaN(callback.dueNs) ? 0 : 1;
  }

  /** Forgets what stands at an offset: its value is gone. */
  release(at: number): void {
    const callback = this.byOffset.get(at);
    if (callback === undefined) return;
    this.byOffset.delete(at);
    if (callback.prog !== undefined) this.holders.drop(callback.prog);
  }

  /** Forgets all that is in values of a map: its last fd is closed. */
  releaseMap(map: KernelMap): void {
    for (const callback of this.byOffset.values()) if (callback.map === map) this.release(callback.at);
  }

  /** True when nothing is started. */
  get isIdle(): boolean {
    return this.queues.timer.size === 0 && this.queues.workqueue.size === 0;
  }

  /** Takes the timer, or the work, that comes first and is due at `nowNs`; undefined when there is none. */
  take(kind: CallbackKind, nowNs: number): Callback | undefined {
    const queue = this.queues[kind];
    for (let due = queue.first(); due !== undefined && due.dueNs <= nowNs; due = queue.first()) {
      queue.pop();
      const callback = this.byOffset.get(due.at);
      if (callback === undefined || callback.order !== due.order || Number.isNaN(callback.dueNs)) continue;
      this.byOffset.set(due.at, { ...callback, dueNs: Number.NaN });
      return callback;
    }
    return undefined;
  }

  /** Calls `run` with the program of a callback that was taken: it is the running one meanwhile, and the program stays loaded. */
  during(callback: Callback, run: (prog: KernelProg) => void): void {
    const { prog } = callback;
    if (prog === undefined) return;
    this.running = callback;
    this.holders.hold(prog);
    try {
      run(prog);
    } finally {
      this.holders.drop(prog);
      this.running = undefined;
    }
  }

  save(): CallbackState {
    return { list: [...this.byOffset.values()], starts: this.starts };
  }

  restore({ list, starts }: CallbackState): void {
    this.byOffset.clear();
    for (const callback of list) this.byOffset.set(callback.at, callback);
    this.starts = starts;
    this.queueAll();
  }

  /** Makes the queues anew, without stale entries. */
  private queueAll(): void {
    this.queues.timer.clear();
    this.queues.workqueue.clear();
    for (const callback of this.byOffset.values()) {
      if (!Number.isNaN(callback.dueNs)) this.queues[callback.kind].push(callback);
    }
  }
}
