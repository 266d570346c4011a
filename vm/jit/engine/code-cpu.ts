// What generated code calls in JavaScript: each call leaves the code, works on the state of the interpreter (registers, frames, loans), and goes back in. And
// the other way: functions of a program that a helper calls while generated code waits for it.
import type { Owed } from '../../helpers/context.ts';
import { HELPERS } from '../../helpers/table.ts';
import { Cpu } from '../../interp/cpu.ts';
import { FAULTS } from '../../interp/fault.ts';
import { FRAME_STRIDE } from '../../interp/frames.ts';
import { noInsn } from '../../interp/handlers.ts';
import { loadPacket } from '../../interp/packet.ts';
import { SIZES } from '../../isa/opcodes.ts';
import { OP_LIST, OPS } from '../../isa/ops.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import type { Region } from '../../memory/regions.ts';
import { CELLS } from '../cells.ts';
import { adoptLock, adoptRecords, HeldRecord } from '../inline/debts.ts';
import { FAULT_CODES, SiteTable } from '../unit.ts';

/** int32 halves of registers: r0, r1 to r5, r0 to r9. */
export const R0_END = 2;
export const ARGS_END = 12;
export const ALL_END = 20;

const REGS = CELLS.regs / 4;
const INSNS = CELLS.insns / 4;
const FRAME = CELLS.frame / 4;

/** The side of an engine that generated code sees. */
export abstract class CodeCpu extends Cpu {
  protected readonly sites = new SiteTable();
  /** Generated code runs now, and CELLS have the counts. */
  protected inCode = false;
  /** What stands innermost is the interpreter, even where generated code called it. */
  protected isInterpreting = true;
  private readonly held = new HeldRecord();

  /** Generated code has called JavaScript: of a batch, what is known of the row is not made yet. */
  protected abstract left(): void;
  /** What was done may have put programs into slots. */
  protected abstract reachAll(): void;
  /** The generated code of a function that helpers call; undefined where there is none. */
  protected abstract functionOf(prog: KernelProg, pc: number): (() => void) | undefined;

  /** Generated code calls JavaScript at a site. */
  protected comeOut(number: number): void {
    this.left();
    const { prog, pc } = this.sites.get(number);
    this.inCode = false;
    this.prog = prog;
    this.code = prog.code;
    this.pc = pc;
    const { i32 } = this.memory;
    this.insns = i32[INSNS]!;
    const top = i32[FRAME]!;
    this.frames.moveTo(top, prog.known === undefined ? i32[CELLS.base / 4]! : top);
    adoptLock(this);
    this.forgetLast();
  }

  protected override heldAt(at: number): Region | undefined {
    return this.held.find(this.memory, at) ? this.held : undefined;
  }

  override lend(region: Region, owed?: Owed): void {
    adoptRecords(this);
    super.lend(region, owed);
  }

  override takeBack(start: number): boolean {
    adoptRecords(this);
    return super.takeBack(start);
  }

  override owedAt(start: number): Owed | undefined {
    adoptRecords(this);
    return super.owedAt(start);
  }

  /** Back to generated code. What was done may have put programs into slots. */
  protected goIn(): void {
    this.reachAll();
    this.memory.i32[INSNS] = this.insns;
    this.inCode = true;
  }

  protected regsIn(from: number, end: number): void {
    const { i32 } = this.memory;
    for (let i = from; i < end; i++) this.r[i] = i32[REGS + i]!;
  }

  protected regsOut(end: number): void {
    const { i32 } = this.memory;
    for (let i = 0; i < end; i++) i32[REGS + i] = this.r[i]!;
  }

  callHelper(site: number): void {
    this.comeOut(site);
    const { prog, code, pc } = this;
    if (prog.known === undefined) this.regsIn(0, ALL_END);
    else this.regsIn(R0_END, ARGS_END);
    if (code.op[pc] === OPS.call_helper.index && code.imm[pc] === HELPERS.tail_call.id) this.slotIn();
    else code.handlers[pc]!(this, pc);
    this.regsOut(R0_END);
    this.goIn();
  }

