// One statement to one insn, in the forms that clang, llvm-objdump and the kernel's log print. Labels, maps and helper names stay
// references: link.ts resolves them once all of the text is known.
import {
  ALU,
  ATOMICS,
  GOTOS,
  JMP,
  MAX_REG,
  MOVSX,
  SIZES,
  SWAPS,
  WIDES,
  type AluName,
  type AtomicName,
  type GotoName,
  type JmpName,
  type MovsxName,
  type SizeName,
  type SwapName,
  type WideName,
} from '../isa/opcodes.ts';
import type { Field, OpName, Width } from '../isa/ops.ts';
import { refuse, type Place } from './errors.ts';
import { didYouMean } from './suggest.ts';
import { TokenCursor } from './token-cursor.ts';
import type { Statement, Token } from './tokens.ts';

/** A label to jump to; `field` takes the distance. */
export interface JumpRef extends Place {
  readonly kind: 'jump';
  readonly name: string;
  readonly field: 'off' | 'imm';
}
/** A function, a helper, or a map as such. */
export interface NameRef extends Place {
  readonly kind: 'call' | 'callsub' | 'func' | 'map';
  readonly name: string;
}
/** An address: `add` bytes into the value of a map, or (symbol) of whatever has the name. */
export interface AddressRef extends Place {
  readonly kind: 'mapval' | 'symbol';
  readonly name: string;
  readonly add: bigint;
}
/** What an insn names and does not know yet. */
export type Ref = JumpRef | NameRef | AddressRef;

/** An insn with its free fields; what `ref` will fill is missing from them. Or eight raw bytes. */
export interface Draft extends Place {
  readonly name: OpName | 'raw';
  readonly fields: Readonly<Partial<Record<Field, number>>>;
  readonly ref?: Ref;
  /** The slot of a `.quad`, little endian. */
  readonly raw?: bigint;
}

interface Reg {
  readonly number: number;
  readonly width: Width;
  readonly token: Token;
}

const ALU_BY_SIGN = new Map(Object.entries(ALU).map(([name, row]) => [row.sign as string, name as AluName]));
const JMP_BY_SIGN = new Map(Object.entries(JMP).map(([name, row]) => [row.sign as string, name as JmpName]));
const SIZE_BY_TYPE = new Map<string, { size: SizeName; signed: boolean }>();
for (const [name, row] of Object.entries(SIZES)) {
  SIZE_BY_TYPE.set(row.unsigned, { size: name as SizeName, signed: false });
  if (row.bytes < 8) SIZE_BY_TYPE.set(row.signed, { size: name as SizeName, signed: true });
}
const MOVSX_BY_CAST = new Map(
  Object.entries(MOVSX).map(([name, row]) => [row.cast as string, name as MovsxName]),
);
const LOCK_BY_SIGN = new Map<string, AtomicName>();
const FETCH_BY_CALL = new Map<string, AtomicName>();
for (const [name, row] of Object.entries(ATOMICS)) {
  if (row.form === 'lock') LOCK_BY_SIGN.set(row.sign, name as AtomicName);
  else if (row.form === 'fetch') FETCH_BY_CALL.set(row.call, name as AtomicName);
}
const WIDE_BY_SRC = new Map(
  Object.entries(WIDES).map(([name, row]) => [row.src as number, name as WideName]),
);
const SWAP = new RegExp(`^(${Object.keys(SWAPS).join('|')})(16|32|64)$`);
const FIRST_WORDS = ['if', 'call', 'callx', 'callsub', 'exit', 'lock', 'ld_pseudo', ...Object.keys(GOTOS)];
/** xchg and cmpxchg as clang (`xchg_64`, `cmpxchg32_32`) and the kernel (`atomic64_xchg`, `atomic_cmpxchg`) print them. */
const EXCHANGE = /^(?:(xchg|cmpxchg)(_64|32_32)|atomic(64)?_(xchg|cmpxchg))$/;
/** atomic_fetch_add of clang, atomic64_fetch_add of the kernel. */
const FETCH = /^atomic(?:64)?_fetch_(\w+)$/;

