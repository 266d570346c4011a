// The right side of `register =`: constants, registers, casts, byte swaps, loads, addresses.
import { MOVSX, SIZES, SWAPS, type MovsxName, type SizeName, type SwapName } from '../isa/opcodes.ts';
import type { OpName } from '../isa/ops.ts';
import type { Bare, Reg } from './draft.ts';
import { refuse } from './errors.ts';
import { imm64, type OperandReader } from './operands.ts';
import { ATOMIC_WORDS, isAtomicWord, parseAtomicMove } from './parse-atomic.ts';
import { didYouMean, symbolHint } from './suggest.ts';
import type { Token } from './tokens.ts';

const MOVSX_BY_CAST = new Map(
  Object.entries(MOVSX).map(([name, row]) => [row.cast as string, name as MovsxName]),
);
/** Words in front of a parenthesis. */
const CALL_WORDS = [...ATOMIC_WORDS, 'addr_space_cast'];
const SWAP = new RegExp(`^(${Object.keys(SWAPS).join('|')})(16|32|64)$`);
const SYMBOL_HINT = 'an address is loaded with ll at the end; a constant is defined by .equ';

/** Reads what stands behind `dst =`. */
export function parseMove(read: OperandReader, dst: Reg): Bare {
  const { cursor } = read;
  const token = cursor.peek();
  const after = cursor.peek(1);
  if (token.text === '-' && read.isReg(after)) return negation(read, dst);
  if (token.text === '(' && MOVSX_BY_CAST.has(after.text)) return signExtension(read, dst);
  if (token.text === '*') return load(read, dst);
  const swap = SWAP.exec(token.text);
  if (swap !== null) return byteSwap(read, dst, `${swap[1] as SwapName}${swap[2] as '16' | '32' | '64'}`);
  if (after.text === '(' && isAtomicWord(token.text)) return parseAtomicMove(read, dst);
  if (token.text === 'addr_space_cast' && after.text === '(') return addrSpaceCast(read, dst);
  if (after.text === '(' && token.kind === 'word') {
    refuse(token, 'unknown-insn', [token.text], didYouMean(token.text, CALL_WORDS));
  }
  if (read.isReg(token)) return copy(read, dst);
  return constant(read, dst);
}

// r1 = r2 | w1 = w2 | r1 = w2, as clang -S prints a zero extension: there is no other insn for it than w1 = w2
function copy(read: OperandReader, dst: Reg): Bare {
  const src = read.reg();
  if (dst.width === 32) read.sameWidth(src, dst);
  return { name: `mov${src.width}_reg`, fields: { dst: dst.number, src: src.number } };
}

function negation(read: OperandReader, dst: Reg): Bare {
  read.cursor.next();
  read.inPlace(read.reg(), dst, 'a register is negated in place');
  return { name: `neg${dst.width}`, fields: { dst: dst.number } };
}

// r1 = (s8)r2
function signExtension(read: OperandReader, dst: Reg): Bare {
  const { cursor } = read;
  cursor.next();
  const cast = cursor.next();
  const movsx = MOVSX_BY_CAST.get(cast.text)!;
  if (movsx === 'movsx32' && dst.width === 32) {
    return refuse(cast, 'bad-size', ['s32', 's8 or s16 for a w register']);
  }
  cursor.expect(')');
  const src = read.sameWidth(read.reg(), dst);
  const name = `${movsx}_${dst.width}` as OpName; // s32 of a w register is refused above
  return { name, fields: { dst: dst.number, src: src.number } };
}

// r1 = be16 r1
function byteSwap(read: OperandReader, dst: Reg, name: OpName): Bare {
  read.cursor.next();
  if (dst.width === 32) {
    return refuse(dst.token, 'needs-register', ['a byte swap works on an r register', dst.token.text]);
  }
  read.inPlace(read.reg(), dst, 'bytes are swapped in place');
  return { name, fields: { dst: dst.number } };
}

// r1 = *(u64 *)(r2 + 0) | r0 = *(u16 *)skb[12]
function load(read: OperandReader, dst: Reg): Bare {
  const { cursor } = read;
  cursor.next();
  const { size, signed, type, token } = read.castType();
  if (cursor.peek().text === 'skb') return packet(read, dst, size, type, token);
  if (dst.width === 32 && (signed || size === 'dw')) {
    return refuse(token, 'bad-size', [type, 'u8, u16 or u32 for a w register']);
  }
  const { base, off } = read.address();
  const name = `ldx_${signed ? SIZES[size].signed : SIZES[size].unsigned}` as OpName; // castType has no s64
  return { name, fields: { dst: dst.number, src: base, off } };
}

