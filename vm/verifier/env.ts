// What all parts of the verifier share while they walk one program.
import { HELPERS } from '../helpers/table.ts';
import type { Insn } from '../isa/insn.ts';
import type { FuncInfo, LineInfo } from '../object.ts';
import type { Edges } from './flow/edges.ts';
import { Fastcall } from './flow/fastcall.ts';
import { LiveStack } from './flow/live-masks.ts';
import type { VerifierMap, VerifyInput, VerifyOptions } from './input.ts';
import { Log } from './log.ts';
import { Trail } from './precision/trail.ts';
import { showFrame } from './shown.ts';
import { NOT_INIT, type Reg } from './reg.ts';
import type { Frame, State, Step } from './state.ts';
import { Explored } from './walk/explored.ts';

/** A function of the program. @see struct bpf_subprog_info */
export interface Subprog {
  readonly start: number;
  /** pc behind its last slot. */
  readonly end: number;
  readonly info: FuncInfo | undefined;
  /** Deepest stack access, in bytes; grows while it is walked. */
  stackBytes: number;
  hasTailCall: boolean;
  isTailCallReachable: boolean;
  hasPacketLoad: boolean;
  /** A helper or kernel function calls it. */
  isCallback: boolean;
  isAsyncCallback: boolean;
  isExceptionCallback: boolean;
  /** Its code, or that of those it calls, may change packet data; may sleep. */
  changesPacket: boolean;
  mightSleep: boolean;
  mightThrow: boolean;
  /** Global functions: verified on their own, and called. */
  isVerified: boolean;
  isCalled: boolean;
  /** Insns in reverse postorder of its graph, filled by flow. */
  postorder: readonly number[];
  readonly frame: FrameFacts;
}

/** What is known of the slots of a function's frame: sets of slots (state.ts `Frame.stack`), two words of 32. Only of programs that are accepted. */
export interface FrameFacts {
  /** Slots that are not reached by plain loads and stores of the function alone, each of which always goes to its `stackOff`. */
  readonly shared: Uint32Array;
  /** Slots of which something may be read before the program has written it. */
  readonly unwritten: Uint32Array;
}

/** `InsnFacts.stackOff` of an insn that goes to several places. */
export const MANY_PLACES = 1;

/** What is known of an insn, from the graph and from walking it. @see struct bpf_insn_aux_data */
export interface InsnFacts {
  /** It was walked. */
  seen: boolean;
  /** Where states are compared, where history is kept, where a state is always kept. */
  isPrunePoint: boolean;
  isJumpPoint: boolean;
  isCheckpoint: boolean;
  /** A call of a function that calls back. */
  callsBack: boolean;
  /** Number of the strongly connected component it lies in, 0 none. */
  scc: number;
  /** Registers that are read before they are written from here on, as bits. */
  liveRegs: number;
  /** Type of the pointer that it loads or stores through; all paths agree. */
  pointer: Reg['type'] | undefined;
  /** Flags of that pointer; set with it. */
  pointerFlags?: number;
  /** Of a load or store of its own function's frame: the offset from r10, < 0, that all paths agree on. 0: no path goes there; MANY_PLACES: it goes elsewhere too, or is more than a plain load or store. */
  stackOff: number;
  /** Of a conditional jump, as bits: FALLS when some path falls through, JUMPS when some path jumps. No run goes another way. */
  ways: number;
  /** Of a call that takes a map: the one map that all paths give, 'many' when they differ. */
  map: VerifierMap | 'many' | undefined;
  /** Of a tail call (or a look-up): the key that all paths give, undefined when none or they differ. */
  constKey: number | undefined;
  hasManyKeys: boolean;
  /** Of a call of bpf_loop: the one function that it is given on all paths, with flags 0; -1 when there is none such. */
  loopSubprog?: number;
  /** Times it was walked. */
  walked: number;
}

/** Bits of `InsnFacts.ways`. */
export const FALLS = 1;
export const JUMPS = 2;

