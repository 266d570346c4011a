// Helpers that tell of the current task and CPU, in place, and the random numbers of the machine.
import { COMM_BYTES } from '../../helpers/task.ts';
import { XORSHIFT } from '../../host.ts';
import { CELLS } from '../cells.ts';
import type { Local } from '../wasm/code-writer.ts';
import type { CallContext, Inline } from './call.ts';

export const TASK_INLINE = {
  get_smp_processor_id(call) {
    call.code.i32(0).mem('i64_load32_u', CELLS.cpu).set(call.regs[0]!);
    call.note('CPU');
    return true;
  },
  get_numa_node_id(call) {
    call.code.i64(0).set(call.regs[0]!);
    call.note('the one node');
    return true;
  },
  get_current_pid_tgid(call) {
    call.code.i32(0).mem('i64_load', CELLS.pidTgid).set(call.regs[0]!);
    call.note('task');
    return true;
  },
  get_current_comm: comm,
  get_prandom_u32(call) {
    const { code } = call;
    const x = call.scratch('i32', 0);
    code.i32(0).mem('i32_load', CELLS.random).set(x);
    for (const { by, op } of XORSHIFT) {
      code
        .get(x)
        .get(x)
        .i32(by)
        .op(op === '<<' ? 'i32_shl' : 'i32_shr_u')
        .op('i32_xor')
        .set(x);
    }
    code.i32(0).get(x).mem('i32_store', CELLS.random);
    code.get(x).op('i64_extend_i32_u').set(call.regs[0]!);
    call.note('random number');
    return true;
  },
} as const satisfies Record<string, Inline>;

/** Bytes of a buffer that are cleared one store at a time. */
const MAX_BUFFER = 128;

/** The name stands in a cell, with zeroes behind it. One that is not known is counted: by JavaScript. */
function comm(call: CallContext): boolean {
  const size = Number(call.constant(2) ?? 0n);
  if (size < 1 || size > MAX_BUFFER) return false;
  const { code } = call;
  const to = call.scratch('i32', 0);
  code.i32(0).mem('i32_load', CELLS.commBytes).i32(0).op('i32_lt_s').if();
  call.callHelper();
  code.else();
  code.get(call.regs[1]!).op('i32_wrap_i64').set(to);
  // The last byte is a NUL, and those behind the name are.
  for (let at = 0; at < size;) {
    const width = size - at >= 8 ? 8 : size - at >= 4 ? 4 : size - at >= 2 ? 2 : 1;
    storeName(call, to, at, width, size);
    at += width;
  }
  code.i64(0).set(call.regs[0]!).end();
  call.note('name of the task');
  return true;
}

const STORES = { 1: 'i64_store8', 2: 'i64_store16', 4: 'i64_store32', 8: 'i64_store' } as const;

/** Stores `width` bytes of the name at offset `at` of a buffer of `size` bytes. */
function storeName({ code }: CallContext, to: Local, at: number, width: 1 | 2 | 4 | 8, size: number): void {
  code.get(to);
  if (at >= COMM_BYTES) {
    code.i64(0);
  } else {
    code.i32(0).mem('i64_load', CELLS.comm + at);
    const kept = Math.min(COMM_BYTES, size) - 1 - at; // bytes of the name from here on
    if (kept < width) code.i64((1n << BigInt(8 * kept)) - 1n).op('i64_and');
  }
  code.mem(STORES[width], at);
}
