// Formats of bpf_trace_printk in WebAssembly, as far as generated code may print them: short ones whose conversions print numbers and nothing else. What
// it finds out of a format stands in a slot, so that the next call with the same bytes need not look again. Formats that it does not take are not wrong:
// JavaScript (helpers/format-pieces.ts) reads them.
//
//   slot: format's bytes u32, 0 none | bytes of plain text u32 | conversions u32 | u32 0 | conversions, u32 each, 12 | format, NUL included, up to 64 bytes
import { CodeWriter, type Local } from '../wasm/code-writer.ts';
import type { FuncCode } from '../wasm/types.ts';

/** Offsets in a slot. */
export const SLOT = { formatBytes: 0, textBytes: 4, count: 8, conversions: 16, format: 64 } as const;
/** Longest format, NUL included: what is as long as this costs no insns. */
const FORMAT_BYTES = 64;
/** Most arguments of a line. */
const MAX_CONVERSIONS = 12;

/** Bits of a conversion; the lowest 8 are the width. */
export const CONVERSION = {
  width: 0xff,
  /** 64 bits of the argument, not 32. */
  wide: 1 << 8,
  signed: 1 << 9,
  hex: 1 << 10,
  char: 1 << 11,
  /** A sign or a blank stands before numbers that are not negative. */
  sign: 1 << 12,
} as const;

/** Width of a pointer for which the format says none. */
const POINTER_WIDTH = 16;

const charOf = (text: string): number => text.charCodeAt(0);

/** (format, its bytes at the most, slot) -> 1 where the format is one of those that generated code prints: the slot holds it then. */
export function writeFormat(): FuncCode {
  return new FormatReader().write();
}

/** Writes the function: reads the format from its first byte to its NUL, and copies it on the way. */
class FormatReader {
  private readonly code = new CodeWriter('rt:print-format', 'i32 i32 i32 -> i32', [
    'format',
    'limit',
    'slot',
  ]);
  private readonly format = 0;
  private readonly limit = 1;
  private readonly slot = 2;
  private readonly i = this.code.local('i32', 'i');
  private readonly char = this.code.local('i32', 'char');
  private readonly text = this.code.local('i32', 'text');
  private readonly count = this.code.local('i32', 'count');
  private readonly bits = this.code.local('i32', 'conversion');

  write(): FuncCode {
    const { code, limit, slot, i, char, text, count } = this;
    code.get(limit).i32(FORMAT_BYTES).op('i32_gt_u').if().i32(FORMAT_BYTES).set(limit).end();
    code.block().loop();
    this.next();
    code.get(char).op('i32_eqz').brIf(1);
    this.is('%').if();
    this.next();
    this.is('%').op('i32_eqz').if();
    this.conversion();
    code.br(2).end().end();
    // Text: printable, white space, and all that ASCII does not know.
    this.between(0x01, 0x08);
    this.between(0x0e, 0x1f).op('i32_or');
    this.between(0x7f, 0x7f).op('i32_or');
    this.giveUp();
    this.add(text, 1);
    code.br(0).end().end();
    const put = (value: Local, off: number) => code.get(slot).get(value).mem('i32_store', off);
    put(text, SLOT.textBytes);
    put(count, SLOT.count);
    this.add(i, -1);
    put(i, SLOT.formatBytes);
    code.get(i).i32(0).op('i32_ne');
    return code.finish();
  }

  /** Behind a percent sign: flags, width, length, kind. */
  private conversion(): void {
    const { code, slot, bits, count, char } = this;
    code.i32(0).set(bits).block().loop();
    this.oneOf('+ ').if();
    this.set(CONVERSION.sign);
    code.else();
    this.oneOf('-0').op('i32_eqz').brIf(2).end();
    this.next();
    code.br(0).end().end();

    this.digit('1').if();
    this.addDigit();
    this.digit('0').if();
    this.addDigit();
    this.digit('0');
    this.giveUp();
    code.end().end();

    this.is('l').if();
    this.set(CONVERSION.wide);
    this.next();
    this.is('l').if();
    this.next();
    code.end();
    this.oneOf('diuxX').op('i32_eqz');
    this.giveUp();
    code.end();

    this.oneOf('di').if();
    this.set(CONVERSION.signed);
    code.else();
    code.get(bits).i32(~CONVERSION.sign).op('i32_and').set(bits);
    this.oneOf('xX').if();
    this.set(CONVERSION.hex);
    code.else();
    this.is('c').if();
    this.set(CONVERSION.char);
    code.else();
    this.is('p').if();
    this.pointer();
    code.else();
    this.is('u').op('i32_eqz');
    this.giveUp();
    code.end().end().end().end();

    code.get(count).i32(MAX_CONVERSIONS).op('i32_ge_u');
    this.giveUp();
    code.get(slot).get(count).i32(2).op('i32_shl').op('i32_add').get(bits).mem('i32_store', SLOT.conversions);
    this.add(count, 1);
    code.i32(0).set(char);
  }

  /** A bare %p prints a number; letters behind it would make it something else. */
  private pointer(): void {
    const { code, format, limit, i, bits, char } = this;
    this.set(CONVERSION.hex | CONVERSION.wide);
    code.get(bits).i32(CONVERSION.width).op('i32_and').op('i32_eqz').if();
    this.set(POINTER_WIDTH);
    code.end();
    code.get(i).get(limit).op('i32_ge_u');
    this.giveUp();
    code.get(format).get(i).op('i32_add').mem('i32_load8_u', 0).set(char);
    this.between(charOf('0'), charOf('9'));
    this.between(charOf('A'), charOf('Z')).op('i32_or');
    this.between(charOf('a'), charOf('z')).op('i32_or');
    this.between(0x7f, 0xff).op('i32_or');
    this.giveUp();
  }

  /** char = the next byte of the format, which goes into the slot. */
  private next(): void {
    const { code, format, limit, slot, i, char } = this;
    code.get(i).get(limit).op('i32_ge_u');
    this.giveUp();
    code.get(slot).get(i).op('i32_add');
    code.get(format).get(i).op('i32_add').mem('i32_load8_u', 0).tee(char).mem('i32_store8', SLOT.format);
    this.add(i, 1);
  }

  private giveUp(): void {
    this.code.if().i32(0).op('return').end();
  }

  private add(local: Local, by: number): void {
    this.code.get(local).i32(by).op('i32_add').set(local);
  }

  private set(bits: number): void {
    this.code.get(this.bits).i32(bits).op('i32_or').set(this.bits);
  }

  private is(char: string): CodeWriter {
    return this.code.get(this.char).i32(charOf(char)).op('i32_eq');
  }

  private oneOf(chars: string): CodeWriter {
    for (let i = 0; i < chars.length; i++) {
      this.is(chars[i]!);
      if (i > 0) this.code.op('i32_or');
    }
    return this.code;
  }

  private between(from: number, to: number): CodeWriter {
    return this.code
      .get(this.char)
      .i32(from)
      .op('i32_sub')
      .i32(to - from)
      .op('i32_le_u');
  }

  private digit(from: string): CodeWriter {
    return this.between(charOf(from), charOf('9'));
  }

  /** Takes a digit of the width, and goes on. */
  private addDigit(): void {
    const { code, bits, char } = this;
    const { width } = CONVERSION;
    code.get(bits).i32(~width).op('i32_and');
    code.get(bits).i32(width).op('i32_and').i32(10).op('i32_mul');
    code.get(char).op('i32_add').i32(charOf('0')).op('i32_sub').op('i32_or').set(bits);
    this.next();
  }
}