export class Env {
  readonly input: VerifyInput;
  readonly options: VerifyOptions;
  readonly log: Log;
  /** By pc; undefined in the second slot of a wide insn. */
  readonly insns: readonly (Insn | undefined)[];
  readonly facts: readonly InsnFacts[];
  /** Some insn calls bpf_trace_printk. */
  readonly prints: boolean;
  /** In the order of their starts. */
  subprogs: readonly Subprog[] = [];

  /** The state that is walked on. */
  state!: State; // set by walk before anything reads it
  /** The insn that is walked, and the one before it. */
  pc = 0;
  prevPc = -1;
  /** The entry of the path's history for this insn; undefined until it has one: the main loop forgets the entry in front of each insn. */
  step: Step | undefined = undefined;
  readonly liveStack = new LiveStack();
  /** Of the graph; set by flow. */
  edges!: Edges;
  /** Spills around calls that leave registers alone. */
  readonly fastcall = new Fastcall();
  /**
   * Linux 6.18 has gaps that later kernels closed: it may take a program for safe that is not. A walk that comes near one notes it; the program is then
   * walked once more, strictly, and that walk decides.
   */
  isStrict = false;
  hasGap = false;
  /** What is sought while a path is walked back; empty between. */
  readonly trail = new Trail();

  /** Bytes from the start of the ctx that were loaded or stored at the most. */
  ctxBytes = 0;
  insnsWalked = 0;
  jumpsWalked = 0;
  totalStates = 0;
  peakStates = 0;
  maxStatesPerInsn = 0;
  /** States that are kept of the function that is verified. */
  explored = new Explored(0);
  /** States on hold, to be walked from later. */
  readonly pending: {
    readonly state: State;
    readonly pc: number;
    readonly prevPc: number;
    readonly logLength: number;
  }[] = [];
  private ids = 0;

  /** Registers and slots of the frame that changed since the log showed them: bits, and slot numbers. */
  touchedRegs = 0;
  readonly touchedSlots = new Set<number>();
  /** The source line that the log showed last. */
  shownLine: LineInfo | undefined = undefined;

  constructor(
    input: VerifyInput,
    options: VerifyOptions,
    insns: readonly (Insn | undefined)[],
    facts: readonly InsnFacts[],
  ) {
    this.input = input;
    this.options = options;
    this.log = new Log(options.logLevel ?? 0);
    this.insns = insns;
    this.facts = facts;
    this.prints = insns.some(
      (insn) => insn?.op.name === 'call_helper' && insn.imm === HELPERS.trace_printk.id,
    );
  }

  /** A number that no register carries yet. */
  nextId(): number {
    this.ids += 1;
    return this.ids;
  }

  get frame(): Frame {
    return this.state.frame;
  }

  /** What register `n` of the running frame holds, read or not. `readReg` in access.ts checks. */
  reg(n: number): Reg {
    return this.state.frame.regs[n] ?? NOT_INIT;
  }

  setReg(n: number, reg: Reg): void {
    this.state.frame.regs[n] = reg;
    this.touchedRegs |= 1 << n;
  }

  /** The frame that a stack pointer points into. */
  frameOf(reg: Reg): Frame {
    return this.state.frames[reg.frame]!;
  }

  /** Index of the subprogram that begins at `pc`, -1 when none does. */
  subprogAt(pc: number): number {
    return this.subprogs.findIndex(({ start }) => start === pc);
  }

  /** Everything of the running frame counts as changed: a path is taken up. */
  touchAll(): void {
    this.touchedRegs = 0x7ff;
    for (let slot = 0; slot < this.frame.stack.length; slot++) this.touchedSlots.add(slot);
  }

  /** Logs what changed since this was last asked, if anything did. @see print_insn_state */
  showChanges(): void {
    if (this.touchedRegs === 0 && this.touchedSlots.size === 0) return;
    if (this.log.level > 0) {
      const state = showFrame(this.state, this.frame, { regs: this.touchedRegs, slots: this.touchedSlots });
      this.log.add({ kind: 'changes', pc: this.pc, state });
    }
    this.touchedRegs = 0;
    this.touchedSlots.clear();
  }

  /** The subprogram that `pc` lies in. */
  subprogOf(pc: number): Subprog {
    return this.subprogs.findLast(({ start }) => start <= pc)!;
  }
}
