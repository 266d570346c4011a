// A function that is written: how its insns are counted, and its ways into JavaScript.
import { CELLS } from '../cells.ts';
import { FAULT_CODES, type JsImport } from '../unit.ts';
import type { Local } from '../wasm/code-writer.ts';
import type { TranslateMode } from './options.ts';
import { RegWriter } from './reg-writer.ts';
import type { FuncShape } from './shape.ts';
import type { UnitDraft } from './unit-draft.ts';

/** What all parts share that write one function. */
export class FuncWriter extends RegWriter {
  readonly unit: UnitDraft;
  readonly mode: TranslateMode;
  /** Insns of this run that are counted here. */
  readonly insns: Local;
  /** They are counted less the budget, so that a sign says what is left: where the function has loops, and in programs with subprograms. */
  readonly isBiased: boolean;
  /** Of a program that charges all its insns to itself, and does not know how many they are: what `insns` was when it began. */
  readonly begun: Local | undefined;
  /** Checked code: r10, its low half, of the frame that the program began in. */
  readonly base: Local | undefined;
  /** What the local `insns` lacks, the running insn included. */
  lacks = 0;

  constructor(unit: UnitDraft, shape: FuncShape) {
    super(unit.prog, shape);
    this.unit = unit;
    this.mode = unit.options.mode;
    this.insns = this.local('i32', 'insns');
    const others = [...unit.subs.values()].some(({ kind }) => kind === 'jumping');
    const asksBegun = shape.kind === 'prog' && !others && !shape.isStraight;
    this.begun = asksBegun ? this.local('i32', 'begun') : undefined;
    this.base = this.mode === 'checked' ? this.local('i32', 'base') : undefined;
    this.isBiased = shape.hasLoops || unit.subs.size > 0;
  }

  get isChecked(): boolean {
    return this.mode === 'checked';
  }

  /** Adds to an f64 in memory. */
  addTo(at: number, pushF64: () => void): void {
    const { code } = this;
    code.i32(0).i32(0).mem('f64_load', at);
    pushF64();
    code.op('f64_add').mem('f64_store', at);
  }

  bump(at: number): void {
    this.addTo(at, () => this.code.f64(1));
  }

  /** Insns of this run, the running one included, as the local counts them. */
  pushCounted(): void {
    const { code, lacks } = this;
    code.get(this.insns);
    if (lacks !== 0) code.i32(lacks).op('i32_add');
  }

  /** Takes what `pushCounted` gave, or a callee made of it. */
  setCounted(): void {
    const { code, lacks } = this;
    if (lacks !== 0) code.i32(lacks).op('i32_sub');
    code.set(this.insns);
  }

  /** Insns of this run, the running one included. */
  pushInsns(): void {
    this.pushCounted();
    if (!this.isBiased) return;
    this.pushCell('i32_load', CELLS.limit);
    this.code.op('i32_add');
  }

  saveInsns(): void {
    this.setCell('i32_store', CELLS.insns, () => this.pushInsns());
  }

  readInsns(): void {
    this.pushCell('i32_load', CELLS.insns);
    if (this.isBiased) {
      this.pushCell('i32_load', CELLS.limit);
      this.code.op('i32_sub');
    }
    this.setCounted();
  }

  /** Before JavaScript runs. */
  leave(): void {
    this.saveInsns();
    this.setCell('i32_store', CELLS.frame, () => this.code.get(this.frame));
  }

  /** The number of the running insn for JavaScript. */
  site(): number {
    const { sites, options } = this.unit;
    const known = sites.get(this.pc);
    if (known !== undefined) return known;
    const site = options.sites.add({ prog: this.prog, pc: this.pc });
    sites.set(this.pc, site);
    return site;
  }

  /** Calls a function of JavaScript; its arguments are on the stack. */
  js(name: JsImport): void {
    this.unit.imports.add(name);
    this.code.call(name);
  }

  /** Ends the run at the running insn. */
  fault(code: (typeof FAULT_CODES)[number]): void {
    this.leave();
    this.code.i32(this.site()).i32(FAULT_CODES.indexOf(code));
    this.js('js:fault');
    this.code.op('unreachable');
  }

  /** Ends the run where its budget is used up. */
  checkBudget(): void {
    const { code } = this;
    if (this.isBiased) code.get(this.insns).i32(-this.lacks).op('i32_ge_s');
    else {
      this.pushInsns();
      this.pushCell('i32_load', CELLS.limit);
      code.op('i32_ge_s');
    }
    code.if();
    this.fault('budget');
    code.end();
  }
}
