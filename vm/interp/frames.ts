// Stack frames of a run, in linear memory, and what a call saves. Each frame is 512 bytes behind 512 bytes that nobody may touch, so that an
// access below the frame or above r10 is caught:
//
//   STACK_AT                                                     r10 of frame 0
//   | guard 512 | frame 0, 512 | guard 512 | frame 1, 512 | ...
import { STACK_AT } from '../memory/linear.ts';
import type { Region } from '../memory/regions.ts';
import type { KernelProg } from '../kernel/prog.ts';
import { MAX_TAIL_CALLS } from '../maps/prog-array.ts';

/** Bytes of a program's stack. @see include/linux/filter.h MAX_BPF_STACK */
export const STACK_BYTES = 512;
/** Frames of one program: itself and seven calls. @see include/linux/bpf_verifier.h MAX_CALL_FRAMES */
export const MAX_FRAMES = 8;
/** Rounds that may_goto allows a function, and bpf_loop a call. @see include/linux/bpf.h BPF_MAX_LOOPS */
export const MAX_LOOPS = 1 << 23;
/** A tail call in the deepest frame begins a program that may call seven deep again. */
const ALL_FRAMES = MAX_FRAMES + MAX_TAIL_CALLS * (MAX_FRAMES - 1);
/** From one frame to the next, in bytes: a guard and a stack. */
export const FRAME_STRIDE = 2 * STACK_BYTES;

/** Registers that a callee must leave as they were: r6 to r9. */
const FIRST_SAVED = 6;
const SAVED = 4;

/** The call stack of one engine, reused by every run. */
export class Frames {
  /** The live frames; its end follows the depth. */
  readonly region: Region = {
    name: 'the stack of this function',
    start: STACK_AT,
    end: STACK_AT + FRAME_STRIDE,
    stride: FRAME_STRIDE,
    skip: STACK_BYTES,
    size: STACK_BYTES,
    read: true,
    write: true,
  };
  /** Frames below the current one. */
  depth = 0;
  /** Depth at which the interpreter began: what ends there goes back to who started it. */
  floor = 0;
  /** Depth at which the current program began: a tail call in a subprogram begins one above the bottom. */
  private base = 0;
  private readonly regs = new BigUint64Array(ALL_FRAMES * SAVED);
  private readonly pcs = new Int32Array(ALL_FRAMES);
  private readonly bases = new Int32Array(ALL_FRAMES);
  private readonly progs: KernelProg[] = [];
  /** How often may_goto may still fall through, by frame. */
  private readonly loops = new Int32Array(ALL_FRAMES);

  reset(): void {
    this.depth = 0;
    this.floor = 0;
    this.base = 0;
    this.region.end = STACK_AT + FRAME_STRIDE;
  }

  /** Offset behind the current frame: the low half of r10. */
  top(): number {
    return STACK_AT + (this.depth + 1) * FRAME_STRIDE;
  }

  /** Another engine stands in the frame whose r10 has this low half; `base` is that of the frame that its program began in. */
  moveTo(top: number, base: number): void {
    this.depth = depthOf(top);
    this.base = depthOf(base);
    this.region.end = top;
  }

  /** True when the current program may call no deeper. */
  isFull(): boolean {
    return this.depth - this.base >= MAX_FRAMES - 1;
  }

  /** Enters a subprogram; `pc` is where the caller goes on. */
  push(q: BigUint64Array, pc: number, prog: KernelProg): void {
    const { depth } = this;
    for (let i = 0; i < SAVED; i++) this.regs[depth * SAVED + i] = q[FIRST_SAVED + i]!;
    this.pcs[depth] = pc;
    this.bases[depth] = this.base;
    this.progs[depth] = prog;
    this.depth = depth + 1;
    this.region.end += FRAME_STRIDE;
  }

  /** Leaves the current frame: puts the caller's registers back, returns its pc. `callerProg` is the caller's program then. */
  pop(q: BigUint64Array): number {
    this.depth -= 1;
    const { depth } = this;
    for (let i = 0; i < SAVED; i++) q[FIRST_SAVED + i] = this.regs[depth * SAVED + i]!;
    this.base = this.bases[depth]!;
    this.region.end -= FRAME_STRIDE;
    return this.pcs[depth]!;
  }

  /** The program that made the call which `pop` returned from. */
  callerProg(): KernelProg {
    return this.progs[this.depth]!;
  }

  /** A function begins in the current frame: may_goto may go round anew. */
  allowLoops(): void {
    this.loops[this.depth] = MAX_LOOPS;
  }

  /** True MAX_LOOPS times since `allowLoops`. */
  takeLoop(): boolean {
    const left = this.loops[this.depth]!;
    if (left === 0) return false;
    this.loops[this.depth] = left - 1;
    return true;
  }

  /** A tail call put another program into the current frame. */
  rebase(): void {
    this.base = this.depth;
  }
}

/** Frames below the one that ends at an offset. */
function depthOf(top: number): number {
  return (top - STACK_AT) / FRAME_STRIDE - 1;
}
