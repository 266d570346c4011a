// What a machine has from outside, made the same in each run: random numbers from a seed, and what the trace looks like.
import type { Printk } from './api.ts';
import { CELLS } from './jit/cells.ts';
import type { LinearMemory } from './memory/linear.ts';

/** A step to the next random number is x ^= x << 13, and so on: a triple that has the full period of 2^32-1. */
export const XORSHIFT = [
  { op: '<<', by: 13 },
  { op: '>>>', by: 17 },
  { op: '<<', by: 5 },
] as const;

/** Random numbers whose whole state is one u32, in a cell of linear memory, where generated code finds it too. */
export class SeededRandom {
  private readonly memory: LinearMemory;

  constructor(memory: LinearMemory, seed: number) {
    this.memory = memory;
    this.state = seed >>> 0 || 1;
  }

  /** Never 0. A snapshot holds it apart from the memory. */
  get state(): number {
    return this.memory.view.getUint32(CELLS.random, true);
  }

  set state(state: number) {
    this.memory.view.setUint32(CELLS.random, state, true);
  }

  /** The next u32. */
  next(): number {
    let x = this.state;
    for (const { op, by } of XORSHIFT) x ^= op === '<<' ? x << by : x >>> by;
    this.state = x >>> 0;
    return x >>> 0;
  }
}

const COMM_WIDTH = 16;
const TID_WIDTH = 7;
const SECONDS_WIDTH = 5;
/** What the kernel knows of interrupts and preemption there: nothing is recorded. */
const NO_FLAGS = '.....';

/**
 * The line of trace_pipe, without its newline: `              dd-4242    [000] .....    12.345679: bpf_trace_printk: text`. The time is
 * rounded to microseconds as the kernel does; control characters in the text are escaped, so that it stays one line.
 * @see kernel/trace/trace_output.c trace_print_context
 */
export function formatPrintk(printk: Printk): string {
  const { comm, tid, cpu, atNs, text } = printk;
  const micros = Math.floor((atNs + 500) / 1000);
  const seconds = String(Math.floor(micros / 1e6)).padStart(SECONDS_WIDTH);
  const fraction = String(micros % 1e6).padStart(6, '0');
  const task = `${escapeControls(comm).padStart(COMM_WIDTH)}-${String(tid).padEnd(TID_WIDTH)}`;
  const where = `[${String(cpu).padStart(3, '0')}] ${NO_FLAGS}`;
  return `${task} ${where} ${seconds}.${fraction}: bpf_trace_printk: ${escapeControls(text)}`;
}

const CONTROLS = new RegExp(String.raw`[\u0000-\u0008\u000a-\u001f\u007f-\u009f]`, 'g');

function escapeControls(text: string): string {
  return text.replace(CONTROLS, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
