// Writes the code of one function, insn by insn, straight into bytes: what stands there later (numbers of functions and types) is left open as relocations.
import { BULK, BULK_PREFIX, MEMORY, OPPOSITES, PLAIN, SPECIAL, type MemoryOp, type PlainOp } from './ops.ts';
import {
  partsOf,
  VALUE_TYPES,
  type CodeMark,
  type CodeReloc,
  type FuncCode,
  type FuncName,
  type FuncType,
  type ValueType,
} from './types.ts';

/** Type of a block: none, or one result. */
export type BlockType = ValueType | 'none';
/** A local, as `local` and `param` gave it out. */
export type Local = number;

const NO_RESULT = 0x40;
/** Bytes of a number that is filled in later. */
const OPEN_BYTES = 5;

/** A block, loop or if that is open. */
interface Frame {
  /** Where it begins. */
  readonly at: number;
  /** Branches to its label. */
  branches: number;
  /** Loops around it, itself included. */
  readonly loops: number;
}

/** Methods return the writer, so that one line is one thought. Blocks must be closed, `finish` closes the function. */
export class CodeWriter {
  readonly name: FuncName;
  readonly type: FuncType;
  private bytes = new Uint8Array(256);
  private length = 0;
  private readonly locals: { type: ValueType; name: string }[];
  private readonly relocs: CodeReloc[] = [];
  private readonly marks: CodeMark[] = [];
  /** Frames that are open; the first is the function. */
  private readonly frames: Frame[] = [{ at: -1, branches: 0, loops: 0 }];
  private readonly most = { branches: 0, entries: 0, loops: 0 };
  private lastOp: PlainOp = 'nop';
  private lastOpAt = -2;

  /** `params` are names of the parameters of `type`. */
  constructor(name: FuncName, type: FuncType, params: readonly string[]) {
    this.name = name;
    this.type = type;
    this.locals = partsOf(type).params.map((param, i) => ({ type: param, name: params[i] ?? `p${i}` }));
  }

  /** A new local, 0 at first. */
  local(type: ValueType, name: string): Local {
    return this.locals.push({ type, name }) - 1;
  }

  /** From here on the code is for the insn at this pc; -1: for none. */
  mark(pc: number, what?: string): this {
    this.marks.push({ at: this.length, pc, ...(what === undefined ? {} : { what }) });
    return this;
  }

  /** A word on what the code since the last mark is, and on what follows under it. */
  note(what: string): this {
    const last = this.marks.at(-1);
    if (last === undefined) return this.mark(-1, what);
    this.marks[this.marks.length - 1] = { ...last, what };
    return this;
  }

  /** Bytes that are written. */
  here(): number {
    return this.length;
  }

  /** Forgets what was written since `here` was this. */
  backTo(here: number): this {
    this.length = here;
    while ((this.relocs.at(-1)?.at ?? -1) >= here) this.relocs.pop();
    while ((this.frames.at(-1)?.at ?? -1) >= here) this.frames.pop();
    while ((this.marks.at(-1)?.at ?? 0) > here) this.marks.pop();
    return this;
  }

  op(name: PlainOp): this {
    this.lastOp = name;
    this.lastOpAt = this.length;
    return this.byte(PLAIN[name]);
  }

  /** Turns the i32 on the stack round for a branch: 0 where it was not, other than 0 where it was. A comparison that was just written becomes its opposite. */
  not(): this {
    const at = this.length - 1;
    const name = this.lastOpAt === at && (this.marks.at(-1)?.at ?? 0) <= at ? this.lastOp : 'nop';
    if (name === 'i32_eqz') return this.backTo(this.lastOpAt);
    const opposite = (OPPOSITES as Partial<Record<PlainOp, PlainOp>>)[name];
    return opposite === undefined ? this.op('i32_eqz') : this.backTo(this.lastOpAt).op(opposite);
  }

  i32(value: number): this {
    return this.byte(SPECIAL.i32_const).signed(value | 0);
  }

  /** A number is an int32. */
  i64(value: bigint | number): this {
    this.byte(SPECIAL.i64_const);
    return typeof value === 'number' ? this.signed(value) : this.signedBig(BigInt.asIntN(64, value));
  }

