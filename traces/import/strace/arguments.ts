// Reads the arguments of a call into a row: value, kind, text, and the strings behind pointers as spans of memory.
import { ARG_KINDS } from '../../event.ts';
import { type ByteBuffer, CH, WORD_BYTES, ascii } from '../bytes.ts';
import type { InternTable } from '../intern.ts';
import { NumberReader } from '../number.ts';
import type { OpenBlock } from '../open-block.ts';
import { type CallInfo, SPECIAL, formCode } from './calls.ts';
import { MemoryReader } from './memory.ts';
import { ArgScanner } from './scan.ts';
import { clonePlace, futexPlaces } from './registers.ts';
import { type SymbolValue, evaluate } from './symbols.ts';

const C = CH;
const WORD = WORD_BYTES;
const KIND = ARG_KINDS;
const EFFECT = SPECIAL;

const FORM = { fd: formCode('fd'), ptr: formCode('ptr'), lo: formCode('lo') } as const;
/** 1 for kinds of argument that are ints of C. */
const NARROW = new Uint8Array(256);
for (const form of ['fd', 'int', 'flags', 'mode', 'pid', 'id', 'sig'] as const) NARROW[formCode(form)] = 1;
/** The upper half of a small negative number. */
const SIGN_HALF = 0xffffffff;

/** First bytes of arguments that are no value and no data: `...`, `<... resuming`, `?`, `=> {` of a struct whose first half is missing. */
const KEPT_AS_TEXT: ReadonlySet<number> = new Set([C.dot, C.less, C.question, C.minus, C.equal]);
const NULL = ascii('NULL');
const HEX = ascii('0x');
const ARROW = ascii('=>');
const DELETED_LENGTH = '(deleted)'.length;
const PAGE_BITS = 12;

/** Reads arguments; holds the scratch that this needs. */
export class ArgumentReader {
  readonly scanner = new ArgScanner();
  readonly memory: MemoryReader;
  readonly #strings: InternTable;
  readonly #number = new NumberReader();
  /** Values of symbolic texts by string id: x86, arm64. */
  readonly #symbols: [Map<number, SymbolValue>, Map<number, SymbolValue>] = [new Map(), new Map()];
  /** Where #readNotes found what it does not know. */
  #stop = 0;

  constructor(strings: InternTable) {
    this.#strings = strings;
    this.memory = new MemoryReader(strings, this.scanner);
  }

