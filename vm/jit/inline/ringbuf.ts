// Records of ring buffers, in place: what finds no room, and what is not the record reserved last, is left to JavaScript.
import { WAKEUP_FLAGS } from '../../helpers/ringbuf.ts';
import { BYTES_FREE } from '../../interp/reach.ts';
import { isRingbuf, type Ringbuf } from '../../maps/ringbuf.ts';
import { BUSY, DISCARDED, MAX_RECORD_BYTES, RECORD_HEADER_BYTES } from '../../maps/ring.ts';
import { ADDRESS_HIGH } from '../../memory/linear.ts';
import { CELLS, MAX_OWED } from '../cells.ts';
import type { CallContext, Inline } from './call.ts';
import { moveFunction, moveKnown } from './copy.ts';
import { reserveFunction } from './ring.ts';

export const RINGBUF_INLINE = {
  ringbuf_output: output,
  ringbuf_reserve: reserve,
  ringbuf_submit: (call) => giveBack(call, 0),
  ringbuf_discard: (call) => giveBack(call, DISCARDED),
} as const satisfies Record<string, Inline>;

/** Bits that no flag of an output has. */
const NO_FLAGS = ~BigInt(WAKEUP_FLAGS);

/** The ring buffer that the call takes; undefined where there is no one. */
function ringIn({ map }: CallContext): Ringbuf | undefined {
  return map !== undefined && isRingbuf(map) ? map : undefined;
}

function output(call: CallContext): boolean {
  const map = ringIn(call);
  const known = call.constant(3);
  const flags = call.constant(4);
  if (map === undefined || (known !== undefined && known > BYTES_FREE)) return false;
  const { code, regs } = call;
  const at = call.scratch('i32', 0);
  const from = call.scratch('i32', 1);
  const size = call.scratch('i32', 2);

  if (known === undefined) code.get(regs[3]!).op('i32_wrap_i64').set(size);
  else code.i32(Number(known)).set(size);
  code.get(size).i32(BYTES_FREE).op('i32_le_u'); // longer ones cost insns
  if (flags === undefined || (flags & NO_FLAGS) !== 0n) {
    code.get(regs[4]!).i64(NO_FLAGS).op('i64_and').op('i64_eqz').op('i32_and');
  }
  code.if('i32').get(size).call(reserveFunction(call, map)).else().i32(0).end().tee(at);
  code.op('i32_eqz').if();
  call.callHelper();
  code.else().get(regs[2]!).op('i32_wrap_i64').set(from);
  if (known === undefined) code.get(at).get(from).get(size).call(moveFunction(call));
  else moveKnown(call, { local: at, off: 0 }, { local: from, off: 0 }, Number(known));
  code.get(at).i32(RECORD_HEADER_BYTES).op('i32_sub').get(size).mem('i32_store', 0);
  code.i64(0).set(regs[0]!).end();
  call.note('ring buffer output');
  return true;
}

function reserve(call: CallContext): boolean {
  const map = ringIn(call);
  const size = call.constant(2);
  if (map === undefined || size === undefined || size > MAX_RECORD_BYTES || size >= map.ring.size)
    return false;
  if (call.constant(3) !== 0n) return false;
  const { code } = call;
  const at = call.scratch('i32', 0);
  const owed = call.scratch('i32', 1);
  code.i32(0).mem('i32_load', CELLS.owed).tee(owed).i32(MAX_OWED).op('i32_lt_u').if('i32');
  code.i32(Number(size)).call(reserveFunction(call, map)).else().i32(0).end().tee(at).op('i32_eqz').if();
  call.callHelper();
  code.else();
  code.get(owed).i32(2).op('i32_shl').get(at).mem('i32_store', CELLS.owedAt);
  code.i32(0).get(owed).i32(1).op('i32_add').mem('i32_store', CELLS.owed);
  code
    .get(at)
    .op('i64_extend_i32_u')
    .i64(BigInt(ADDRESS_HIGH) << 32n)
    .op('i64_or')
    .set(call.regs[0]!)
    .end();
  call.note('ring buffer record');
  return true;
}

/** Submits or discards: the record that was reserved last, where nobody else has taken note of it. */
function giveBack(call: CallContext, flag: number): boolean {
  const { code } = call;
  const at = call.scratch('i32', 0);
  const owed = call.scratch('i32', 1);
  code.get(call.regs[1]!).op('i32_wrap_i64').set(at);
  code.i32(0).mem('i32_load', CELLS.owed).tee(owed).if('i32');
  code
    .get(owed)
    .i32(2)
    .op('i32_shl')
    .mem('i32_load', CELLS.owedAt - 4)
    .get(at)
    .op('i32_eq');
  code.else().i32(0).end().if();
  code.i32(0).get(owed).i32(1).op('i32_sub').mem('i32_store', CELLS.owed);
  code.get(at).i32(RECORD_HEADER_BYTES).op('i32_sub').tee(at);
  code.get(at).mem('i32_load', 0).i32(~BUSY).op('i32_and');
  if (flag !== 0) code.i32(flag).op('i32_or');
  code.mem('i32_store', 0).else();
  call.callHelper();
  code.end();
  call.note(flag === 0 ? 'ring buffer submit' : 'ring buffer discard');
  return true;
}