  f64(value: number): this {
    this.byte(SPECIAL.f64_const).room(8);
    new DataView(this.bytes.buffer).setFloat64(this.length, value, true);
    this.length += 8;
    return this;
  }

  get(local: Local): this {
    return this.byte(SPECIAL.local_get).unsigned(local);
  }

  set(local: Local): this {
    return this.byte(SPECIAL.local_set).unsigned(local);
  }

  tee(local: Local): this {
    return this.byte(SPECIAL.local_tee).unsigned(local);
  }

  /** Loads from, or stores to, the i32 on the stack plus `offset`, u32. */
  mem(op: MemoryOp, offset: number): this {
    return this.byte(MEMORY[op]).byte(0).unsigned(offset);
  }

  /** Pops to, from, bytes. */
  copy(): this {
    return this.byte(BULK_PREFIX).unsigned(BULK.memory_copy).byte(0).byte(0);
  }

  /** Pops to, byte, bytes. */
  fill(): this {
    return this.byte(BULK_PREFIX).unsigned(BULK.memory_fill).byte(0);
  }

  block(type: BlockType = 'none'): this {
    return this.frame(SPECIAL.block, type);
  }

  loop(type: BlockType = 'none'): this {
    return this.frame(SPECIAL.loop, type);
  }

  if(type: BlockType = 'none'): this {
    return this.frame(SPECIAL.if, type);
  }

  else(): this {
    return this.byte(SPECIAL.else);
  }

  end(): this {
    this.frames.pop();
    return this.byte(SPECIAL.end);
  }

  br(depth: number): this {
    return this.byte(SPECIAL.br).label(depth);
  }

  brIf(depth: number): this {
    return this.byte(SPECIAL.br_if).label(depth);
  }

  brTable(depths: readonly number[], otherwise: number): this {
    this.most.entries = Math.max(this.most.entries, depths.length);
    this.byte(SPECIAL.br_table).unsigned(depths.length);
    for (const depth of depths) this.label(depth);
    return this.label(otherwise);
  }

  call(func: FuncName): this {
    return this.byte(SPECIAL.call).open({ func });
  }

  returnCall(func: FuncName): this {
    return this.byte(SPECIAL.return_call).open({ func });
  }

  /** Calls the function at the i32 on the stack of the machine's table of programs. */
  callIndirect(type: FuncType): this {
    return this.byte(SPECIAL.call_indirect).open({ type }).byte(0);
  }

  returnCallIndirect(type: FuncType): this {
    return this.byte(SPECIAL.return_call_indirect).open({ type }).byte(0);
  }

  /** Ends the function. */
  finish(): FuncCode {
    this.end();
    const { name, type, locals, relocs, marks, most } = this;
    return { name, type, locals, bytes: this.bytes.slice(0, this.length), relocs, marks, most };
  }

  private frame(byte: number, type: BlockType): this {
    const loops = (this.frames.at(-1)?.loops ?? 0) + Number(byte === SPECIAL.loop);
    this.frames.push({ at: this.length, branches: 0, loops });
    this.most.loops = Math.max(this.most.loops, loops);
    return this.byte(byte).byte(type === 'none' ? NO_RESULT : VALUE_TYPES[type]);
  }

  private label(depth: number): this {
    const frame = this.frames.at(-1 - depth);
    if (frame !== undefined) this.most.branches = Math.max(this.most.branches, ++frame.branches);
    return this.unsigned(depth);
  }

  private open(to: CodeReloc['to']): this {
    this.relocs.push({ at: this.length, to });
    this.room(OPEN_BYTES);
    this.bytes.fill(0, this.length, (this.length += OPEN_BYTES));
    return this;
  }

  private room(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const larger = new Uint8Array(2 * this.bytes.length + bytes);
    larger.set(this.bytes);
    this.bytes = larger;
  }

  private byte(value: number): this {
    if (this.length === this.bytes.length) this.room(1);
    this.bytes[this.length++] = value;
    return this;
  }

  private unsigned(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** A number of at most 32 bits. */
  private signed(value: number): this {
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    return this.byte(rest & 0x7f);
  }

  private signedBig(value: bigint): this {
    let rest = value;
    while (rest < -64n || rest > 63n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    return this.byte(Number(rest & 0x7fn));
  }
}