  /** Reads the arguments in `scanner` into row `row`. False where one of them cannot be what strace prints. */
  read(text: ByteBuffer, info: CallInfo, block: OpenBlock, row: number): boolean {
    const { count, starts, ends } = this.scanner;
    this.memory.begin(block);
    let places = count === info.printedCount ? info.places : undefined;
    for (let i = 0; i < count; i++) {
      const start = starts[i]!;
      let from = start;
      if (i === 2 && info.special === EFFECT.futex) places = futexPlaces(block.args[row * 12 + 2]!, count);
      let arg = places === undefined ? i : places.low[i]!;
      if (info.special === EFFECT.clone) {
        const equal = nameEnd(text, start, ends[i]!);
        if (equal > 0) {
          arg = clonePlace(info.arch, text.latin1(start, equal));
          if (arg < 0) continue;
          from = equal + 1;
        }
      }
      if (arg > 5) break;
      if (!this.#readOne(text, from, ends[i]!, info, arg, block, row)) return false;
      const high = places === undefined ? -1 : places.high[i]!;
      if (high >= 0) block.splitArg(row, arg, high);
    }
    if (info.special === EFFECT.mmap2 && !this.#isRaw(text)) toPages(block, row);
    return true;
  }

  /** Whether the arguments of mmap2 are printed as registers (-e raw): lengths and descriptors are hexadecimal only then. */
  #isRaw(text: ByteBuffer): boolean {
    const { count, starts, ends } = this.scanner;
    for (let i = 1; i < count; i += 3) if (text.startsWith(starts[i]!, ends[i]!, HEX)) return true;
    return false;
  }

  #readOne(
    text: ByteBuffer,
    start: number,
    end: number,
    info: CallInfo,
    arg: number,
    block: OpenBlock,
    row: number,
  ): boolean {
    if (start >= end) return true;
    const bytes = text.bytes;
    const first = bytes[start]!;
    if (isDigit(first) || (first === C.minus && start + 1 < end && isDigit(bytes[start + 1]!))) {
      return this.#readNumeric(text, start, end, info, arg, block, row);
    }
    if (first === C.quote) {
      const after = this.scanner.stringEnd(bytes, start, end);
      if (after === end) {
        this.memory.readString(text, start, end, info, arg, block, row);
        return true;
      }
      if (after < 0 || !isTail(text, after, end)) return false;
      this.memory.readDecoded(text, start, end, info, arg, block, row);
      return true;
    }
    if (
      first === C.brace ||
      first === C.bracket ||
      first === C.tilde ||
      first === C.ampersand ||
      first === C.at
    ) {
      this.memory.readDecoded(text, start, end, info, arg, block, row);
      return true;
    }
    if (end - start === NULL.length && text.startsWith(start, end, NULL)) {
      block.setArg(row, arg, KIND.pointer, 0, 0, 0);
      return true;
    }
    if (first === C.bar || WORD[first] === 1)
      return this.#readSymbol(text, start, end, info, arg, block, row);
    if (first === C.less && bytes[start + 1] !== C.dot) return true; // the mark of a call that was resumed and left again
    if (KEPT_AS_TEXT.has(first)) {
      block.setArg(row, arg, KIND.absent, 0, 0, this.#strings.intern(text, start, end));
      return true;
    }
    return false;
  }

  /** A number, alone or with an annotation, a comment or more flags behind it. */
  #readNumeric(
    text: ByteBuffer,
    start: number,
    end: number,
    info: CallInfo,
    arg: number,
    block: OpenBlock,
    row: number,
  ): boolean {
    const bytes = text.bytes;
    const number = this.#number;
    let p = number.read(bytes, start, end);
    if (p < 0) return false;
    const form = info.forms[arg]!;
    let kind: number = info.pointers[arg] === 1 ? KIND.pointer : KIND.value;
    if (form === FORM.ptr && !(number.hex && (number.hi > 0 || number.lo > 0xffff))) kind = KIND.value;
    let note = 0;
    if (p < end) {
      if (isOperator(bytes, p)) return this.#readSymbol(text, start, end, info, arg, block, row);
      const rest = text.skipSpaces(p, end);
      if (text.startsWith(rest, end, ARROW)) {
        note = this.#strings.intern(text, start, end);
      } else {
        note = this.#readNotes(text, p, end);
        if (note < 0) {
          if (isOperator(bytes, this.#stop)) return this.#readSymbol(text, start, end, info, arg, block, row);
          return false;
        }
      }
    }
    const hi = number.hex ? number.hi : signlessHi(info, arg, number.hi);
    block.setArg(row, arg, kind, number.lo, hi, note);
    return true;
  }

  /**
   * What stands behind a number: an annotation `<path>`, a comment with the name of the value, or both in either order.
   * Returns the id of the annotation's text, of the comment's where there is none; -1 where something else stands there, at #stop.
   */
  #readNotes(text: ByteBuffer, pos: number, end: number): number {
    const { bytes } = text;
    let annotation = 0;
    let comment = 0;
    let p = pos;
    while (p < end) {
      this.#stop = p;
      if (isOperator(bytes, p)) return -1;
      if (bytes[p] === C.less) {
        // an argument that ends in `>` is its annotation to the end; the scan has seen that it closes
        const after = bytes[end - 1] === C.greater ? end : this.scanner.annotationEnd(bytes, p, end);
        if (after < 0) return -1;
        const deleted = this.scanner.isDeleted(bytes, after, end);
        const noteEnd = deleted ? after + DELETED_LENGTH : after;
        annotation = this.#strings.intern(text, p + 1, deleted ? noteEnd : after - 1);
        p = noteEnd;
      } else {
        p = text.skipSpaces(p, end);
        this.#stop = p;
        const after =
          bytes[p] === C.slash && bytes[p + 1] === C.star ? this.scanner.commentEnd(bytes, p, end) : -1;
        if (after < 0 || after > end) return -1;
        comment = this.#internTrimmed(text, p + 2, after - 2);
        p = after;
      }
    }
    return annotation || comment;
  }

  /** Flags and other names; with -X verbose a comment follows. AT_FDCWD may have an annotation. */
  #readSymbol(
    text: ByteBuffer,
    start: number,
    end: number,
    info: CallInfo,
    arg: number,
    block: OpenBlock,
    row: number,
  ): boolean {
    const bytes = text.bytes;
    let symbolEnd = text.skipWord(start, end);
    let note = 0;
    if (
      symbolEnd < end &&
      bytes[symbolEnd] === C.less &&
      bytes[symbolEnd + 1] !== C.less &&
      info.forms[arg] === FORM.fd
    ) {
      const after = this.scanner.annotationEnd(bytes, symbolEnd, end);
      if (after !== end) return false;
      note = this.#strings.intern(text, symbolEnd + 1, after - 1);
    } else {
      symbolEnd = end;
    }
    const id = this.#strings.intern(text, start, symbolEnd);
    const symbols = this.#symbols[info.arch === 'arm64' ? 1 : 0];
    let symbol = symbols.get(id);
    if (symbol === undefined) {
      symbol = evaluate(info.arch, stripComments(text.latin1(start, symbolEnd)));
      symbols.set(id, symbol);
    }
    const lo = Number(symbol.value & 0xffffffffn);
    const hi = signlessHi(info, arg, Number(symbol.value >> 32n));
    if (symbol.known) block.setArg(row, arg, KIND.value, lo, hi, note || id);
    else block.setArg(row, arg, KIND.absent, 0, 0, note || id);
    return true;
  }