// skb[12] | skb[r6] | skb[r6 + 4]
function packet(read: OperandReader, dst: Reg, size: SizeName, type: string, token: Token): Bare {
  const { cursor } = read;
  if (size === 'dw' || type.startsWith('s')) return refuse(token, 'bad-size', [type, 'u8, u16 or u32']);
  if (dst.number !== 0 || dst.width !== 64) {
    return refuse(dst.token, 'needs-register', ['a packet load always goes to r0', dst.token.text]);
  }
  const unsigned = SIZES[size].unsigned;
  cursor.next();
  cursor.expect('[');
  const indirect = read.isReg(cursor.peek());
  const src = indirect ? read.reg64().number : 0;
  const imm = indirect && cursor.peek().text === ']' ? 0 : read.imm();
  cursor.expect(']');
  return indirect
    ? { name: `ld_ind_${unsigned}`, fields: { src, imm } }
    : { name: `ld_abs_${unsigned}`, fields: { imm } };
}

// r1 = addr_space_cast(r2, 0, 1): to address space 0 from 1
function addrSpaceCast(read: OperandReader, dst: Reg): Bare {
  const { cursor } = read;
  cursor.next();
  if (dst.width === 32) {
    return refuse(dst.token, 'needs-register', ['an address is in an r register', dst.token.text]);
  }
  cursor.expect('(');
  const src = read.reg64().number;
  cursor.expect(',');
  const to = addressSpace(read);
  cursor.expect(',');
  const from = addressSpace(read);
  cursor.expect(')');
  return { name: 'addr_space_cast', fields: { dst: dst.number, src, imm: (to << 16) | from } };
}

function addressSpace({ cursor }: OperandReader): number {
  const place = cursor.peek();
  const number = cursor.expression();
  if (number < 0n || number > 0xffffn) refuse(place, 'key-range', ['address space', number, 0, 0xffff]);
  return Number(number);
}

// r1 = 5 | r1 = 5 ll | r1 = "text" ll | r1 = map[progs] ll | r1 = mapval[counts]+8 ll | r1 = func label ll | r1 = name+8 ll
function constant(read: OperandReader, dst: Reg): Bare {
  const { cursor } = read;
  const token = cursor.peek();
  const bracketed = cursor.peek(1).text === '[';
  if ((token.text === 'map' || token.text === 'mapval') && bracketed) return mapRef(read, dst, token.text);
  if (token.text === 'func' && cursor.peek(1).kind === 'word' && cursor.peek(1).text !== 'll') {
    cursor.next();
    const ref = read.name('func');
    read.ll(dst);
    return { name: 'ld_func', fields: { dst: dst.number }, ref };
  }
  if (token.kind === 'word' && !cursor.isConstant(token)) return symbol(read, dst);
  if (!read.isWide()) return { name: `mov${dst.width}_imm`, fields: { dst: dst.number, imm: read.imm() } };
  const value = token.kind === 'string' ? read.text(8) : cursor.expression();
  const fields = { dst: dst.number, ...imm64(value, token) };
  read.ll(dst);
  return { name: 'ld_imm64', fields };
}

function mapRef(read: OperandReader, dst: Reg, kind: 'map' | 'mapval'): Bare {
  const { cursor } = read;
  cursor.next();
  cursor.expect('[');
  const { name, line, column } = read.name('map');
  cursor.expect(']');
  const add = kind === 'mapval' ? read.optionalAdd() : 0n;
  read.ll(dst);
  const fields = { dst: dst.number };
  if (kind === 'map') return { name: 'ld_map_fd', fields, ref: { kind, name, line, column } };
  return { name: 'ld_map_value', fields, ref: { kind, name, add, line, column } };
}

function symbol(read: OperandReader, dst: Reg): Bare {
  const ref = read.name('symbol');
  const add = read.optionalAdd();
  if (read.cursor.peek().text !== 'll') {
    const hint = symbolHint(ref.name, []);
    return refuse(ref, 'unknown-symbol', [ref.name], hint === '' ? SYMBOL_HINT : hint);
  }
  read.ll(dst);
  return { name: 'ld_imm64', fields: { dst: dst.number }, ref: { ...ref, kind: 'symbol', add } };
}
