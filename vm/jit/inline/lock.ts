// Spin locks in map values and objects, in place. The verifier has seen that a program takes one at a time, and gives it back.
import { CELLS } from '../cells.ts';
import type { CallContext, Inline } from './call.ts';

export const LOCK_INLINE = {
  spin_lock(call) {
    const { code } = call;
    const at = lockIn(call);
    code.get(at).i32(1).mem('i32_store', 0);
    code.i32(0).get(at).mem('i32_store', CELLS.lock);
    code.i64(0).set(call.regs[0]!);
    call.note('lock');
    return true;
  },
  // JavaScript has taken note of a lock when it ran meanwhile.
  spin_unlock(call) {
    const { code } = call;
    const at = lockIn(call);
    code.i32(0).mem('i32_load', CELLS.lock).get(at).op('i32_eq').if();
    code.get(at).i32(0).mem('i32_store', 0);
    code.i32(0).i32(0).mem('i32_store', CELLS.lock);
    code.i64(0).set(call.regs[0]!).else();
    call.callHelper();
    code.end();
    call.note('unlock');
    return true;
  },
} as const satisfies Record<string, Inline>;

function lockIn(call: CallContext): number {
  const at = call.scratch('i32', 0);
  call.code.get(call.regs[1]!).op('i32_wrap_i64').set(at);
  return at;
}
