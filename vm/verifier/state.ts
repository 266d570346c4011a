// The state of a program at one point of one path: frames with registers and stack, what is held, how it came here.
import { NOT_INIT, type Reg } from './reg.ts';

/** What a byte of the stack holds. @see include/linux/bpf_verifier.h enum bpf_stack_slot_type */
// oxfmt-ignore
export const BYTES = {
  invalid:  { code: 0, text: '?' },
  spill:    { code: 1, text: 'r' },
  misc:     { code: 2, text: 'm' },
  zero:     { code: 3, text: '0' },
  dynptr:   { code: 4, text: 'd' },
  iter:     { code: 5, text: 'i' },
  irq_flag: { code: 6, text: 'f' },
} as const satisfies Record<string, { code: number; text: string }>;
export type ByteKind = keyof typeof BYTES;

/**
 * Eight bytes of stack. `kinds` has the code of byte i (i = 0 at the lowest address) in bits 4i to 4i+3; `reg` is what was spilled where some byte
 * is `spill`, the object where they are dynptr, iter or irq_flag, else NOT_INIT. Never changed.
 */
export interface Slot {
  readonly kinds: number;
  readonly reg: Reg;
}

/** Never written. */
export const EMPTY_SLOT: Slot = { kinds: 0, reg: NOT_INIT };

/** The code of byte `i` of a slot. */
export function byteKind(slot: Slot, i: number): number {
  return (slot.kinds >>> (4 * i)) & 15;
}

/** All eight bytes are of this kind. */
export function allOf(kind: ByteKind): number {
  return (BYTES[kind].code * 0x1111_1111) >>> 0;
}

/** True when a register was spilled here, all of it or its low bytes. @see is_spilled_reg: the byte at the lowest address says so (the kernel counts from the other end) */
export function isSpill(slot: Slot): boolean {
  return (slot.kinds & 15) === BYTES.spill.code;
}

const NO_REGS: readonly Reg[] = Array.from({ length: 11 }, () => NOT_INIT);
const ANY_RESULT: readonly [number, number] = [0, 0];

/** A call frame. `regs` and `stack` belong to this frame alone and are written in place; what they hold is never changed. @see struct bpf_func_state */
export class Frame {
  /** r0 to r10. */
  regs: Reg[];
  /** Slot i are the bytes -8(i+1) to -8i-1 from r10. As long as the deepest that was touched. */
  stack: Slot[];
  /** pc of the call, -1 in the first frame (and in an async callback's). */
  callsite: number;
  readonly frameno: number;
  /** Index in `Env.subprogs`. */
  readonly subprog: number;
  /** Called by a helper or kfunc, and returns to it. */
  isCallback = false;
  isAsyncCallback = false;
  isExceptionCallback = false;
  /** Which entry of the async callback this is. */
  asyncEntries = 0;
  /** How often the callback of this frame's call was entered. */
  callbackDepth = 0;
  /** What the callback must return, inclusive. */
  callbackRange = ANY_RESULT;

  /** Nothing was written to it, or `regs` and `stack` were, which become the frame's own. */
  constructor(
    callsite: number,
    frameno: number,
    subprog: number,
    regs: Reg[] = NO_REGS.slice(),
    stack: Slot[] = [],
  ) {
    this.regs = regs;
    this.stack = stack;
    this.callsite = callsite;
    this.frameno = frameno;
    this.subprog = subprog;
  }

  copy(): Frame {
    const { callsite, frameno, subprog, regs, stack } = this;
    const copy = new Frame(callsite, frameno, subprog, regs.slice(), stack.slice());
    copy.isCallback = this.isCallback;
    copy.isAsyncCallback = this.isAsyncCallback;
    copy.isExceptionCallback = this.isExceptionCallback;
    copy.asyncEntries = this.asyncEntries;
    copy.callbackDepth = this.callbackDepth;
    copy.callbackRange = this.callbackRange;
    return copy;
  }
}

/** Something that is held and must be given back. @see struct bpf_reference_state */
export interface Held {
  readonly kind: 'ref' | 'irq' | 'lock' | 'res_lock' | 'res_lock_irq';
  readonly id: number;
  /** pc that acquired it. */
  readonly pc: number;
  /** Of locks: what holds the lock: a map, or an object's register id. */
  readonly owner: unknown;
}

/** An entry of a path's history: an insn that was walked and matters to backtracking. @see struct bpf_jmp_history_entry */
export interface Step {
  readonly pc: number;
  readonly prevPc: number;
  /** Where the insn touched the stack: frame and slot; undefined when it did not. */
  readonly stack: { readonly frame: number; readonly slot: number } | undefined;
  /** Registers and slots that were linked when the insn compared one of them. */
  readonly linked: readonly LinkedPlace[] | undefined;
  /** A conditional jump compared stack pointers, whose numbers do not matter: 1 dst, 2 src, 3 both. @see INSN_F_DST_REG_STACK */
  readonly stackOperands: number;
  /** The entry before it, and how many there are with this one. Paths that part share what lies before. */
  readonly before: Step | undefined;
  readonly count: number;
}

/** A place that holds a linked number. */
export type LinkedPlace =
  | { readonly frame: number; readonly reg: number }
  | { readonly frame: number; readonly slot: number };

/** @see include/linux/bpf_verifier.h struct bpf_verifier_state */
export class State {
  frames: Frame[] = [];
  /** In the order in which they were acquired. */
  held: readonly Held[] = [];
  /** Locks among `held`. */
  locks = 0;
  /** Id and owner of the lock that was taken last. */
  lockId = 0;
  lockOwner: unknown = undefined;
  preemptLocks = 0;
  rcuLocks = 0;
  /** Id of the interrupt flag that was saved last, 0 none. */
  irqId = 0;
  isSleepable = false;
  /** How often may_goto was taken. */
  mayGotoDepth = 0;
  /** Unrolled calls of callbacks on this path. */
  callbackUnrollDepth = 0;

  /** The state that was kept last on this path. */
  parent: State | undefined = undefined;
  /** Paths from here that are not walked to their end. */
  branches = 0;
  /** pc of the first insn after `parent`, and of the last. */
  firstPc = 0;
  lastPc = 0;
  /** pc that the state stands in front of, once it is kept. */
  pc = 0;
  dfsDepth = 0;
  /** The last of the insns since `parent` that matter; undefined when there is none. */
  history: Step | undefined = undefined;
  /** The kept state that this one was found equal to, while its loop is not done. */
  equalState: State | undefined = undefined;
  isCleaned = false;

  /** The frame that runs. */
  get frame(): Frame {
    return this.frames[this.frames.length - 1]!;
  }

  /** A copy that shares nothing that is written in place. */
  copy(): State {
    const copy = new State();
    copy.frames = this.frames.map((frame) => frame.copy());
    copy.held = this.held;
    copy.locks = this.locks;
    copy.lockId = this.lockId;
    copy.lockOwner = this.lockOwner;
    copy.preemptLocks = this.preemptLocks;
    copy.rcuLocks = this.rcuLocks;
    copy.irqId = this.irqId;
    copy.isSleepable = this.isSleepable;
    copy.mayGotoDepth = this.mayGotoDepth;
    copy.callbackUnrollDepth = this.callbackUnrollDepth;
    copy.parent = this.parent;
    copy.branches = this.branches;
    copy.firstPc = this.firstPc;
    copy.lastPc = this.lastPc;
    copy.pc = this.pc;
    copy.dfsDepth = this.dfsDepth;
    copy.history = this.history;
    copy.equalState = this.equalState;
    copy.isCleaned = this.isCleaned;
    return copy;
  }
}