  #internTrimmed(text: ByteBuffer, start: number, end: number): number {
    const from = text.skipSpaces(start, end);
    let to = end;
    while (to > from && text.bytes[to - 1] === C.space) to--;
    return this.#strings.intern(text, from, to);
  }
}

/**
 * The upper half of a number that was printed with its sign. An int is moved into its register as 32 bits, which clears the upper half;
 * i386 has no more bits than that, unless the number fills two registers.
 */
function signlessHi(info: CallInfo, arg: number, hi: number): number {
  if (hi !== SIGN_HALF) return hi;
  const form = info.forms[arg]!;
  return NARROW[form] === 1 || (info.arch === 'i386' && form !== FORM.lo) ? 0 : hi;
}

/** Position of the `=` of a named argument `name=value` at `start`, or -1. */
function nameEnd(text: ByteBuffer, start: number, end: number): number {
  const { bytes } = text;
  const p = text.skipWord(start, end);
  return p > start && p < end && bytes[p] === C.equal && bytes[p + 1] !== C.equal ? p : -1;
}

/** Whether more flags, a shift or a factor follows at `pos`. */
function isOperator(bytes: Uint8Array, pos: number): boolean {
  const byte = bytes[pos];
  return byte === C.bar || byte === C.star || (byte === C.less && bytes[pos + 1] === C.less);
}

/** Whether a comment or ` => ...` stands at `pos`. */
function isTail(text: ByteBuffer, pos: number, end: number): boolean {
  const { bytes } = text;
  const p = text.skipSpaces(pos, end);
  return text.startsWith(p, end, ARROW) || (bytes[p] === C.slash && bytes[p + 1] === C.star);
}

function stripComments(text: string): string {
  return text.includes('/*') ? text.replaceAll(/\/\*.*?\*\//g, '') : text;
}

/** The offset of mmap2, which strace prints in bytes, in pages as the register has it. */
function toPages(block: OpenBlock, row: number): void {
  const cell = row * 12 + 10;
  block.args[cell] = (block.args[cell]! >>> PAGE_BITS) | (block.args[cell + 1]! << (32 - PAGE_BITS));
  block.args[cell + 1] = 0;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
