// The parts that insns are made of: registers, memory operands, constants, targets, names.
import { MAX_REG, SIZES, type SizeName } from '../isa/opcodes.ts';
import { OPS, type Width } from '../isa/ops.ts';
import type { Draft, NameRef, Reg } from './draft.ts';
import { refuse, type Place } from './errors.ts';
import { didYouMean } from './suggest.ts';
import { TokenCursor } from './token-cursor.ts';
import type { Statement, Token } from './tokens.ts';

const SIZE_BY_TYPE = new Map<string, { size: SizeName; signed: boolean }>();
for (const [name, row] of Object.entries(SIZES)) {
  SIZE_BY_TYPE.set(row.unsigned, { size: name as SizeName, signed: false });
  if (row.bytes < 8) SIZE_BY_TYPE.set(row.signed, { size: name as SizeName, signed: true });
}

/** Reads operands from a statement; each method takes its tokens or throws AsmError. */
export class OperandReader {
  readonly cursor: TokenCursor;
  private readonly opcode: number | undefined;

  constructor(statement: Statement, constants: ReadonlyMap<string, bigint>) {
    this.cursor = new TokenCursor(statement, constants);
    this.opcode = statement.opcode;
  }

  /** True for what looks like a register, r99 too. */
  isReg(token: Token): boolean {
    return token.kind === 'word' && /^[rw]\d+$/.test(token.text);
  }

  /** Any register. */
  reg(): Reg {
    const token = this.cursor.next();
    const match = /^([rw])(\d+)$/.exec(token.text);
    if (match === null) {
      const hint = /^fp$/i.test(token.text)
        ? 'the frame pointer is r10'
        : didYouMean(token.text, ['r0', 'r1', 'r10']);
      return refuse(token, 'expected', ['a register', token.text], hint);
    }
    const number = Number(match[2]);
    if (number > MAX_REG || match[2] !== String(number)) return refuse(token, 'bad-register', [token.text]);
    return { number, width: match[1] === 'r' ? 64 : 32, token };
  }

  /** An r register, for an address. */
  reg64(): Reg {
    const reg = this.reg();
    if (reg.width === 32) {
      refuse(reg.token, 'needs-register', ['an address is in an r register', reg.token.text]);
    }
    return reg;
  }

  /** Value of an access that is `width` bits wide: clang names w registers there, the kernel r registers. */
  valueReg(width: Width): Reg {
    const reg = this.reg();
    if (width === 64 && reg.width === 32) {
      refuse(reg.token, 'needs-register', ['a 64-bit access takes an r register', reg.token.text]);
    }
    return reg;
  }

  /** Gives `src` back when it is as wide as `dst`. */
  sameWidth(src: Reg, dst: Reg): Reg {
    if (src.width !== dst.width) refuse(src.token, 'register-width', [dst.token.text, src.token.text]);
    return src;
  }

  /** Demands one register on both sides; `rule` says why. */
  inPlace(src: Reg, dst: Reg, rule: string): void {
    if (src.number !== dst.number) {
      refuse(src.token, 'needs-register', [`${rule}: ${dst.token.text} on both sides`, src.token.text]);
    }
  }

  /** The second operand of arithmetic and comparisons. */
  operand(width: Width, dst: Token): { source: 'imm' | 'reg'; fields: { imm?: number; src?: number } } {
    if (!this.isReg(this.cursor.peek())) return { source: 'imm', fields: { imm: this.imm() } };
    const src = this.reg();
    if (src.width !== width) refuse(src.token, 'register-width', [dst.text, src.token.text]);
    return { source: 'reg', fields: { src: src.number } };
  }

  /** A 32-bit immediate: an expression, or a string of up to 4 bytes. */
  imm(): number {
    const place = this.cursor.peek();
    if (place.kind === 'string') return imm32(this.text(4), place);
    return imm32(this.cursor.expression(), place);
  }

