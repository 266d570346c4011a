// Registers, frame and cells of a function, as locals and memory of WebAssembly.
import { FRAME_REG } from '../../isa/opcodes.ts';
import { STACK_BYTES } from '../../interp/frames.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import { ADDRESS_HIGH } from '../../memory/linear.ts';
import { CELLS } from '../cells.ts';
import { JUMPING_SUB_TYPE, progName, PROG_TYPE, subName, SUB_TYPE } from '../unit.ts';
import { CodeWriter, type Local } from '../wasm/code-writer.ts';
import type { MemoryOp } from '../wasm/ops.ts';
import type { FuncName, FuncType, ValueType } from '../wasm/types.ts';
import { LOCAL_REGS } from './registers.ts';
import type { FuncKind, FuncShape } from './shape.ts';

const HIGH_BITS = BigInt(ADDRESS_HIGH) << 32n;
/** Number of the scratch local that may_goto counts in; helpers in place have the lower ones. */
const ROUNDS = 99;
/** Before the first insn. */
const ENTRY = -1;
/** In the place of a local that the function does without. */
const UNUSED = -1;

/** Methods that write return nothing; those called `push...` leave a value on Wasm's stack, those called `set...` take one. */
export class RegWriter {
  readonly code: CodeWriter;
  readonly shape: FuncShape;
  readonly prog: KernelProg;
  /** Locals of r0 to r9, and those of their values that need 32 bits only; of those that shape.used tells. */
  readonly regs: readonly Local[];
  readonly lows: readonly Local[];
  /** Low half of r10. */
  readonly frame: Local;
  /** First byte of the frame: offsets from here are not negative, as those of Wasm's loads and stores must be. */
  readonly stack: Local;
  /** The insn that is written. */
  pc = ENTRY;
  /** Numbers that registers hold, as the insns of the block tell. */
  readonly numbers: (bigint | undefined)[] = [];
  private readonly params: readonly string[];
  private readonly slots: readonly Local[];
  private readonly scratches = new Map<string, Local>();

  constructor(prog: KernelProg, shape: FuncShape) {
    const { name, type, params } = signatureOf(prog, shape.kind, shape.first);
    this.code = new CodeWriter(name, type, params);
    this.shape = shape;
    this.prog = prog;
    this.params = params;
    this.frame = this.local('i32', 'frame');
    const { wide, narrow, stack } = shape.used;
    const some = (used: number, type: ValueType, letter: string): Local[] =>
      Array.from({ length: LOCAL_REGS }, (_, reg) => {
        const name = `${letter}${reg}`;
        return (used & (1 << reg)) === 0 && !params.includes(name) ? UNUSED : this.local(type, name);
      });
    this.regs = some(wide, 'i64', 'r');
    this.lows = some(narrow, 'i32', 'w');
    this.stack = stack ? this.local('i32', 'stack') : UNUSED;
    this.slots = shape.stack.locals.map(({ off }) => this.local('i64', `fp${-off}`));
  }

  /** A local by its name, which may be that of a parameter. */
  protected local(type: ValueType, name: string): Local {
    const param = this.params.indexOf(name);
    return param < 0 ? this.code.local(type, name) : param;
  }

  /** True where the running insn reads 32 bits of a register, and no more are there. */
  readsNarrow(reg: number): boolean {
    return ((this.shape.narrow.reads.get(this.pc) ?? 0) & (1 << reg)) !== 0;
  }

  /** True where what the running insn writes to a register is never read but for its low half. */
  writesNarrow(reg: number): boolean {
    return ((this.shape.narrow.writes.get(this.pc) ?? 0) & (1 << reg)) !== 0;
  }

  /** A register's value, i64. */
  pushReg(reg: number): void {
    const { code } = this;
    if (reg === FRAME_REG) code.get(this.frame).op('i64_extend_i32_u').i64(HIGH_BITS).op('i64_or');
    else if (this.readsNarrow(reg)) code.get(this.lows[reg]!).op('i64_extend_i32_u');
    else code.get(this.regs[reg]!);
  }

