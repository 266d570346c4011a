// bpf_trace_printk and bpf_trace_vprintk in place: a record in the print buffer, for formats that print numbers. All others are left to JavaScript, which
// reads what they point at while it is there.
import { BYTES_FREE } from '../../interp/reach.ts';
import { MAX_ARGS } from '../../helpers/printk.ts';
import { PRINT_AT } from '../../memory/linear.ts';
import { CELLS } from '../cells.ts';
import { CodeWriter } from '../wasm/code-writer.ts';
import type { FuncCode } from '../wasm/types.ts';
import type { CallContext, Inline } from './call.ts';
import { BUFFER_AT, BUFFER_END, PRINT_ARGS_AT, RECORD, SLOT_BYTES, SLOTS } from './print-buffer.ts';
import { SLOT, writeFormat } from './print-format.ts';
import { writeDigits, writeWidth } from './print-width.ts';

export const PRINTK_INLINE = {
  trace_printk(call) {
    return print(call, 3, () => {
      for (let i = 0; i < 3; i++)
        call.code
          .i32(0)
          .get(call.regs[3 + i]!)
          .mem('i64_store', PRINT_ARGS_AT + 8 * i);
      call.code.i32(PRINT_ARGS_AT);
    });
  },
  trace_vprintk(call) {
    const size = call.constant(4);
    if (size === undefined || size % 8n !== 0n || size > 8 * MAX_ARGS) return false;
    return print(call, Number(size) / 8, () => call.code.get(call.regs[3]!).op('i32_wrap_i64'));
  },
} as const satisfies Record<string, Inline>;

/** What the function that prints gives where JavaScript must do it. */
const LEFT = -1;

/** Prints with so many arguments, whose offset `args` leaves on the stack. */
function print(call: CallContext, given: number, args: () => void): boolean {
  const size = call.constant(2);
  if (size === undefined || size > BYTES_FREE) return false;
  const { code, regs, prog, pc } = call;
  const length = call.scratch('i32', 0);
  // Whether anybody looks at the result: how long a line is takes longer to find out than to write it down.
  const isRead = ((prog.known?.facts[pc + 1]?.liveRegs ?? 1) & 1) !== 0;
  call.runtime('rt:print-format', writeFormat);
  if (isRead) call.runtime('rt:digits', writeDigits);
  if (isRead) call.runtime('rt:print-width', writeWidth);
  const name = isRead ? 'rt:print-length' : 'rt:print';
  call.runtime(name, () => writePrint(name, isRead));
  const slot = PRINT_AT + SLOT_BYTES * ((prog.id * 31 + pc) % SLOTS);

  code.get(regs[1]!).op('i32_wrap_i64').i32(Number(size));
  args();
  code.i32(given).i32(slot).call(name).tee(length).i32(LEFT).op('i32_eq').if();
  call.callHelper();
  code.else().get(length).op('i64_extend_i32_u').set(regs[0]!).end();
  call.note('line for the trace');
  return true;
}

