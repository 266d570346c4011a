// What is known of reads and writes of stack slots: sets of slots for each insn, function instance and frame.
import type { Subprog } from '../env.ts';

/** Words of 32 slots in a set of slots: a frame has 64. */
export const WORDS = 2;

/** Sets of slots for each insn of a function, about one frame: WORDS words an insn. @see struct per_frame_masks */
export interface FrameMasks {
  /** Slots that the insn may read. */
  readonly read: Uint32Array;
  /** Slots that the insn writes whenever it runs. */
  readonly written: Uint32Array;
  /** Slots that it, or what follows it in the function, writes on every way. */
  readonly writtenOn: Uint32Array;
  /** Slots that may be read from here on before they are written. */
  readonly live: Uint32Array;
}

/** A function as it is called by one chain of calls. @see struct func_instance */
export class Instance {
  private readonly all: LiveStack;
  readonly subprog: Subprog;
  readonly caller: Instance | undefined;
  /** pc of the call in `caller`. */
  readonly callsite: number;
  /** Number of the frame that it runs in. */
  readonly depth: number;
  /** By number of the frame that the slots are of; made when first needed. */
  readonly frames: (FrameMasks | undefined)[];
  /** By insn: 1 once its `written` sets are those of a walk. */
  readonly isWalked: Uint8Array;
  /** pcs of which something was learnt since `live` was computed; sets of written slots shrank. */
  stale: number[] = [];
  isShrunk = false;
  /** Instances that it calls, by callsite and start of the callee. */
  readonly callees = new Map<number, Instance>();

  constructor(all: LiveStack, subprog: Subprog, caller: Instance | undefined, callsite: number) {
    this.all = all;
    this.subprog = subprog;
    this.caller = caller;
    this.callsite = callsite;
    this.depth = caller === undefined ? 0 : caller.depth + 1;
    this.frames = Array.from({ length: this.depth + 1 }, () => undefined);
    this.isWalked = new Uint8Array(subprog.end - subprog.start);
    all.words += this.isWalked.length / 8;
  }

  /** The sets about frame `frameno`, made if need be. */
  masks(frameno: number): FrameMasks {
    const known = this.frames[frameno];
    if (known !== undefined) return known;
    const words = WORDS * this.isWalked.length;
    const made = {
      read: new Uint32Array(words),
      written: new Uint32Array(words),
      writtenOn: new Uint32Array(words),
      live: new Uint32Array(words),
    };
    this.frames[frameno] = made;
    this.all.words += 2 * words; // four sets of 32-bit words
    return made;
  }

  /** Index of the first word of the sets of insn `pc`. */
  at(pc: number): number {
    return WORDS * (pc - this.subprog.start);
  }
}

/** All instances, and the marks of the insn that is being walked. @see struct bpf_liveness */
export class LiveStack {
  /** Instances of functions that are verified on their own, by start. */
  readonly roots = new Map<number, Instance>();
  /** That of the running frame; undefined when it must be looked up anew. */
  running: Instance | undefined = undefined;
  /** Slots that the insn writes, by frame, and the frames (bits) that have some. */
  readonly writes = new Uint32Array(8 * WORDS);
  writtenFrames = 0;
  /** Words of eight bytes that all of it takes. */
  words = 0;
  /** Insns that were swept over. */
  visits = 0;
  /** For `isSlotLive`: the instances of the frames of the state that was asked about last. */
  asked: { readonly state: object; readonly instances: readonly Instance[] } | undefined = undefined;
}
