// The right side of `register =`: constants, registers, casts, byte swaps, loads, atomics, addresses.
import {
  ATOMICS,
  MOVSX,
  SIZES,
  SWAPS,
  type AtomicName,
  type MovsxName,
  type SizeName,
  type SwapName,
} from '../isa/opcodes.ts';
import type { OpName, Width } from '../isa/ops.ts';
import type { Bare, Reg } from './draft.ts';
import { refuse } from './errors.ts';
import { atomicWidth, imm64, type OperandReader } from './operands.ts';
import { didYouMean } from './suggest.ts';
import type { Token } from './tokens.ts';

const MOVSX_BY_CAST = new Map(
  Object.entries(MOVSX).map(([name, row]) => [row.cast as string, name as MovsxName]),
);
const FETCH_BY_CALL = new Map<string, AtomicName>();
for (const [name, row] of Object.entries(ATOMICS)) {
  if (row.form === 'fetch') FETCH_BY_CALL.set(row.call, name as AtomicName);
}
const SWAP = new RegExp(`^(${Object.keys(SWAPS).join('|')})(16|32|64)$`);
/** xchg and cmpxchg as clang (`xchg_64`, `cmpxchg32_32`) and the kernel (`atomic64_xchg`, `atomic_cmpxchg`) print them. */
const EXCHANGE = /^(?:(xchg|cmpxchg)(_64|32_32)|atomic(64)?_(xchg|cmpxchg))$/;
/** atomic_fetch_add of clang, atomic64_fetch_add of the kernel. */
const FETCH = /^atomic(?:64)?_fetch_(\w+)$/;

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
  const fetch = FETCH.exec(token.text);
  if (fetch !== null && after.text === '(') return fetchAtomic(read, dst, fetch[1]!);
  const exchange = EXCHANGE.exec(token.text);
  if (exchange !== null && after.text === '(') return exchangeAtomic(read, dst, exchange);
  if (read.isReg(token)) {
    const src = read.sameWidth(read.reg(), dst);
    return { name: `mov${dst.width}_reg`, fields: { dst: dst.number, src: src.number } };
  }
  return constant(read, dst);
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

// r1 = atomic_fetch_add((u64 *)(r2 + 0), r1)
function fetchAtomic(read: OperandReader, dst: Reg, call: string): Bare {
  const { cursor } = read;
  const token = cursor.next();
  const atomic = FETCH_BY_CALL.get(call);
  if (atomic === undefined) {
    const names = [...FETCH_BY_CALL.keys()].map((name) => `atomic_fetch_${name}`);
    return refuse(token, 'unknown-insn', [token.text], didYouMean(token.text, names));
  }
  cursor.expect('(');
  const { size, token: type } = read.castType();
  const width = atomicWidth(size, type);
  const memory = read.address();
  cursor.expect(',');
  read.inPlace(read.valueReg(width), dst, 'the old value replaces the operand');
  cursor.expect(')');
  return {
    name: `atomic_${atomic}${width}`,
    fields: { dst: memory.base, off: memory.off, src: dst.number },
  };
}

// r1 = xchg_64(r2 + 0, r1) | r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)
function exchangeAtomic(read: OperandReader, dst: Reg, form: RegExpExecArray): Bare {
  const { cursor } = read;
  const token = cursor.next();
  const atomic = (form[1] ?? form[4]) as 'xchg' | 'cmpxchg';
  cursor.expect('(');
  let width: Width = form[2] === '_64' ? 64 : 32;
  if (form[2] === undefined) {
    const { size, token: type } = read.castType();
    width = atomicWidth(size, type);
  }
  const memory = form[2] === undefined ? read.address() : read.baseOff();
  cursor.expect(',');
  if (atomic === 'cmpxchg') {
    const old = read.valueReg(width);
    if (old.number !== 0 || dst.number !== 0) {
      return refuse(token, 'needs-register', [
        'cmpxchg compares with r0 and leaves the old value there',
        old.token.text,
      ]);
    }
    cursor.expect(',');
  }
  const src = read.valueReg(width);
  if (atomic === 'xchg') read.inPlace(src, dst, 'the old value replaces the operand');
  cursor.expect(')');
  return {
    name: `atomic_${atomic}${width}`,
    fields: { dst: memory.base, off: memory.off, src: src.number },
  };
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
    return refuse(
      ref,
      'unknown-symbol',
      [ref.name],
      'an address is loaded with ll at the end; a constant is defined by .equ',
    );
  }
  read.ll(dst);
  return { name: 'ld_imm64', fields: { dst: dst.number }, ref: { ...ref, kind: 'symbol', add } };
}
