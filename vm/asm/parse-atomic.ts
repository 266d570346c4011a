// Atomic insns: `lock`, the calls that fetch and exchange, ordered loads and stores.
import { ATOMICS, SIZES, type AtomicName } from '../isa/opcodes.ts';
import type { Width } from '../isa/ops.ts';
import type { Bare, Reg } from './draft.ts';
import { refuse } from './errors.ts';
import { atomicWidth, type OperandReader } from './operands.ts';
import { didYouMean } from './suggest.ts';

const FETCH_BY_CALL = new Map<string, AtomicName>();
for (const [name, row] of Object.entries(ATOMICS)) {
  if (row.form === 'fetch') FETCH_BY_CALL.set(row.call, name as AtomicName);
}
const LOCK_BY_SIGN = new Map<string, AtomicName>();
for (const [name, row] of Object.entries(ATOMICS)) {
  if (row.form === 'lock') LOCK_BY_SIGN.set(row.sign, name as AtomicName);
}
/** xchg and cmpxchg as clang (`xchg_64`, `cmpxchg32_32`) and the kernel (`atomic64_xchg`, `atomic_cmpxchg`) print them. */
const EXCHANGE = /^(?:(xchg|cmpxchg)(_64|32_32)|atomic(64)?_(xchg|cmpxchg))$/;
/** atomic_fetch_add of clang, atomic64_fetch_add of the kernel. */
const FETCH = /^atomic(?:64)?_fetch_(\w+)$/;

const ACQUIRE = 'load_acquire';
const FETCHES = [...FETCH_BY_CALL.keys()].map((name) => `atomic_fetch_${name}`);
/** Words that begin an atomic insn with a result, for hints. */
export const ATOMIC_WORDS = [ACQUIRE, ...FETCHES, 'xchg_64', 'xchg32_32', 'cmpxchg_64', 'cmpxchg32_32'];

/** True for a word that begins an atomic insn with a result, where a parenthesis follows it. */
export function isAtomicWord(word: string): boolean {
  return word === ACQUIRE || FETCH.test(word) || EXCHANGE.test(word);
}

/** Reads what stands behind `dst =`, from a word that `isAtomicWord` knows. */
export function parseAtomicMove(read: OperandReader, dst: Reg): Bare {
  const { text } = read.cursor.peek();
  const fetch = FETCH.exec(text);
  if (fetch !== null) return fetchAtomic(read, dst, fetch[1]!);
  const exchange = EXCHANGE.exec(text);
  return exchange === null ? acquire(read, dst) : exchangeAtomic(read, dst, exchange);
}

/** Reads what stands behind `lock`: `*(u64 *)(r0 + 0) += r1`. */
export function parseLock(read: OperandReader): Bare {
  const { cursor } = read;
  cursor.expect('*');
  const { size, token } = read.castType();
  const width = atomicWidth(size, token);
  const memory = read.address();
  const sign = cursor.next();
  const atomic = LOCK_BY_SIGN.get(sign.text);
  if (atomic === undefined) {
    return refuse(sign, 'expected', ['+=, |=, &= or ^=', sign.text]);
  }
  const src = read.valueReg(width);
  return {
    name: `atomic_${atomic}${width}`,
    fields: { dst: memory.base, off: memory.off, src: src.number },
  };
}

/** Reads what stands behind `store_release`: `((u64 *)(r1 + 0), r2)`. */
export function parseRelease(read: OperandReader): Bare {
  const { cursor } = read;
  cursor.expect('(');
  const { size, type, token } = read.castType();
  if (type.startsWith('s')) return refuse(token, 'bad-size', [type, 'u8, u16, u32 or u64']);
  const { base, off } = read.address();
  cursor.expect(',');
  const src = read.valueReg(size === 'dw' ? 64 : 32);
  cursor.expect(')');
  return { name: `store_release_${SIZES[size].unsigned}`, fields: { dst: base, off, src: src.number } };
}

// r1 = atomic_fetch_add((u64 *)(r2 + 0), r1)
function fetchAtomic(read: OperandReader, dst: Reg, call: string): Bare {
  const { cursor } = read;
  const token = cursor.next();
  const atomic = FETCH_BY_CALL.get(call);
  if (atomic === undefined) {
    return refuse(token, 'unknown-insn', [token.text], didYouMean(token.text, FETCHES));
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
  cursor.next();
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
      const { token: wrong } = old.number === 0 ? dst : old;
      const rule = 'cmpxchg compares with r0 and leaves the old value there';
      return refuse(wrong, 'needs-register', [rule, wrong.text]);
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

// r1 = load_acquire((u64 *)(r2 + 0))
function acquire(read: OperandReader, dst: Reg): Bare {
  const { cursor } = read;
  cursor.next();
  cursor.expect('(');
  const { size, type, token } = read.castType();
  if (type.startsWith('s')) return refuse(token, 'bad-size', [type, 'u8, u16, u32 or u64']);
  if (dst.width === 32 && size === 'dw') {
    return refuse(token, 'bad-size', [type, 'u8, u16 or u32 for a w register']);
  }
  const { base, off } = read.address();
  cursor.expect(')');
  return { name: `load_acquire_${SIZES[size].unsigned}`, fields: { dst: dst.number, src: base, off } };
}