/** Parses the insn of a statement; the labels are the caller's. `constants` are the names that `.equ` defines. Throws AsmError. */
export function parseInsn(statement: Statement, constants: ReadonlyMap<string, bigint>): Draft {
  const cursor = new TokenCursor(statement, constants);
  const draft = new InsnParser(cursor, statement.opcode).parse();
  cursor.end();
  return { ...draft, line: statement.line, column: statement.column };
}

type Bare = Omit<Draft, 'line' | 'column'>;

class InsnParser {
  readonly cursor: TokenCursor;
  readonly opcode: number | undefined;

  constructor(cursor: TokenCursor, opcode: number | undefined) {
    this.cursor = cursor;
    this.opcode = opcode;
  }

  parse(): Bare {
    const { cursor } = this;
    const first = cursor.peek();
    if (first.text === '*') return this.store();
    const word = first.kind === 'word' ? first.text : '';
    if (this.isReg(first)) return this.assignment();
    cursor.next();
    switch (word) {
      case 'if':
        return this.jump();
      case 'goto':
      case 'gotol':
      case 'may_goto':
        return this.goto(word);
      case 'call':
        return this.call();
      case 'callsub':
        return { name: 'call_subprog', fields: {}, ref: this.name('callsub') };
      case 'callx':
        return { name: 'call_reg', fields: { dst: this.reg64().number } };
      case 'exit':
        return { name: 'exit', fields: {} };
      case 'lock':
        return this.lock();
      case 'ld_pseudo':
        return this.pseudo();
      default:
        return refuse(first, 'unknown-insn', [first.text], didYouMean(first.text, FIRST_WORDS));
    }
  }

  // if r1 s< 5 goto +3
  private jump(): Bare {
    const { cursor } = this;
    const dst = this.reg();
    const sign = cursor.next();
    const jmp = JMP_BY_SIGN.get(sign.text);
    if (jmp === undefined)
      return refuse(sign, 'expected', ['a comparison', sign.text], 'such as ==, !=, <, s<=, &');
    const value = this.operand(dst.width, dst.token);
    cursor.expect('goto');
    const target = this.target('off');
    const fields = { dst: dst.number, ...value.fields, ...target.fields };
    return { ...target, name: `${jmp}${dst.width}_${value.source}`, fields };
  }

  private goto(name: GotoName): Bare {
    return { name, ...this.target(GOTOS[name].distance) };
  }

