// Room for records in a ring (maps/ring.ts), in WebAssembly.
import type { Ringbuf } from '../../maps/ringbuf.ts';
import { BUSY, DISCARDED, RECORD_HEADER_BYTES, RING } from '../../maps/ring.ts';
import { MAP_HEADER_BYTES } from '../../maps/map.ts';
import { CodeWriter, type Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';
import type { CallContext } from './call.ts';

/** Bits of a header that are no part of the length. */
const FLAGS = BUSY | DISCARDED;

/**
 * Names the function that reserves a record of so many bytes, which are less than the ring has: offset of its bytes, its header says that it is busy.
 * 0 where there is no room: nothing has changed then, and JavaScript says what that means.
 */
export function reserveFunction(call: CallContext, map: Ringbuf): FuncName {
  const name = `rt:reserve:${map.id}`;
  return call.runtime(name, () => writeReserve(name, map));
}

function writeReserve(name: FuncName, map: Ringbuf): FuncCode {
  const code = new CodeWriter(name, 'i32 -> i32', ['size']);
  const size = 0;
  const at = map.at + MAP_HEADER_BYTES;
  const mask = map.ring.size - 1;
  const end = code.local('i32', 'end');
  const producer = code.local('i32', 'producer');
  const pending = code.local('i32', 'pending');
  const header = code.local('i32', 'header');

  position(code, at + RING.producer).tee(producer);
  recordBytes(code, size).op('i32_add').set(end);
  const refuse = (): void => {
    code.i32(mask).op('i32_gt_u').if().i32(0).op('return').end();
  };
  code.get(end);
  position(code, at + RING.consumer).op('i32_sub');
  refuse();

  position(code, at + RING.pending).set(pending);
  code.block().loop();
  code.get(pending).get(producer).op('i32_eq').brIf(1);
  code
    .get(pending)
    .i32(mask)
    .op('i32_and')
    .mem('i32_load', at + RING.data)
    .tee(header);
  code.i32(0).op('i32_lt_s').brIf(1); // busy
  code.get(header).i32(~FLAGS).op('i32_and').set(header);
  code.get(pending);
  recordBytes(code, header).op('i32_add').set(pending).br(0).end().end();
  code.get(end).get(pending).op('i32_sub');
  refuse();

  code
    .i32(0)
    .i32(0)
    .mem('f64_load', at + RING.producer);
  code
    .get(producer)
    .get(pending)
    .op('i32_sub')
    .op('f64_convert_i32_u')
    .op('f64_sub')
    .mem('f64_store', at + RING.pending);
  code
    .i32(0)
    .i32(0)
    .mem('f64_load', at + RING.producer);
  code
    .get(end)
    .get(producer)
    .op('i32_sub')
    .op('f64_convert_i32_u')
    .op('f64_add')
    .mem('f64_store', at + RING.producer);
  code
    .get(producer)
    .i32(mask)
    .op('i32_and')
    .i32(at + RING.data)
    .op('i32_add')
    .tee(producer);
  code.get(size).i32(BUSY).op('i32_or').op('i64_extend_i32_u').mem('i64_store', 0);
  code.get(producer).i32(RECORD_HEADER_BYTES).op('i32_add');
  return code.finish();
}

/** What, added to a whole number below it, puts that number into the lower bits of the f64. */
const TO_BITS = 2 ** 52;

/** Makes of the position on the stack, f64, its lower 32 bits. Positions are less than a buffer apart: these bits are enough to compare them. */
export function lowHalf(code: CodeWriter): CodeWriter {
  return code.f64(TO_BITS).op('f64_add').op('i64_reinterpret_f64').op('i32_wrap_i64');
}

/** Leaves on the stack the lower half of the position at an offset. */
function position(code: CodeWriter, at: number): CodeWriter {
  return lowHalf(code.i32(0).mem('f64_load', at));
}

/** Leaves on the stack how many bytes a record of `size` bytes takes, header included. */
function recordBytes(code: CodeWriter, size: Local): CodeWriter {
  return code
    .get(size)
    .i32(RECORD_HEADER_BYTES + 7)
    .op('i32_add')
    .i32(-8)
    .op('i32_and');
}
