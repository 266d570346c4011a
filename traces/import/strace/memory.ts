// Strings that a log shows behind the arguments of a call, as spans of user memory: their bytes, and how long they really were.
import { ARG_KINDS, MEMORY_FLAGS } from '../../event.ts';
import { ByteBuffer, CH, ascii } from '../bytes.ts';
import type { InternTable } from '../intern.ts';
import { NumberReader } from '../number.ts';
import type { OpenBlock } from '../open-block.ts';
import { type CallInfo, SPECIAL, formCode } from './calls.ts';
import { decodeEscapes } from './escape.ts';
import type { ArgScanner } from './scan.ts';

const C = CH;
const KIND = ARG_KINDS;
const MEMORY = MEMORY_FLAGS;
const EFFECT = SPECIAL;

const FORM = {
  path: formCode('path'),
  str: formCode('str'),
  strs: formCode('strs'),
  in: formCode('in'),
  out: formCode('out'),
  outstr: formCode('outstr'),
  iovin: formCode('iovin'),
  ptr: formCode('ptr'),
} as const;
const IOV_LEN = ascii(', iov_len=');
const ZERO = new Uint8Array(1);
const TWO_32 = 4294967296;
/** What prctl takes to give a thread's name. */
const PR_GET_NAME = 16;
/** Marks in the column of true lengths until the result is known: take it from the size argument, from the return value. */
const FROM_SIZE = -1;
const FROM_RESULT = -2;

/** Reads strings into spans, row by row: `begin`, then the arguments, then `settleLengths`. */
export class MemoryReader {
  readonly #strings: InternTable;
  readonly #scanner: ArgScanner;
  readonly #number = new NumberReader();
  readonly #decoded = new ByteBuffer(1 << 12);
  /** The first span of the row being read. */
  #firstSpan = 0;

  constructor(strings: InternTable, scanner: ArgScanner) {
    this.#strings = strings;
    this.#scanner = scanner;
  }

  /** A row begins. */
  begin(block: OpenBlock): void {
    this.#firstSpan = block.spans.count;
  }

  /** A string that is the whole argument. */
  readString(
    text: ByteBuffer,
    start: number,
    end: number,
    info: CallInfo,
    arg: number,
    block: OpenBlock,
    row: number,
  ): void {
    const cut = text.bytes[end - 1] === C.dot;
    const id = this.#internString(text, start + 1, cut ? end - 4 : end - 1, false);
    block.setMadeUpArg(row, arg, KIND.synthetic, id, 0);
    const form = info.forms[arg]!;
    let flags = cut ? MEMORY.cut : 0;
    let length = cut ? Number.NaN : this.#strings.byteLength(id);
    if (form === FORM.in) {
      length = FROM_SIZE;
    } else if (form === FORM.out) {
      flags |= MEMORY.out;
      length = FROM_RESULT;
    } else {
      if (info.outs[arg] === 1 && (form !== FORM.ptr || isReadBack(info, block, row))) flags |= MEMORY.out;
      if (!cut && (form === FORM.path || form === FORM.str || form === FORM.outstr || form === FORM.ptr))
        flags |= MEMORY.cString;
    }
    block.spans.add(row, arg, flags, id, length);
  }

  /** A struct, a list, a set: kept as text; the strings inside become spans. */
  readDecoded(
    text: ByteBuffer,
    start: number,
    end: number,
    info: CallInfo,
    arg: number,
    block: OpenBlock,
    row: number,
  ): void {
    const bytes = text.bytes;
    const id = this.#strings.intern(text, start, end);
    block.setMadeUpArg(row, arg, KIND.decoded, id, id);
    const form = info.forms[arg]!;
    const out = info.outs[arg] === 1 ? MEMORY.out : 0;
    for (let p = start; p < end; p++) {
      if (bytes[p] !== C.quote) continue;
      const after = this.#scanner.stringEnd(bytes, p, end);
      if (after < 0) return;
      const cut = bytes[after - 1] !== C.quote;
      const inner = this.#internString(text, p + 1, cut ? after - 4 : after - 1, bytes[p - 1] === C.at);
      let flags = out | (cut ? MEMORY.cut : 0);
      let length = cut ? Number.NaN : this.#strings.byteLength(inner);
      if (form === FORM.strs && !cut) flags |= MEMORY.cString;
      if (form === FORM.iovin && text.startsWith(after, end, IOV_LEN)) {
        const digits = after + IOV_LEN.length;
        if (this.#number.read(bytes, digits, end) > digits) {
          length = Math.max(this.#number.lo + this.#number.hi * TWO_32, this.#strings.byteLength(inner));
        }
      }
      block.spans.add(row, arg, flags, inner, length);
      p = after - 1;
    }
  }

  /**
   * The size of a write whose output ran into it (`3123` for 123 bytes of which the last three are output): where the string is whole
   * its length is the size.
   */
  ungluedSize(block: OpenBlock, row: number, written: number): void {
    const spans = block.spans;
    const last = spans.count - 1;
    if (last < this.#firstSpan || spans.arg[last] !== 1 || (spans.flags[last]! & MEMORY.cut) !== 0) return;
    const size = row * 12 + 4;
    const length = this.#strings.byteLength(spans.bytes[last]!);
    if (
      length !== written ||
      length === block.args[size] ||
      !String(block.args[size]).startsWith(String(length))
    )
      return;
    block.args[size] = length;
    block.args[size + 1] = 0;
  }

  /** Sets the true lengths of the row's strings, once the return value (halves; `returned` false: none) is in. */
  settleLengths(
    info: CallInfo,
    block: OpenBlock,
    row: number,
    lo: number,
    hi: number,
    returned: boolean,
  ): void {
    const spans = block.spans;
    for (let i = this.#firstSpan; i < spans.count; i++) {
      const mark = spans.trueLength[i]!;
      if (!(mark < 0)) continue;
      const recorded = this.#strings.byteLength(spans.bytes[i]!);
      let length = Number.NaN;
      if (mark === FROM_SIZE) {
        const cell = row * 6 + info.sizeArgs[spans.arg[i]!]!;
        if (block.argKinds[cell] !== KIND.absent)
          length = block.args[cell * 2]! + block.args[cell * 2 + 1]! * TWO_32;
      } else if (returned && hi < 0x80000000) {
        length = lo + hi * TWO_32;
      }
      const cut = (spans.flags[i]! & MEMORY.cut) !== 0;
      if (length <= recorded || Number.isNaN(length))
        length = cut && !(length === recorded) ? Number.NaN : recorded;
      spans.trueLength[i] = length;
    }
  }

  /** The id of the decoded bytes between two quotes; an abstract socket name (`@"..."`) starts with a NUL. */
  #internString(text: ByteBuffer, start: number, end: number, abstract: boolean): number {
    const escape = text.find(C.backslash, start, end);
    if (escape < 0 && !abstract) return this.#strings.intern(text, start, end);
    const decoded = this.#decoded;
    decoded.length = 0;
    if (abstract) decoded.append(ZERO, 0, 1);
    if (escape >= 0) {
      decoded.append(text.bytes, start, escape);
      decodeEscapes(text.bytes, escape, end, decoded);
    } else {
      decoded.append(text.bytes, start, end);
    }
    return this.#strings.intern(decoded, 0, decoded.length);
  }
}

/** Whether prctl's second argument is a buffer that the kernel fills. */
function isReadBack(info: CallInfo, block: OpenBlock, row: number): boolean {
  return info.special === EFFECT.prctl && block.args[row * 12] === PR_GET_NAME;
}
