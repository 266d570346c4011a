// Bytes to text, in the words of clang (as llvm-objdump -d --no-print-imm-hex prints them) or of the kernel's log.
//
// Both can be assembled again to the same bytes, the kernel's as the lines that `logLine` makes. What is no insn is printed as `.quad` with
// its eight bytes. Where clang's text does not say all, the kernel's form stands in: `call pc+7` for a subprogram,
// `call bpf_rcu_read_lock#1`, or `call kernel-function#12` without a name, for a kfunc.
import { kfuncName } from '../helpers/kfuncs.ts';
import { helperName } from '../helpers/table.ts';
import { decodeInsn, readSlot, wideImm, type Insn } from '../isa/insn.ts';
import {
  ALU,
  ATOMICS,
  GOTOS,
  JMP,
  MAX_REG,
  MOVSX,
  SIZES,
  SLOT_BYTES,
  WIDES,
  type SizeName,
} from '../isa/opcodes.ts';
import { opsOf, type Op } from '../isa/ops.ts';
import type { MapReloc } from '../object.ts';

/** `clang`: `r1 = *(u64 *)(r2 + 8)`; `kernel`: `r1 = *(u64 *)(r2 +8)`. */
export type Dialect = 'clang' | 'kernel';

export interface DisassembleOptions {
  /** Default `clang`. */
  readonly dialect?: Dialect;
  /** Names the maps: `r1 = map[progs] ll`. */
  readonly relocs?: readonly MapReloc[];
  /** Prints as the kernel's log does what no text can tell: what is no insn as the operation that it is nearest to, kernel function 0 without a name. Default false. */
  readonly asLogged?: boolean;
  /** Prints `call bpf_tail_call#12` in clang's dialect too, where objdump has `call 12`. Default false. */
  readonly helperNames?: boolean;
}

/** One insn as text. */
export interface DisassembledLine {
  readonly pc: number;
  readonly text: string;
  /** Undefined where the bytes are no insn, or name a register above r10. */
  readonly insn: Insn | undefined;
  /** Slots taken, 1 or 2. */
  readonly slots: 1 | 2;
}

/** Disassembles a whole program; bytes after the last whole slot are left out. Never throws. */
export function disassemble(insns: Uint8Array, options: DisassembleOptions = {}): DisassembledLine[] {
  const lines: DisassembledLine[] = [];
  const relocs = new Map(options.relocs?.map((reloc) => [reloc.pc, reloc]));
  const count = Math.floor(insns.length / SLOT_BYTES);
  for (let pc = 0; pc < count;) {
    const insn = textualInsn(insns, pc) ?? (options.asLogged === true ? nearestInsn(insns, pc) : undefined);
    const text = insn === undefined ? rawText(insns, pc) : printInsn(insn, options, relocs.get(pc));
    const slots = insn?.op.slots ?? 1;
    lines.push({ pc, text, insn, slots });
    pc += slots;
  }
  return lines;
}

/** A line as in the kernel's log: `3: (b7) r0 = 0`. Of a wide insn only the opcode there tells that it is one. */
export function logLine({ pc, text, insn }: DisassembledLine): string {
  const opcode = insn === undefined ? '' : `(${insn.op.opcode.toString(16).padStart(2, '0')}) `;
  return `${pc}: ${opcode}${text}`;
}

/** Text of one insn, without its pc. `reloc` names the map of a wide insn. */
function printInsn(insn: Insn, options: DisassembleOptions = {}, reloc?: MapReloc): string {
  return new Printer(insn, options, reloc).print();
}

/** The insn at `pc` if there is text for it: the assembler knows no registers above r10, and leaves 0 what no insn reads. */
function textualInsn(insns: Uint8Array, pc: number): Insn | undefined {
  const insn = decodeInsn(insns, pc);
  if (insn === undefined || insn.dst > MAX_REG || insn.src > MAX_REG) return undefined;
  return insn.op.unread.includes('off') && insn.off !== 0 ? undefined : insn;
}