  /** Its low half, i32. */
  pushLow(reg: number): void {
    if (reg === FRAME_REG) this.code.get(this.frame);
    else if (this.readsNarrow(reg)) this.code.get(this.lows[reg]!);
    else this.code.get(this.regs[reg]!).op('i32_wrap_i64');
  }

  /** Its upper half, i32. */
  pushHigh(reg: number): void {
    if (reg === FRAME_REG) this.code.i32(ADDRESS_HIGH);
    else this.code.get(this.regs[reg]!).i64(32).op('i64_shr_u').op('i32_wrap_i64');
  }

  /** Takes an i64. */
  setReg(reg: number): void {
    if (reg === FRAME_REG) this.code.op('drop'); // no program may write it: where one does, nothing is kept
    else if (this.writesNarrow(reg)) this.code.op('i32_wrap_i64').set(this.lows[reg]!);
    else this.code.set(this.regs[reg]!);
    this.numbers[reg] = undefined;
  }

  /** Takes an i32: the upper half becomes 0. */
  setLow(reg: number): void {
    if (this.writesNarrow(reg)) {
      this.code.set(this.lows[reg]!);
      this.numbers[reg] = undefined;
      return;
    }
    this.code.op('i64_extend_i32_u');
    this.setReg(reg);
  }

  /** Takes what was told of the numbers of registers back: before a block. */
  forgetNumbers(): void {
    this.numbers.length = 0;
  }

  /** An address to load or store at, i32, and the offset that the load or store adds. */
  pushAddress(reg: number, off: number): number {
    const { code } = this;
    if (reg === FRAME_REG && off + STACK_BYTES >= 0) {
      code.get(this.stack);
      return off + STACK_BYTES;
    }
    this.pushLow(reg);
    if (off >= 0) return off;
    code.i32(off).op('i32_add');
    return 0;
  }

  /** The local that the running load or store goes to in the place of memory. */
  slot(): Local | undefined {
    const index = this.shape.stack.uses.get(this.pc);
    return index === undefined ? undefined : this.slots[index];
  }

  /** A local to compute with, the same for the same type and number. */
  scratch(type: ValueType, number: number): Local {
    const name = `${type === 'i64' ? 'x' : 't'}${number}${type === 'f64' ? 'f' : ''}`;
    const known = this.scratches.get(name);
    if (known !== undefined) return known;
    const local = this.code.local(type, name);
    this.scratches.set(name, local);
    return local;
  }

  /** How often may_goto has gone on in this function. */
  rounds(): Local {
    return this.scratch('i32', ROUNDS);
  }

  pushCell(op: MemoryOp, cell: number): void {
    this.code.i32(0).mem(op, cell);
  }

  setCell(op: MemoryOp, cell: number, push: () => void): void {
    this.code.i32(0);
    push();
    this.code.mem(op, cell);
  }

  /** Writes registers to their cells. */
  saveRegs(regs: readonly number[]): void {
    for (const reg of regs) this.setCell('i64_store', regCell(reg), () => this.pushReg(reg));
  }

  loadRegs(regs: readonly number[]): void {
    for (const reg of regs) {
      this.pushCell('i64_load', regCell(reg));
      this.setReg(reg);
    }
  }

  clearRegs(regs: readonly number[]): void {
    for (const reg of regs) {
      this.code.i64(0);
      this.setReg(reg);
    }
  }
}

/** Where a register stands for JavaScript. */
export function regCell(reg: number): number {
  return CELLS.regs + 8 * reg;
}

const SUB_PARAMS = ['r1', 'r2', 'r3', 'r4', 'r5', 'frame'] as const;

/** Names of the parameters are those of the locals that they are. */
function signatureOf(
  prog: KernelProg,
  kind: FuncKind,
  first: number,
): { readonly name: FuncName; readonly type: FuncType; readonly params: readonly string[] } {
  if (kind === 'prog') return { name: progName(prog), type: PROG_TYPE, params: ['ctx', 'frame'] };
  const name = subName(prog, first);
  if (kind === 'jumping') return { name, type: JUMPING_SUB_TYPE, params: SUB_PARAMS };
  return { name, type: SUB_TYPE, params: [...SUB_PARAMS, 'insns'] };
}