/** (format, its bytes at the most, args, how many there are, slot) -> bytes of the line, 0 where nobody wants to know; LEFT. */
function writePrint(name: string, wantsLength: boolean): FuncCode {
  const names = ['format', 'limit', 'args', 'given', 'slot'];
  const code = new CodeWriter(name, 'i32 i32 i32 i32 i32 -> i32', names);
  const [format, limit, args, given, slot] = [0, 1, 2, 3, 4];
  const bytes = code.local('i32', 'bytes');
  const i = code.local('i32', 'i');
  const count = code.local('i32', 'count');
  const at = code.local('i32', 'at');
  const length = code.local('i32', 'length');
  const value = code.local('i64', 'value');
  const step = (local: number, by: number) => code.get(local).i32(by).op('i32_add').set(local);
  const leave = () => code.if().i32(LEFT).op('return').end();

  // The format of the slot, or a new one.
  code.block().block();
  code.get(slot).mem('i32_load', SLOT.formatBytes).tee(bytes).op('i32_eqz').brIf(0);
  code.get(bytes).get(limit).op('i32_ge_u').brIf(0);
  for (const [width, load] of [
    [8, 'i64_load'],
    [1, 'i32_load8_u'],
  ] as const) {
    code.block().loop();
    code
      .get(i)
      .i32(width - 1)
      .op('i32_add')
      .get(bytes)
      .op('i32_gt_u')
      .brIf(1);
    code.get(format).get(i).op('i32_add').mem(load, 0);
    code.get(slot).get(i).op('i32_add').mem(load, SLOT.format);
    code.op(width === 8 ? 'i64_ne' : 'i32_ne').brIf(2);
    step(i, width);
    code.br(0).end().end();
  }
  code.br(1).end();
  code.get(slot).i32(0).mem('i32_store', SLOT.formatBytes);
  code.get(format).get(limit).get(slot).call('rt:print-format').op('i32_eqz');
  leave();
  code.get(slot).mem('i32_load', SLOT.formatBytes).set(bytes).end();

  code.get(slot).mem('i32_load', SLOT.count).tee(count).get(given).op('i32_gt_u');
  leave();

  // Room for the record.
  code
    .get(count)
    .i32(3)
    .op('i32_shl')
    .get(bytes)
    .op('i32_add')
    .i32(RECORD.args + 7)
    .op('i32_add')
    .i32(-8)
    .op('i32_and');
  code
    .tee(i)
    .i32(0)
    .mem('i32_load', CELLS.printed)
    .tee(at)
    .op('i32_add')
    .i32(BUFFER_END - BUFFER_AT)
    .op('i32_gt_u');
  leave();
  code.i32(0).get(at).get(i).op('i32_add').mem('i32_store', CELLS.printed);
  step(at, BUFFER_AT);
  code.get(at).get(i).mem('i32_store', RECORD.bytes);
  for (const [off, cell] of WORDS) code.get(at).i32(0).mem('i64_load', cell).mem('i64_store', off);
  for (const [off, cell] of HALF_WORDS) code.get(at).i32(0).mem('i32_load', cell).mem('i32_store', off);
  code.get(at).get(bytes).mem('i32_store', RECORD.formatBytes);
  code.get(at).get(count).mem('i32_store', RECORD.count);
  if (wantsLength) code.get(slot).mem('i32_load', SLOT.textBytes).set(length);

  // Arguments, then the format.
  const conversion = code.local('i32', 'conversion');
  code.get(slot).set(conversion);
  code.block().loop().get(count).op('i32_eqz').brIf(1);
  code.get(at).get(args).mem('i64_load', 0).tee(value).mem('i64_store', RECORD.args);
  if (wantsLength) {
    code.get(conversion).mem('i32_load', SLOT.conversions).get(value).call('rt:print-width');
    code.get(length).op('i32_add').set(length);
    step(conversion, 4);
  }
  step(at, 8);
  step(args, 8);
  step(count, -1);
  code.br(0).end().end();
  code.loop().get(at).get(slot).mem('i64_load', SLOT.format).mem('i64_store', RECORD.args);
  step(at, 8);
  step(slot, 8);
  step(bytes, -8);
  code.get(bytes).i32(0).op('i32_gt_s').brIf(0).end();
  code.get(length);
  return code.finish();
}

/** What a record takes over from cells: 8 bytes each, 4 bytes each. */
const WORDS = [
  [RECORD.atNs, CELLS.atNs],
  [RECORD.pidTgid, CELLS.pidTgid],
  [RECORD.comm, CELLS.comm],
  [RECORD.comm + 8, CELLS.comm + 8],
] as const;
const HALF_WORDS = [
  [RECORD.cpu, CELLS.cpu],
  [RECORD.commBytes, CELLS.commBytes],
  [RECORD.row, CELLS.row],
] as const;
