// What a machine has from outside, made the same in each run: random numbers from a seed, and what the trace looks like.
import type { Printk } from './api.ts';

/** Random numbers whose whole state is one u32, so that a snapshot can hold it. */
export class SeededRandom {
  /** Never 0. */
  state: number;

  constructor(seed: number) {
    this.state = seed >>> 0 || 1;
  }

  /** The next u32 (xorshift with the triple 13, 17, 5, which has the full period of 2^32-1). */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state;
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
