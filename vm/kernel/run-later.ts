// Runs the functions of timers that are due and of work that waits: with r1 = map, r2 = key, r3 = value, as the idle task of the CPU that started them.
// One call runs at most the insns of one run of a program; what is due beyond that waits for the next call, so that a timer which starts itself over and
// over stops nobody.
// @see kernel/bpf/helpers.c bpf_timer_cb, bpf_wq_work
import type { TaskView } from '../helpers/context.ts';
import { LentKey, putIndex } from '../helpers/loop.ts';
import type { Cpu } from '../interp/cpu.ts';
import { addressOf } from '../memory/linear.ts';
import type { Callback, CallbackTable } from './callbacks.ts';

export class LaterRuns {
  private readonly callbacks: CallbackTable;
  private readonly cpu: Cpu;
  private readonly limitInsns: number;

  constructor(callbacks: CallbackTable, cpu: Cpu, limitInsns: number) {
    this.callbacks = callbacks;
    this.cpu = cpu;
    this.limitInsns = limitInsns;
  }

  /** The recording has come to `nowNs`: runs the timers that are due, each at its own time and with the work that it starts behind it. */
  timers(nowNs: number): void {
    this.all(nowNs, true);
  }

  /** Runs what was put to work at `nowNs` or before. */
  work(nowNs: number): void {
    this.all(nowNs, false);
  }

  private all(nowNs: number, withTimers: boolean): void {
    const { callbacks, cpu } = this;
    if (callbacks.isIdle) return;
    const end = cpu.insnsRun + this.limitInsns;
    while (cpu.insnsRun < end) {
      const work = callbacks.take('workqueue', nowNs);
      const callback = work ?? (withTimers ? callbacks.take('timer', nowNs) : undefined);
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
    cpu.setTask(task, callback.cpu);
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
  return { tid: 0, tgid: 0, comm, atNs, memory: () => [] };
}