  /** A string constant as a little-endian number, zero-padded. */
  text(limit: number): bigint {
    const token = this.cursor.next();
    const { bytes } = token;
    if (bytes.length > limit) refuse(token, 'string-length', [bytes.length, limit]);
    return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  /** `(u64 *)`. There is no s64. */
  castType(): { size: SizeName; signed: boolean; type: string; token: Token } {
    const { cursor } = this;
    cursor.expect('(');
    const token = cursor.next();
    const row = SIZE_BY_TYPE.get(token.text);
    if (row === undefined) {
      return refuse(token, 'bad-size', [token.text, [...SIZE_BY_TYPE.keys()].join(', ')]);
    }
    cursor.expect('*');
    cursor.expect(')');
    return { ...row, type: token.text, token };
  }

  /** `(r10 - 8)`. */
  address(): { base: number; off: number } {
    this.cursor.expect('(');
    const address = this.baseOff();
    this.cursor.expect(')');
    return address;
  }

  /** `r10 - 8`. */
  baseOff(): { base: number; off: number } {
    const base = this.reg64();
    const place = this.cursor.peek();
    return { base: base.number, off: off16(this.optionalAdd(), place) };
  }

  /** An offset with its sign; 0 where there is none. */
  optionalAdd(): bigint {
    const { cursor } = this;
    return /^[+-]$/.test(cursor.peek().text) ? cursor.expression() : 0n;
  }

  /** Where a jump goes: a label, or slots from the next insn as +3, -3, 3, pc+3; objdump's <symbol+0x8> after it is skipped. */
  target(field: 'off' | 'imm'): Pick<Draft, 'fields' | 'ref'> {
    const { cursor } = this;
    const token = cursor.peek();
    if (cursor.done) refuse(token, 'expected', ['a label or a distance', token.text]);
    const relative = token.text === 'pc' && /^[+-]$/.test(cursor.peek(1).text);
    if (relative) cursor.next();
    if (!relative && (token.kind === 'near' || (token.kind === 'word' && !cursor.isConstant(token)))) {
      cursor.next();
      return {
        fields: {},
        ref: { kind: 'jump', field, name: token.text, line: token.line, column: token.column },
      };
    }
    const place = cursor.peek();
    const slots = cursor.expression();
    if (cursor.peek().text === '<') cursor.skipAll();
    return { fields: { [field]: field === 'off' ? off16(slots, place) : imm32(slots, place) } };
  }

  /** A name, to be resolved later. */
  name<K extends NameRef['kind'] | 'symbol'>(kind: K): Place & { kind: K; name: string } {
    const token = this.cursor.next();
    if (token.kind !== 'word' && token.kind !== 'near') {
      return refuse(token, 'expected', ['a name', token.text]);
    }
    return { kind, name: token.text, line: token.line, column: token.column };
  }

  /** The `ll` that ends a wide insn; lines of the kernel's log do without. */
  ll(dst: Reg): void {
    if (this.opcode === undefined || this.cursor.peek().text === 'll') this.cursor.expect('ll');
    if (dst.width === 32) {
      refuse(dst.token, 'needs-register', ['a 64-bit immediate goes to an r register', dst.token.text]);
    }
  }

  /** True when the statement is a wide insn: it says so at its end, or by the opcode of a log line. */
  isWide(): boolean {
    return this.opcode === undefined ? this.cursor.last().text === 'll' : this.opcode === OPS.ld_imm64.opcode;
  }
}

/** Width of an atomic access; refuses what is not u32 or u64. */
export function atomicWidth(size: SizeName, token: Token): Width {
  if (size === 'dw' && token.text === 'u64') return 64;
  if (size === 'w' && token.text === 'u32') return 32;
  return refuse(token, 'bad-size', [token.text, 'u32 or u64']);
}

/** A number as a signed 32-bit field; -2^31 to 2^32-1 is taken. */
export function imm32(value: bigint, place: Place): number {
  if (value < -(2n ** 31n) || value >= 2n ** 32n) return refuse(place, 'imm-range', [value]);
  return Number(BigInt.asIntN(32, value));
}

/** A number as the two halves of a wide insn; -2^63 to 2^64-1 is taken. */
export function imm64(value: bigint, place: Place): { imm: number; hi: number } {
  if (value < -(2n ** 63n) || value >= 2n ** 64n) return refuse(place, 'imm64-range', [value]);
  return { imm: Number(BigInt.asIntN(32, value)), hi: Number(BigInt.asIntN(32, value >> 32n)) };
}

/** A number as a signed 16-bit field. */
export function off16(value: bigint, place: Place): number {
  if (value < -32768n || value > 32767n) return refuse(place, 'off-range', [value]);
  return Number(value);
}