  /** r0 = id of the program that a tail call goes to, 0 for none. */
  private slotIn(): void {
    const made = this.memory.i32[CELLS.tailCalls / 4]!;
    this.r[0] = this.jumpArray().jump(this.r[6]! >>> 0, made)?.id ?? 0;
    this.r[1] = 0;
  }

  reachFor(site: number, low: number, high: number): number {
    this.comeOut(site);
    const { code, pc } = this;
    const op = OP_LIST[code.op[pc]!]!;
    const isLoad = op.kind === 'load' || op.kind === 'acquire';
    const reg = isLoad ? code.src[pc]! : code.dst[pc]!;
    this.r[2 * reg] = low;
    this.r[2 * reg + 1] = high;
    const { bytes } = SIZES['size' in op ? op.size : 'dw'];
    const at = this.offset(reg, code.off[pc]!, bytes, !isLoad);
    if (op.kind === 'atomic' && !this.mayTouch(at, bytes, false))
      this.refuse(reg, code.off[pc]!, bytes, false);
    this.inCode = true;
    return at;
  }

  loadFor(site: number, low: number, high: number): void {
    this.comeOut(site);
    const { code, pc } = this;
    const src = code.src[pc]!;
    this.r[2 * src] = low;
    this.r[2 * src + 1] = high;
    code.handlers[pc]!(this, pc);
    const dst = code.dst[pc]!;
    const { i32 } = this.memory;
    i32[REGS] = this.r[2 * dst]!;
    i32[REGS + 1] = this.r[2 * dst + 1]!;
    this.inCode = true;
  }

  loadPacketFor(site: number): number {
    this.comeOut(site);
    const { code, pc } = this;
    this.regsIn(0, ALL_END);
    const op = OP_LIST[code.op[pc]!]!;
    if (op.kind !== 'packet') return noInsn(this, pc);
    const goesOn = loadPacket(this, pc, op.mode === 'ind', SIZES[op.size].bytes);
    this.regsOut(R0_END);
    this.inCode = true;
    return goesOn ? 1 : 0;
  }

  faultAt(site: number, index: number): void {
    this.comeOut(site);
    this.regsIn(0, ALL_END);
    const code = FAULT_CODES[index]!;
    if (code === 'budget') this.checkBudget();
    else if (code === 'frames') this.tooDeep();
    else if (code === 'insn') noInsn(this, this.pc);
    else this.jumpArray();
    this.fault(code, FAULTS[code]);
  }

  /** Does something with the interpreter innermost; the counts that generated code goes on with are its own then, also where it throws. */
  protected asInterpreter(doIt: () => void): void {
    this.isInterpreting = true;
    try {
      doIt();
    } finally {
      const { i32 } = this.memory;
      i32[CELLS.charged / 4] = this.charged;
      i32[CELLS.tailCalls / 4] = this.tailCalls;
      this.isInterpreting = false;
    }
  }

  override callBack(pc: number): void {
    if (this.isInterpreting) {
      super.callBack(pc);
      return;
    }
    const start = this.functionOf(this.prog, pc);
    if (start === undefined) {
      const { i32 } = this.memory;
      this.charged = i32[CELLS.charged / 4]!;
      this.tailCalls = i32[CELLS.tailCalls / 4]!;
      this.asInterpreter(() => super.callBack(pc));
      return;
    }
    this.callCode(start);
  }

  /** Calls generated code from a helper that generated code called. */
  private callCode(start: () => void): void {
    const { prog, code, pc, frames } = this;
    const top = frames.top();
    const base = prog.known === undefined ? this.memory.i32[CELLS.base / 4]! : top;
    if (prog.known === undefined && frames.isFull()) this.tooDeep();
    this.checkBudget();
    this.regsOut(ALL_END);
    this.memory.i32[FRAME] = top + FRAME_STRIDE;
    this.callbackDepth += 1;
    this.goIn();
    start();
    this.inCode = false;
    this.callbackDepth -= 1;
    this.insns = this.memory.i32[INSNS]!;
    this.regsIn(0, ALL_END);
    this.prog = prog;
    this.code = code;
    this.pc = pc;
    frames.moveTo(top, base);
  }
}
