// Runs the functions of timers that are due and of work that waits: with r1 = map, r2 = key, r3 = value, as the idle task of the CPU that started them.
// One call runs at most the insns of one run of a program; what is due beyond that waits for the next call, so that a timer which starts itself over and
// over stops nobody.
// @see kernel/bpf/helpers.c bpf_timer_cb, bpf_wq_work
import type { TaskView } from '../helpers/context.ts';
import { LentKey, putIndex } from '../helpers/loop.ts';
import type { Cpu } from '../interp/cpu.ts';
import { addressOf } from '../memory/linear.ts';
import type { Callback, CallbackKind, CallbackTable } from './callbacks.ts';

export class LaterRuns {
  private readonly callbacks: CallbackTable;
  private readonly cpu: Cpu;
  private readonly limitInsns: number;

  constructor(callbacks: CallbackTable, cpu: Cpu, limitInsns: number) {
    this.callbacks = callbacks;
    this.cpu = cpu;
    this.limitInsns = limitInsns;
  }

  /** Runs the timers that are due at `nowNs`, each at its own time. */
  timers(nowNs: number): void {
    this.all('timer', nowNs);
  }

  /** Runs what was put to work at `nowNs` or before. */
  work(nowNs: number): void {
    this.all('workqueue', nowNs);
  }

  private all(kind: CallbackKind, nowNs: number): void {
    if (!this.callbacks.isDue(kind, nowNs)) return;
    const end = this.cpu.insnsRun + this.limitInsns;
    while (this.cpu.insnsRun < end) {
      const callback = this.callbacks.take(kind, nowNs);
      if (callback === undefined) return;
      this.one(callback);
    }
  }

  private one(callback: Callback): void {
    const { map, valueAt, dueNs } = callback;
    const { cpu } = this;
    const { walk } = map;
    if (walk === undefined) return; // such a map has no timers
    const task = idleTask(callback.cpu, dueNs);
    cpu.task = task;
    cpu.cpu = callback.cpu;
    cpu.kernel.begin(task, undefined);
    const key = new LentKey(map.spec.name, map.spec.keySize);
    const position = walk.positionOf(valueAt);
    key.moveTo(walk.keyAt(position) || putIndex(cpu, position - 1));
    const args = [addressOf(map.at), addressOf(key.start), addressOf(valueAt)];
    this.callbacks.during(callback, (prog) => {
      cpu.runFunction(prog, callback.pc, args, { ctxAt: 0, regions: [key], kernelRegions: [] });
    });
  }
}

function idleTask(cpu: number, atNs: number): TaskView {
  const comm = Uint8Array.from(`swapper/${cpu}`, (char) => char.charCodeAt(0));
  return { tid: 0, tgid: 0, comm, atNs, memory: [] };
}
