// bpf_loop with a function that is known: a loop that calls it, counted and stopped as the interpreter does.
import { ERRNO } from '../../errno.ts';
import { FRAME_STRIDE, MAX_LOOPS } from '../../interp/frames.ts';
import type { CallContext, Inline } from './call.ts';

export const LOOP_INLINE = { loop } as const satisfies Record<string, Inline>;

function loop(call: CallContext): boolean {
  const { code, prog, pc, regs, frame } = call;
  const { facts, subprogs } = prog.known ?? {};
  const callback = subprogs?.[facts?.[pc]?.loopSubprog ?? -1];
  if (callback === undefined) return false;
  const rounds = call.scratch('i64', 0);
  const ctx = call.scratch('i64', 1);
  const i = call.scratch('i64', 2);
  const r0 = regs[0]!;

  code.get(regs[1]!).tee(rounds).i64(MAX_LOOPS).op('i64_gt_u').if();
  code.i64(BigInt.asUintN(32, BigInt(-ERRNO.E2BIG))).set(r0); // 32 bits of it, as Linux's insns in the place of the call give
  code.else().get(regs[3]!).set(ctx).i64(0).set(i);
  code.block().loop();
  code.get(i).get(rounds).op('i64_eq').brIf(1);
  call.checkBudget();
  code.get(i).get(ctx).i64(0).i64(0).i64(0).get(frame).i32(FRAME_STRIDE).op('i32_add');
  call.callSub(callback.start);
  code.set(r0);
  code.get(i).i64(1).op('i64_add').set(i);
  code.get(r0).op('i64_eqz').brIf(0).end().end();
  code.get(i).set(r0).end();
  call.note('loop');
  return true;
}
