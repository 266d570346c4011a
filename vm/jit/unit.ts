// A program translated: functions that no module holds yet, and what they need around them. Made once for a program; linking puts units into a module.
import type { KernelProg } from '../kernel/prog.ts';
import type { FuncCode, FuncName, FuncType } from './wasm/types.ts';

/** A whole program: offset of the ctx (what r1 begins with, 0 for none), and of the end of its frame (low half of r10); gives r0. */
export const PROG_TYPE = 'i32 i32 -> i64' satisfies FuncType;
/** A subprogram: r1 to r5, the end of its own frame, and the insns that were counted less the budget; gives r0, and that number again. */
export const SUB_TYPE = 'i64 i64 i64 i64 i64 i32 i32 -> i64 i32' satisfies FuncType;
/** One that makes tail calls, so that its results are those of a program: insns are in CELLS.insns before and after it. */
export const JUMPING_SUB_TYPE = 'i64 i64 i64 i64 i64 i32 -> i64' satisfies FuncType;

export function progName(prog: KernelProg): FuncName {
  return `prog:${prog.id}`;
}

/** A subprogram by the pc of its first insn. */
export function subName(prog: KernelProg, pc: number): FuncName {
  return `prog:${prog.id}:${pc}`;
}

/**
 * Functions of JavaScript that generated code calls. `site` is a number that the unit gave out for an insn; CELLS.insns and CELLS.frame are true whenever one
 * is called. All may throw: the run ends then.
 */
export const JS_IMPORTS = {
  /**
   * Runs the helper or kernel function of the insn: r1 to r5 stand in CELLS.regs (checked code: all registers), r0 does then. CELLS.insns may have grown.
   * Of bpf_tail_call, where code cannot do it alone: checks as the interpreter does, counts in the prog array, and r0 is the id of the program to jump to,
   * 0 for none.
   */
  'js:call': 'i32 -> ',
  /** Offset of the memory of a load, store or atomic insn through the register whose halves are lo, hi (off not added); a fault where the program may not touch it. */
  'js:reach': 'i32 i32 i32 -> i32',
  /** A load of which only the engine knows what it finds: its value stands in CELLS.regs (r0) then. */
  'js:load': 'i32 i32 i32 -> ',
  /** ld_abs and ld_ind: as js:call; 1 where the function goes on, 0 where it ends with r0 = 0. Registers that the insn reads stand in CELLS.regs. */
  'js:packet': 'i32 -> i32',
  /** Runs a program that is not compiled, by its id, in the frame at CELLS.frame: it ends with r0 in CELLS.regs. */
  'js:interp': 'i32 -> ',
  /** Ends the run: the number is an index of FAULT_CODES. */
  'js:fault': 'i32 i32 -> ',
  /** Batches only: writes the ctx for a run of the row that generated code cannot write. */
  'js:fill': 'i32 -> ',
  /** Batches only: a run whose result takes the place of the call's ended with this one, other than 0. */
  'js:override': 'i32 i32 -> ',
} as const satisfies Record<string, FuncType>;
export type JsImport = keyof typeof JS_IMPORTS;

/** Faults that generated code finds by itself. */
export const FAULT_CODES = ['budget', 'frames', 'insn', 'map', 'ctx'] as const;

/** An insn that calls JavaScript. */
export interface Site {
  readonly prog: KernelProg;
  readonly pc: number;
}

/** A program translated. */
export interface ProgUnit {
  readonly prog: KernelProg;
  /** The program, its subprograms, and functions of the runtime that they call (names 'rt:...': a module holds each once). */
  readonly functions: readonly FuncCode[];
  /** Functions of JavaScript that they call. */
  readonly imports: readonly JsImport[];
  /** By number: unique in a machine, see `SiteTable`. */
  readonly sites: readonly number[];
  /** First pcs of subprograms that helpers may call (callbacks); each is exported under its `callbackName`. */
  readonly callbacks: readonly number[];
  /** Programs that are named by direct tail calls: with `slotAt` the offset of the slot that must still hold them. They must be in the same module. */
  readonly jumps: readonly { readonly slotAt: number; readonly prog: KernelProg }[];
}

/**
 * The export for a function that JavaScript calls: '-> ', r1 to r5 in CELLS.regs (checked code: r0 and r6 to r9 too, and these four stand there again after
 * it), its frame's end in CELLS.frame; r0 stands in CELLS.regs then.
 */
export function callbackName(prog: KernelProg, pc: number): FuncName {
  return `call:${prog.id}:${pc}`;
}

/** Numbers of sites: all of one machine. */
export class SiteTable {
  private readonly sites: (Site | undefined)[] = [];
  private readonly free: number[] = [];

  add(site: Site): number {
    const number = this.free.pop() ?? this.sites.length;
    this.sites[number] = site;
    return number;
  }

  /** Numbers of a unit that no module holds any more; they are given out again. */
  release(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.sites[number] = undefined;
      this.free.push(number);
    }
  }

  /** Numbers that are in use. */
  get size(): number {
    return this.sites.length - this.free.length;
  }

  get(site: number): Site {
    return this.sites[site]!; // generated code has numbers of this table only
  }
}