  /** Where a jump goes: a label, or slots from the next insn as +3, -3, 3, pc+3; objdump's <symbol+0x8> after it is skipped. */
  private target(field: 'off' | 'imm'): Pick<Draft, 'fields' | 'ref'> {
    const { cursor } = this;
    const token = cursor.peek();
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

  // call 1 | call bpf_map_lookup_elem#1 | call label | call pc+7 | call kernel-function#123
  private call(): Bare {
    const { cursor } = this;
    const token = cursor.peek();
    if (token.text === 'pc' && /^[+-]$/.test(cursor.peek(1).text)) {
      cursor.next();
      return { name: 'call_subprog', fields: { imm: imm32(cursor.expression(), token) } };
    }
    if (token.text === 'kernel' && cursor.peek(1).text === '-') return this.kfunc();
    if (token.kind !== 'word' || cursor.isConstant(token)) {
      return { name: 'call_helper', fields: { imm: imm32(cursor.expression(), token) } };
    }
    return { name: 'call_helper', fields: {}, ref: this.name('call') };
  }

  // kernel-function#123, with @2 behind it for an entry of fd_array
  private kfunc(): Bare {
    const { cursor } = this;
    cursor.next();
    cursor.next();
    const token = cursor.next();
    const id = /^function#(-?\d+)$/.exec(token.text)?.[1];
    if (id === undefined) return refuse(token, 'expected', ['kernel-function#ID', token.text]);
    const place = cursor.peek();
    const off = cursor.accept('@') ? off16(cursor.expression(), place) : 0;
    return { name: 'call_kfunc', fields: { imm: imm32(BigInt(id), token), off } };
  }

  // lock *(u64 *)(r0 + 0) += r1
  private lock(): Bare {
    const { cursor } = this;
    cursor.expect('*');
    const { size, token } = this.castType();
    const width = atomicWidth(size, token);
    const memory = this.address();
    const sign = cursor.next();
    const atomic = LOCK_BY_SIGN.get(sign.text);
    if (atomic === undefined) {
      return refuse(sign, 'expected', ['+=, |=, &= or ^=', sign.text]);
    }
    const src = this.valueReg(width);
    return {
      name: `atomic_${atomic}${width}`,
      fields: { dst: memory.base, off: memory.off, src: src.number },
    };
  }

  // *(u64 *)(r10 - 8) = r1
  private store(): Bare {
    const { cursor } = this;
    cursor.expect('*');
    const { size, type, token } = this.castType();
    if (type.startsWith('s')) return refuse(token, 'bad-size', [type, 'u8, u16, u32 or u64']);
    const memory = this.address();
    cursor.expect('=');
    const fields = { dst: memory.base, off: memory.off };
    const unsigned = SIZES[size].unsigned;
    if (this.isReg(cursor.peek())) {
      return {
        name: `stx_${unsigned}`,
        fields: { ...fields, src: this.valueReg(size === 'dw' ? 64 : 32).number },
      };
    }
    return { name: `st_${unsigned}`, fields: { ...fields, imm: this.imm() } };
  }

  // everything that begins with a register
  private assignment(): Bare {
    const { cursor } = this;
    const dst = this.reg();
    const sign = cursor.next();
    const alu = ALU_BY_SIGN.get(sign.text);
    if (alu === undefined)
      return refuse(sign, 'unknown-operator', [sign.text], didYouMean(sign.text, ALU_BY_SIGN.keys()));
    if (alu === 'mov') return this.move(dst);
    const value = this.operand(dst.width, dst.token);
    return { name: `${alu}${dst.width}_${value.source}`, fields: { dst: dst.number, ...value.fields } };
  }

  /** The right side of `=`. */
  private move(dst: Reg): Bare {
    const { cursor } = this;
    const token = cursor.peek();
    const after = cursor.peek(1);
    if (token.text === '-' && this.isReg(after)) return this.negation(dst);
    if (token.text === '(' && MOVSX_BY_CAST.has(after.text)) return this.signExtension(dst);
    if (token.text === '*') return this.load(dst);
    const swap = SWAP.exec(token.text);
    if (swap !== null) return this.swap(dst, `${swap[1] as SwapName}${swap[2] as '16' | '32' | '64'}`);
    const fetch = FETCH.exec(token.text);
    if (fetch !== null && after.text === '(') return this.fetch(dst, fetch[1]!);
    const exchange = EXCHANGE.exec(token.text);
    if (exchange !== null && after.text === '(') return this.exchange(dst, exchange);
    if (this.isReg(token)) {
      const src = this.sameWidth(this.reg(), dst);
      return { name: `mov${dst.width}_reg`, fields: { dst: dst.number, src: src.number } };
    }
    return this.constant(dst);
  }

  private negation(dst: Reg): Bare {
    this.cursor.next();
    this.inPlace(this.reg(), dst, 'a register is negated in place');
    return { name: `neg${dst.width}`, fields: { dst: dst.number } };
  }

  // r1 = (s8)r2
  private signExtension(dst: Reg): Bare {
    const { cursor } = this;
    cursor.next();
    const cast = cursor.next();
    const movsx = MOVSX_BY_CAST.get(cast.text)!;
    if (movsx === 'movsx32' && dst.width === 32)
      return refuse(cast, 'bad-size', ['s32', 's8 or s16 for a w register']);
    cursor.expect(')');
    const src = this.sameWidth(this.reg(), dst);
    const name = `${movsx}_${dst.width}` as OpName; // s32 of a w register is refused above
    return { name, fields: { dst: dst.number, src: src.number } };
  }

  // r1 = be16 r1
  private swap(dst: Reg, name: OpName): Bare {
    this.cursor.next();
    if (dst.width === 32)
      return refuse(dst.token, 'needs-register', ['a byte swap works on an r register', dst.token.text]);
    this.inPlace(this.reg(), dst, 'bytes are swapped in place');
    return { name, fields: { dst: dst.number } };
  }

  // r1 = *(u64 *)(r2 + 0) | r0 = *(u16 *)skb[12]
  private load(dst: Reg): Bare {
    const { cursor } = this;
    cursor.next();
    const { size, signed, type, token } = this.castType();
    if (cursor.peek().text === 'skb') return this.packet(dst, size, type, token);
    if (dst.width === 32 && (signed || size === 'dw')) {
      return refuse(token, 'bad-size', [type, 'u8, u16 or u32 for a w register']);
    }
    const { base, off } = this.address();
    const name = `ldx_${signed ? SIZES[size].signed : SIZES[size].unsigned}` as OpName; // castType has no s64
    return { name, fields: { dst: dst.number, src: base, off } };
  }

  // skb[12] | skb[r6] | skb[r6 + 4]
  private packet(dst: Reg, size: SizeName, type: string, token: Token): Bare {
    const { cursor } = this;
    if (size === 'dw' || type.startsWith('s')) return refuse(token, 'bad-size', [type, 'u8, u16 or u32']);
    if (dst.number !== 0 || dst.width !== 64) {
      return refuse(dst.token, 'needs-register', ['a packet load always goes to r0', dst.token.text]);
    }
    const unsigned = SIZES[size].unsigned;
    cursor.next();
    cursor.expect('[');
    const indirect = this.isReg(cursor.peek());
    const src = indirect ? this.reg64().number : 0;
    const imm = indirect && cursor.peek().text === ']' ? 0 : this.imm();
    cursor.expect(']');
    return indirect
      ? { name: `ld_ind_${unsigned}`, fields: { src, imm } }
      : { name: `ld_abs_${unsigned}`, fields: { imm } };
  }

  // r1 = atomic_fetch_add((u64 *)(r2 + 0), r1)
  private fetch(dst: Reg, call: string): Bare {
    const { cursor } = this;
    const token = cursor.next();
    const atomic = FETCH_BY_CALL.get(call);
    if (atomic === undefined) {
      const names = [...FETCH_BY_CALL.keys()].map((name) => `atomic_fetch_${name}`);
      return refuse(token, 'unknown-insn', [token.text], didYouMean(token.text, names));
    }
    cursor.expect('(');
    const { size, token: type } = this.castType();
    const width = atomicWidth(size, type);
    const memory = this.address();
    cursor.expect(',');
    this.inPlace(this.valueReg(width), dst, 'the old value replaces the operand');
    cursor.expect(')');
    return {
      name: `atomic_${atomic}${width}`,
      fields: { dst: memory.base, off: memory.off, src: dst.number },
    };
  }

  // r1 = xchg_64(r2 + 0, r1) | r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)
  private exchange(dst: Reg, form: RegExpExecArray): Bare {
    const { cursor } = this;
    const token = cursor.next();
    const atomic = (form[1] ?? form[4]) as 'xchg' | 'cmpxchg';
    cursor.expect('(');
    let width: Width = form[2] === '_64' ? 64 : 32;
    if (form[2] === undefined) {
      const { size, token: type } = this.castType();
      width = atomicWidth(size, type);
    }
    const memory = form[2] === undefined ? this.address() : this.baseOff();
    cursor.expect(',');
    if (atomic === 'cmpxchg') {
      const old = this.valueReg(width);
      if (old.number !== 0 || dst.number !== 0) {
        return refuse(token, 'needs-register', [
          'cmpxchg compares with r0 and leaves the old value there',
          old.token.text,
        ]);
      }
      cursor.expect(',');
    }
    const src = this.valueReg(width);
    if (atomic === 'xchg') this.inPlace(src, dst, 'the old value replaces the operand');
    cursor.expect(')');
    return {
      name: `atomic_${atomic}${width}`,
      fields: { dst: memory.base, off: memory.off, src: src.number },
    };
  }

  // r1 = 5 | r1 = 5 ll | r1 = "text" ll | r1 = map[progs] ll | r1 = mapval[counts]+8 ll | r1 = func label ll | r1 = name+8 ll
  private constant(dst: Reg): Bare {
    const { cursor } = this;
    const token = cursor.peek();
    const bracketed = cursor.peek(1).text === '[';
    if ((token.text === 'map' || token.text === 'mapval') && bracketed) return this.mapRef(dst, token.text);
    if (token.text === 'func' && cursor.peek(1).kind === 'word' && cursor.peek(1).text !== 'll') {
      cursor.next();
      const ref = this.name('func');
      this.ll(dst);
      return { name: 'ld_func', fields: { dst: dst.number }, ref };
    }
    if (token.kind === 'word' && !cursor.isConstant(token)) return this.symbol(dst);
    if (!this.isWide()) return { name: `mov${dst.width}_imm`, fields: { dst: dst.number, imm: this.imm() } };
    const value = token.kind === 'string' ? this.text(8) : cursor.expression();
    const fields = { dst: dst.number, ...imm64(value, token) };
    if (this.opcode === undefined || cursor.peek().text === 'll') this.ll(dst);
    return { name: 'ld_imm64', fields };
  }

  private mapRef(dst: Reg, kind: 'map' | 'mapval'): Bare {
    const { cursor } = this;
    cursor.next();
    cursor.expect('[');
    const { name, line, column } = this.name('map');
    cursor.expect(']');
    const add = kind === 'mapval' ? this.optionalAdd() : 0n;
    this.ll(dst);
    const fields = { dst: dst.number };
    if (kind === 'map') return { name: 'ld_map_fd', fields, ref: { kind, name, line, column } };
    return { name: 'ld_map_value', fields, ref: { kind, name, add, line, column } };
  }

  private symbol(dst: Reg): Bare {
    const ref = this.name('symbol');
    const add = this.optionalAdd();
    if (this.cursor.peek().text !== 'll') {
      return refuse(
        ref,
        'unknown-symbol',
        [ref.name],
        'an address is loaded with ll at the end; a constant is defined by .equ',
      );
    }
    this.ll(dst);
    return { name: 'ld_imm64', fields: { dst: dst.number }, ref: { ...ref, kind: 'symbol', add } };
  }

  // ld_pseudo r1, 2, 0x800000005: the form of clang for a wide insn with src
  private pseudo(): Bare {
    const { cursor } = this;
    const dst = this.reg64();
    cursor.expect(',');
    const place = cursor.peek();
    const src = cursor.expression();
    const wide = WIDE_BY_SRC.get(Number(src));
    if (wide === undefined)
      return refuse(place, 'key-range', ['src of a wide insn', src, 0, WIDE_BY_SRC.size - 1]);
    cursor.expect(',');
    const value = cursor.peek();
    const { imm, hi } = imm64(cursor.expression(), value);
    const used = WIDES[wide].hi ? { imm, hi } : { imm };
    if (!WIDES[wide].hi && hi !== 0)
      return refuse(value, 'imm-range', [(BigInt(hi) << 32n) | BigInt(imm >>> 0)]);
    return { name: `ld_${wide}`, fields: { dst: dst.number, ...used } };
  }

  private optionalAdd(): bigint {
    const { cursor } = this;
    return /^[+-]$/.test(cursor.peek().text) ? cursor.expression() : 0n;
  }

  private ll(dst: Reg): void {
    this.cursor.expect('ll');
    if (dst.width === 32)
      refuse(dst.token, 'needs-register', ['a 64-bit immediate goes to an r register', dst.token.text]);
  }

  private isWide(): boolean {
    return this.opcode === undefined ? this.cursor.last().text === 'll' : this.opcode === 0x18;
  }

  private imm(): number {
    const place = this.cursor.peek();
    if (place.kind === 'string') return imm32(this.text(4), place);
    return imm32(this.cursor.expression(), place);
  }

  /** A string constant as a little-endian number, zero-padded. */
  private text(limit: number): bigint {
    const token = this.cursor.next();
    const { bytes } = token;
    if (bytes.length > limit) refuse(token, 'string-length', [bytes.length, limit]);
    return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  private operand(
    width: Width,
    dst: Token,
  ): { source: 'imm' | 'reg'; fields: { imm?: number; src?: number } } {
    if (!this.isReg(this.cursor.peek())) return { source: 'imm', fields: { imm: this.imm() } };
    const src = this.reg();
    if (src.width !== width) refuse(src.token, 'register-width', [dst.text, src.token.text]);
    return { source: 'reg', fields: { src: src.number } };
  }

  // (u64 *)
  private castType(): { size: SizeName; signed: boolean; type: string; token: Token } {
    const { cursor } = this;
    cursor.expect('(');
    const token = cursor.next();
    const row = SIZE_BY_TYPE.get(token.text);
    if (row === undefined)
      return refuse(token, 'bad-size', [token.text, [...SIZE_BY_TYPE.keys()].join(', ')]);
    cursor.expect('*');
    cursor.expect(')');
    return { ...row, type: token.text, token };
  }

  // (r10 - 8)
  private address(): { base: number; off: number } {
    this.cursor.expect('(');
    const address = this.baseOff();
    this.cursor.expect(')');
    return address;
  }

  private baseOff(): { base: number; off: number } {
    const base = this.reg64();
    const place = this.cursor.peek();
    return { base: base.number, off: off16(this.optionalAdd(), place) };
  }

  private isReg(token: Token): boolean {
    return token.kind === 'word' && /^[rw]\d+$/.test(token.text);
  }

  private reg(): Reg {
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

  private reg64(): Reg {
    const reg = this.reg();
    if (reg.width === 32)
      refuse(reg.token, 'needs-register', ['an address is in an r register', reg.token.text]);
    return reg;
  }

  /** Value of an access that is `width` bits wide: clang names w registers there, the kernel r registers. */
  private valueReg(width: Width): Reg {
    const reg = this.reg();
    if (width === 64 && reg.width === 32) {
      refuse(reg.token, 'needs-register', ['a 64-bit access takes an r register', reg.token.text]);
    }
    return reg;
  }

  private sameWidth(src: Reg, dst: Reg): Reg {
    if (src.width !== dst.width) refuse(src.token, 'register-width', [dst.token.text, src.token.text]);
    return src;
  }

  private inPlace(src: Reg, dst: Reg, rule: string): void {
    if (src.number !== dst.number)
      refuse(src.token, 'needs-register', [`${rule}: ${dst.token.text} on both sides`, src.token.text]);
  }

  private name<K extends 'call' | 'callsub' | 'func' | 'map' | 'symbol'>(
    kind: K,
  ): Place & { kind: K; name: string } {
    const token = this.cursor.next();
    if (token.kind !== 'word' && token.kind !== 'near')
      return refuse(token, 'expected', ['a name', token.text]);
    return { kind, name: token.text, line: token.line, column: token.column };
  }
}

function atomicWidth(size: SizeName, token: Token): Width {
  if (size === 'dw' && token.text === 'u64') return 64;
  if (size === 'w' && token.text === 'u32') return 32;
  return refuse(token, 'bad-size', [token.text, 'u32 or u64']);
}

function imm32(value: bigint, place: Place): number {
  if (value < -(2n ** 31n) || value >= 2n ** 32n) return refuse(place, 'imm-range', [value]);
  return Number(BigInt.asIntN(32, value));
}

function imm64(value: bigint, place: Place): { imm: number; hi: number } {
  if (value < -(2n ** 63n) || value >= 2n ** 64n) return refuse(place, 'imm64-range', [value]);
  return { imm: Number(BigInt.asIntN(32, value)), hi: Number(BigInt.asIntN(32, value >> 32n)) };
}

function off16(value: bigint, place: Place): number {
  if (value < -32768n || value > 32767n) return refuse(place, 'off-range', [value]);
  return Number(value);
}