/** The operation of the opcode with which most of the fields agree that tell operations apart. One slot: a wide insn that is cut has no text. */
function nearestInsn(insns: Uint8Array, pc: number): Insn | undefined {
  const slot = readSlot(insns, pc);
  let nearest: Op | undefined;
  let most = -1;
  for (const op of opsOf(slot.opcode)) {
    const { src, off, imm } = op.fixed;
    const agreeing = Number(src === slot.src) + Number(off === slot.off) + Number(imm === slot.imm);
    if (op.slots > 1 || agreeing <= most) continue;
    nearest = op;
    most = agreeing;
  }
  const isAtomic = nearest?.kind === 'atomic' || nearest?.kind === 'acquire' || nearest?.kind === 'release';
  if (nearest === undefined || (isAtomic && nearest.fixed.imm !== slot.imm)) return undefined;
  return { op: nearest, dst: slot.dst, src: slot.src, off: slot.off, imm: slot.imm, hi: 0 };
}

function rawText(insns: Uint8Array, pc: number): string {
  const { opcode, dst, src, off, imm } = readSlot(insns, pc);
  const low = BigInt((off & 0xffff) * 2 ** 16 + (src << 12) + (dst << 8) + opcode);
  return `.quad 0x${((BigInt(imm >>> 0) << 32n) | low).toString(16).padStart(16, '0')}`;
}

class Printer {
  private readonly insn: Insn;
  private readonly options: DisassembleOptions;
  private readonly reloc: MapReloc | undefined;
  private readonly kernel: boolean;

  constructor(insn: Insn, options: DisassembleOptions, reloc: MapReloc | undefined) {
    this.insn = insn;
    this.options = options;
    this.reloc = reloc;
    this.kernel = options.dialect === 'kernel';
  }

  print(): string {
    const { op, dst, src, imm } = this.insn;
    switch (op.kind) {
      case 'alu': {
        const value = op.source === 'imm' ? String(imm) : reg(op.width, src);
        return `${reg(op.width, dst)} ${ALU[op.alu].sign} ${value}`;
      }
      case 'neg':
        return `${reg(op.width, dst)} = -${reg(op.width, dst)}`;
      case 'movsx':
        return `${reg(op.width, dst)} = (${MOVSX[op.movsx].cast})${reg(op.width, src)}`;
      case 'cast':
        return `r${dst} = addr_space_cast(r${src}, ${imm >>> 16}, ${imm & 0xffff})`;
      case 'swap':
        return `r${dst} = ${op.swap}${op.bits} r${dst}`;
      case 'load': {
        const { signed, unsigned, bytes } = SIZES[op.size];
        if (op.signed) return `r${dst} = *(${signed} *)(${this.address(src)})`;
        return `${this.small(bytes < 8, dst)} = *(${unsigned} *)(${this.address(src)})`;
      }
      case 'store': {
        const { unsigned, bytes } = SIZES[op.size];
        const value = op.source === 'imm' ? String(imm) : this.small(bytes < 8, src);
        return `*(${unsigned} *)(${this.address(dst)}) = ${value}`;
      }
      case 'atomic':
        return this.atomic(op.atomic, op.width);
      case 'acquire':
        return `${this.small(op.size !== 'dw', dst)} = load_acquire(${this.pointer(op.size, src)})`;
      case 'release':
        return `store_release(${this.pointer(op.size, dst)}, ${this.small(op.size !== 'dw', src)})`;
      case 'wide':
        return this.wide(op.wide);
      case 'packet': {
        const index = op.mode === 'abs' ? String(imm) : this.packetIndex();
        return `r0 = *(${SIZES[op.size].unsigned} *)skb[${index}]`;
      }
      case 'jump':
        return `if ${reg(op.width, dst)} ${JMP[op.jmp].sign} ${this.compared(op.source, op.width)} goto ${this.target(this.insn.off)}`;
      case 'goto':
        if (GOTOS[op.goto].to === 'dst') return `${op.goto} r${dst}`;
        return `${op.goto} ${this.target(GOTOS[op.goto].to === 'imm' ? imm : this.insn.off)}`;
      case 'call':
        return this.call(op.call);
      case 'exit':
        return 'exit';
      default:
        return op satisfies never;
    }
  }

  private compared(source: 'imm' | 'reg', width: 32 | 64): string {
    const { src, imm } = this.insn;
    if (source === 'reg') return reg(width, src);
    return this.kernel ? `0x${(imm >>> 0).toString(16)}` : String(imm);
  }

