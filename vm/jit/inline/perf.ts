// Records of perf buffers, in place. What finds no room or lies around the end of the buffer, and the first record after a loss, are left to JavaScript.
import { ERRNO } from '../../errno.ts';
import { CURRENT_CPU } from '../../helpers/perf-event.ts';
import { BYTES_FREE } from '../../interp/reach.ts';
import { HEADER_BYTES, PERF_EVENT, RECORD_SAMPLE } from '../../kernel/perf-event.ts';
import { MAP_HEADER_BYTES } from '../../maps/map.ts';
import { isPerfEventArray } from '../../maps/perf-event-array.ts';
import { CELLS } from '../cells.ts';
import { CodeWriter } from '../wasm/code-writer.ts';
import type { FuncCode } from '../wasm/types.ts';
import type { CallContext, Inline } from './call.ts';
import { moveFunction, moveKnown } from './copy.ts';
import { lowHalf } from './ring.ts';

export const PERF_INLINE = {
  perf_event_output: output,
} as const satisfies Record<string, Inline>;

/** Bytes of a record before what the program gave: its header, and the size of the rest. */
const RAW_AT = HEADER_BYTES + 4;

function output(call: CallContext): boolean {
  const { map, code, regs } = call;
  const flags = call.constant(3);
  const known = call.constant(5);
  if (map === undefined || !isPerfEventArray(map)) return false;
  if (flags !== undefined && flags >> 32n !== 0n) return false; // bytes of a packet
  if (known !== undefined && known > BYTES_FREE) return false;
  const [index, event, size, at, from] = [0, 1, 2, 3, 4].map((i) => call.scratch('i32', i)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const reserve = call.runtime('rt:perf-reserve', writeReserve);

  // Which event: an errno in `at` says that there is none, 0 that JavaScript is asked.
  code.i32(0).set(at).block();
  if (known === undefined)
    code.get(regs[5]!).op('i32_wrap_i64').tee(size).i32(BYTES_FREE).op('i32_gt_u').brIf(0);
  else code.i32(Number(known)).set(size);
  if (flags === undefined) code.get(regs[3]!).i64(32).op('i64_shr_u').op('i64_eqz').op('i32_eqz').brIf(0);
  writeIndex(call, flags);
  code.set(index);
  code.i32(-ERRNO.E2BIG).set(at);
  code.get(index).i32(map.spec.maxEntries).op('i32_ge_u').brIf(0);
  code.i32(-ERRNO.ENOENT).set(at);
  code
    .get(index)
    .i32(2)
    .op('i32_shl')
    .mem('i32_load', map.at + MAP_HEADER_BYTES)
    .tee(event)
    .op('i32_eqz')
    .brIf(0);
  code.i32(-ERRNO.EOPNOTSUPP).set(at);
  code.get(event).mem('i32_load', PERF_EVENT.cpu).i32(0).mem('i32_load', CELLS.cpu).op('i32_ne').brIf(0);
  code.get(event).get(size).call(reserve).set(at).end();

  code.get(at).i32(0).op('i32_gt_s').if();
  code.get(regs[4]!).op('i32_wrap_i64').set(from);
  if (known === undefined) code.get(at).get(from).get(size).call(moveFunction(call));
  else moveKnown(call, { local: at, off: 0 }, { local: from, off: 0 }, Number(known));
  code.i64(0).set(regs[0]!).else();
  code.get(at).if();
  code.get(at).op('i64_extend_i32_s').set(regs[0]!).else();
  call.callHelper();
  code.end().end();
  call.note('perf buffer output');
  return true;
}

/** Leaves the index of the event on the stack. */
function writeIndex(call: CallContext, flags: bigint | undefined): void {
  const { code, regs } = call;
  const cpu = (): CodeWriter => code.i32(0).mem('i32_load', CELLS.cpu);
  if (flags !== undefined) {
    const low = Number(BigInt.asIntN(32, flags));
    if (low === CURRENT_CPU) cpu();
    else code.i32(low);
    return;
  }
  const low = call.scratch('i32', 0);
  cpu().get(regs[3]!).op('i32_wrap_i64').tee(low);
  code.get(low).i32(CURRENT_CPU).op('i32_eq').op('select');
}

/** (event, size) -> offset of the bytes of a new sample, its header and the zeroes at its end written; 0 where JavaScript must write it. */
function writeReserve(): FuncCode {
  const code = new CodeWriter('rt:perf-reserve', 'i32 i32 -> i32', ['event', 'size']);
  const [event, size] = [0, 1];
  const bytes = code.local('i32', 'bytes');
  const head = code.local('i32', 'head');
  const data = code.local('i32', 'data');
  const position = (at: number): CodeWriter => lowHalf(code.get(event).mem('f64_load', at));
  const giveUp = (): CodeWriter => code.if().i32(0).op('return').end();

  code.get(event).mem('f64_load', PERF_EVENT.lost).f64(0).op('f64_ne');
  giveUp();
  code.get(event).mem('i32_load', PERF_EVENT.size).tee(data).op('i32_eqz');
  giveUp();
  // Room: size - 1 - (head - tail). Positions are less than a buffer apart.
  code
    .get(size)
    .i32(RAW_AT + 7)
    .op('i32_add')
    .i32(-8)
    .op('i32_and')
    .tee(bytes);
  code.get(data).i32(1).op('i32_sub');
  position(PERF_EVENT.head).tee(head);
  position(PERF_EVENT.tail).op('i32_sub').op('i32_sub').op('i32_gt_u');
  giveUp();
  code.get(head).get(data).i32(1).op('i32_sub').op('i32_and').tee(head);
  code.get(bytes).op('i32_add').get(data).op('i32_gt_u'); // it would lie around the end
  giveUp();
  code.get(event).get(head).op('i32_add').i32(PERF_EVENT.data).op('i32_add').set(data);
  // Zeroes behind the bytes: the last word, before they are written.
  code.get(data).get(bytes).op('i32_add').i32(8).op('i32_sub').i64(0).mem('i64_store', 0);
  code.get(data).get(bytes).i32(16).op('i32_shl').op('i64_extend_i32_u').i64(32).op('i64_shl');
  code.i64(RECORD_SAMPLE).op('i64_or').mem('i64_store', 0);
  code.get(data).get(bytes).i32(RAW_AT).op('i32_sub').mem('i32_store', HEADER_BYTES);
  code
    .get(event)
    .get(event)
    .mem('f64_load', PERF_EVENT.head)
    .get(bytes)
    .op('f64_convert_i32_u')
    .op('f64_add');
  code.mem('f64_store', PERF_EVENT.head);
  code.get(data).i32(RAW_AT).op('i32_add');
  return code.finish();
}
