// Atomic read-modify-write. One thread runs everything: reading, computing and writing one after the other is atomic.
// @see RFC 9669 section 5.3
import { ATOMICS, type AtomicName } from '../../isa/opcodes.ts';
import type { Op } from '../../isa/ops.ts';
import type { PlainOp } from '../wasm/ops.ts';
import type { FuncWriter } from './func-writer.ts';
import { LOADS, pushPlace } from './memory.ts';
import { R0 } from './registers.ts';

/** What is done with what stands in memory and src; nothing: src takes its place. */
// oxfmt-ignore
const COMPUTE = {
  add: 'i64_add', fetch_add: 'i64_add',
  or:  'i64_or',  fetch_or:  'i64_or',
  and: 'i64_and', fetch_and: 'i64_and',
  xor: 'i64_xor', fetch_xor: 'i64_xor',
  xchg: undefined,
  cmpxchg: undefined,
} as const satisfies Record<AtomicName, PlainOp | undefined>;

/** On 32 bits the low half of the result is the right one whatever stands above, and what is read has nothing above it. */
export function writeAtomic(f: FuncWriter, { atomic, size }: Extract<Op, { kind: 'atomic' }>): void {
  const { code, prog } = f;
  const src = prog.code.src[f.pc]!;
  const { unsigned, store } = LOADS[size];
  const compute = COMPUTE[atomic];
  const at = f.scratch('i32', 0);
  const old = f.scratch('i64', 0);
  const offset = pushPlace(f);
  code.set(at);
  if (ATOMICS[atomic].form === 'lock') {
    code.get(at).get(at).mem(unsigned, offset);
    f.pushReg(src);
    code.op(compute!).mem(store, offset); // the forms that return nothing compute something
    return;
  }
  code.get(at).mem(unsigned, offset).set(old);
  if (atomic === 'cmpxchg') {
    if (size === 'w') {
      code.get(old).op('i32_wrap_i64');
      f.pushLow(R0);
      code.op('i32_eq').if();
    } else {
      code.get(old);
      f.pushReg(R0);
      code.op('i64_eq').if();
    }
  }
  code.get(at);
  if (compute !== undefined) code.get(old);
  f.pushReg(src);
  if (compute !== undefined) code.op(compute);
  code.mem(store, offset);
  if (atomic === 'cmpxchg') code.end();
  code.get(old);
  f.setReg(atomic === 'cmpxchg' ? R0 : src);
}