  /** clang names the w register where only half of a register goes to or comes from memory. */
  private small(half: boolean, number: number): string {
    return half && !this.kernel ? `w${number}` : `r${number}`;
  }

  // r10 - 8 | r10 -8
  private address(base: number): string {
    const { off } = this.insn;
    const sign = off < 0 ? '-' : '+';
    return `r${base} ${sign}${this.kernel ? '' : ' '}${Math.abs(off)}`;
  }

  // (u64 *)(r10 - 8)
  private pointer(size: SizeName, base: number): string {
    return `(${SIZES[size].unsigned} *)(${this.address(base)})`;
  }

  // r6 | r6 + 4; objdump has no form for an imm there and shows the register alone
  private packetIndex(): string {
    const { src, imm } = this.insn;
    return imm === 0 && !this.kernel ? `r${src}` : `r${src} + ${imm}`;
  }

  private target(slots: number): string {
    const signed = slots < 0 ? String(slots) : `+${slots}`;
    return this.kernel ? `pc${signed}` : signed;
  }

  private atomic(name: keyof typeof ATOMICS, width: 32 | 64): string {
    const { dst, src } = this.insn;
    const row = ATOMICS[name];
    const half = width === 32;
    const memory = this.address(dst);
    const pointer = this.pointer(half ? 'w' : 'dw', dst);
    const value = this.small(half, src);
    const kernelName = half ? 'atomic_' : 'atomic64_';
    switch (row.form) {
      case 'lock':
        return `lock *${pointer} ${row.sign} ${value}`;
      case 'fetch':
        return `${value} = ${this.kernel ? kernelName : 'atomic_'}fetch_${row.call}(${pointer}, ${value})`;
      case 'xchg':
        if (this.kernel) return `${value} = ${kernelName}xchg(${pointer}, ${value})`;
        return `${value} = xchg${half ? '32_32' : '_64'}(${memory}, ${value})`;
      case 'cmpxchg': {
        const old = this.small(half, 0);
        if (this.kernel) return `${old} = ${kernelName}cmpxchg(${pointer}, ${old}, ${value})`;
        return `${old} = cmpxchg${half ? '32_32' : '_64'}(${memory}, ${old}, ${value})`;
      }
      default:
        return row satisfies never;
    }
  }

  private wide(name: keyof typeof WIDES): string {
    const { dst } = this.insn;
    const value = wideImm(this.insn);
    const end = this.kernel ? '' : ' ll';
    if (this.reloc !== undefined) {
      const { map, valueOff } = this.reloc;
      return `r${dst} = ${valueOff === undefined ? `map[${map}]` : `mapval[${map}]${plus(valueOff)}`}${end}`;
    }
    if (name !== 'imm64') return `ld_pseudo r${dst}, ${WIDES[name].src}, ${value}`;
    return `r${dst} = ${this.kernel ? `0x${BigInt.asUintN(64, value).toString(16)}` : value}${end}`;
  }

  private call(name: 'helper' | 'subprog' | 'kfunc' | 'reg'): string {
    const { dst, off, imm } = this.insn;
    switch (name) {
      case 'reg':
        return `callx r${dst}`;
      case 'subprog':
        return `call pc${imm < 0 ? imm : `+${imm}`}`;
      case 'kfunc': {
        const known = off === 0 ? kfuncName(imm) : undefined;
        if (known !== undefined) return `call ${known}#${imm}`;
        if (imm === 0 && this.options.asLogged === true) return 'call #0';
        return `call kernel-function#${imm}${off === 0 ? '' : `@${off}`}`;
      }
      case 'helper': {
        if (!this.kernel && this.options.helperNames !== true) return `call ${imm}`;
        const known = helperName(imm);
        return `call ${known === undefined ? 'unknown' : `bpf_${known}`}#${imm}`;
      }
      default:
        return name satisfies never;
    }
  }
}

function reg(width: 32 | 64, number: number): string {
  return `${width === 64 ? 'r' : 'w'}${number}`;
}

function plus(offset: number): string {
  return offset === 0 ? '' : offset < 0 ? `-${-offset}` : `+${offset}`;
}
