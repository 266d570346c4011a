// How many bytes a number takes when it is printed, in WebAssembly: bpf_trace_printk tells how long its line is.
import { CodeWriter } from '../wasm/code-writer.ts';
import type { FuncCode } from '../wasm/types.ts';
import { CONVERSION } from './print-format.ts';

/** Digits of the largest u64. */
const MAX_DIGITS = 20;

/** (u64) -> decimal digits. */
export function writeDigits(): FuncCode {
  const code = new CodeWriter('rt:digits', 'i64 -> i32', ['value']);
  // Small numbers are what programs print most: they are found first.
  for (let digits = 1; digits < MAX_DIGITS; digits++) {
    code
      .get(0)
      .i64(10n ** BigInt(digits))
      .op('i64_lt_u')
      .if()
      .i32(digits)
      .op('return')
      .end();
  }
  code.i32(MAX_DIGITS);
  return code.finish();
}

/** (conversion, argument) -> bytes. Calls 'rt:digits'. */
export function writeWidth(): FuncCode {
  const code = new CodeWriter('rt:print-width', 'i32 i64 -> i32', ['conversion', 'value']);
  const [conversion, value] = [0, 1];
  const width = code.local('i32', 'width');
  const bytes = code.local('i32', 'bytes');
  const has = (bit: number): CodeWriter => code.get(conversion).i32(bit).op('i32_and');

  code.get(conversion).i32(CONVERSION.width).op('i32_and').set(width);
  code.block();
  code.i32(1).set(bytes);
  has(CONVERSION.char).brIf(0);
  code.i32(0).set(bytes);
  has(CONVERSION.wide).op('i32_eqz').if();
  has(CONVERSION.signed).if('i64').get(value).op('i64_extend32_s').else();
  code.get(value).i64(0xffff_ffffn).op('i64_and').end().set(value).end();
  has(CONVERSION.signed).if();
  code.get(value).i64(0).op('i64_lt_s').if();
  code.i64(0).get(value).op('i64_sub').set(value).i32(1).set(bytes).else();
  has(CONVERSION.sign).i32(0).op('i32_ne').set(bytes).end().end();
  has(CONVERSION.hex).if('i32');
  code
    .i32(67)
    .get(value)
    .i64(1)
    .op('i64_or')
    .op('i64_clz')
    .op('i32_wrap_i64')
    .op('i32_sub')
    .i32(2)
    .op('i32_shr_u');
  code.else().get(value).call('rt:digits').end();
  code.get(bytes).op('i32_add').set(bytes).end();
  code.get(bytes).get(width).get(bytes).get(width).op('i32_gt_u').op('select');
  return code.finish();
}
