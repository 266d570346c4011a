// The notation in which strace prints what is behind a pointer, as a tree: one grammar for all calls.
//
//   value   = atom [ '=>' atom ]                             what it was before, and after
//   atom    = '{' member, ... '}' | ['~'] '[' value, ... ']' | ['@'] '"' bytes '"' ['...'] | word
//   member  = [name '='] value                               a last argument `&name` of a macro counts as the name
//
// Elements of lists stand between commas or spaces. Annotations `<...>` behind numbers and comments are skipped; `...` among members or elements says
// that more were there. Whatever does not fit is a word, which nobody will know the value of.
import { ByteBuffer, CH } from '../../import/bytes.ts';
import { decodeEscapes } from '../../import/strace/escape.ts';
import { ArgScanner } from '../../import/strace/scan.ts';

const C = CH;

export interface StructValue {
  readonly kind: 'struct';
  /** Name, empty where none is printed, and value. */
  readonly members: readonly (readonly [name: string, value: Value])[];
  readonly isCut: boolean;
}
export interface ListValue {
  readonly kind: 'list';
  readonly items: readonly Value[];
  readonly isCut: boolean;
  /** `~[...]`: all but these. */
  readonly isInverse: boolean;
}
export interface StringValue {
  readonly kind: 'string';
  /** With the NUL before an abstract name. */
  readonly bytes: Uint8Array;
  readonly isCut: boolean;
}
/** A number, flags, a macro: as printed, without comments and annotations. */
export interface WordValue {
  readonly kind: 'word';
  readonly text: string;
}
export interface ChangeValue {
  readonly kind: 'change';
  readonly before: Value;
  readonly after: Value;
}
export type Value = StructValue | ListValue | StringValue | WordValue | ChangeValue;

/** Values within values that are read; below is an unknown word. */
const MAX_DEPTH = 24;
const UNKNOWN: WordValue = { kind: 'word', text: '' };

/** Reads the value that `bytes` starts with. What follows it is not looked at. */
export function parseValue(bytes: Uint8Array): Value {
  return new ValueReader(bytes).value(0, false);
}

/** Reads the parts of a note behind a return value: `in [3], left {tv_sec=1, tv_nsec=0}` by their first word, which may be missing. */
export function parseNote(bytes: Uint8Array): ReadonlyMap<string, Value> {
  const reader = new ValueReader(bytes);
  const parts = new Map<string, Value>();
  while (!reader.isAtEnd()) {
    const name = reader.noteName();
    parts.set(name, reader.value(0, false));
    if (!reader.skipComma()) break;
  }
  return parts;
}

const scanner = new ArgScanner();
const COUNTED: Readonly<Record<string, string>> = { msg_name: 'msg_namelen', msg_iov: 'msg_iovlen' };

class ValueReader {
  private readonly bytes: Uint8Array;
  private at = 0;
  /** The number in parentheses behind the name that was read last: older versions of strace show lengths so, `msg_iov(2)=[...]`. */
  private count = '';

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  isAtEnd(): boolean {
    this.skip();
    return this.at >= this.bytes.length;
  }

  skipComma(): boolean {
    this.skip();
    if (this.bytes[this.at] !== C.comma) return false;
    this.at++;
    return true;
  }

  /** The word before `[` or `{`, or a word alone. */
  noteName(): string {
    this.skip();
    const start = this.at;
    while (isWordByte(this.bytes[this.at])) this.at++;
    const name = this.text(start, this.at);
    this.skip();
    return name;
  }

  /** `inList`: a space ends a word. */
  value(depth: number, inList: boolean): Value {
    const before = this.atom(depth, inList);
    this.skip();
    if (!this.isArrow()) return before;
    this.at += 2;
    return { kind: 'change', before, after: this.atom(depth, inList) };
  }

  private atom(depth: number, inList: boolean): Value {
    this.skip();
    const first = this.bytes[this.at];
    const next = this.bytes[this.at + 1];
    if (depth > MAX_DEPTH) {
      this.at = this.bytes.length;
      return UNKNOWN;
    }
    if (first === C.brace) return this.struct(depth + 1);
    if (first === C.bracket) return this.list(depth + 1, false);
    if (first === C.tilde && next === C.bracket) {
      this.at++;
      return this.list(depth + 1, true);
    }
    if (first === C.quote) return this.string(false);
    if (first === C.at && next === C.quote) {
      this.at++;
      return this.string(true);
    }
    return this.word(inList);
  }

  private struct(depth: number): StructValue {
    const members: [string, Value][] = [];
    this.at++;
    let isCut = false;
    for (;;) {
      this.skip();
      const byte = this.bytes[this.at];
      if (byte === undefined || byte === C.braceEnd) break;
      if (this.isEllipsis()) {
        this.at += 3;
        isCut = true;
        continue;
      }
      const start = this.at;
      const name = this.memberName();
      const { count } = this;
      const value = this.value(depth, false);
      members.push([name === '' ? nameWithin(value) : name, value]);
      const length = COUNTED[name];
      if (length !== undefined && count !== '') members.push([length, { kind: 'word', text: count }]);
      this.skipComma();
      if (this.at === start) break; // a closing bracket of another kind
    }
    isCut ||= this.bytes[this.at] !== C.braceEnd;
    this.at++;
    return { kind: 'struct', members, isCut };
  }

  private list(depth: number, isInverse: boolean): ListValue {
    const items: Value[] = [];
    this.at++;
    let isCut = false;
    for (;;) {
      this.skip();
      const byte = this.bytes[this.at];
      if (byte === undefined || byte === C.bracketEnd) break;
      if (this.isEllipsis()) {
        this.at += 3;
        isCut = true;
        continue;
      }
      const start = this.at;
      this.skipDesignator();
      items.push(this.value(depth, true));
      this.skipComma();
      if (this.at === start) break;
    }
    isCut ||= this.bytes[this.at] !== C.bracketEnd;
    this.at++;
    return { kind: 'list', items, isCut, isInverse };
  }

  private string(isAbstract: boolean): Value {
    const { bytes } = this;
    const end = scanner.stringEnd(bytes, this.at, bytes.length);
    if (end < 0) {
      this.at = bytes.length;
      return UNKNOWN;
    }
    const isCut = bytes[end - 1] === C.dot;
    const decoded = new ByteBuffer(end - this.at + 1);
    if (isAbstract) decoded.length = 1;
    decodeEscapes(bytes, this.at + 1, isCut ? end - 4 : end - 1, decoded);
    this.at = end;
    return { kind: 'string', bytes: decoded.bytes.subarray(0, decoded.length), isCut };
  }

  /** Up to a comma, a closing bracket or an arrow; over what stands in parentheses. */
  private word(inList: boolean): WordValue {
    const { bytes } = this;
    let text = '';
    let start = this.at;
    let depth = 0;
    while (this.at < bytes.length) {
      const byte = bytes[this.at]!;
      if (byte === C.quote) {
        const end = scanner.stringEnd(bytes, this.at, bytes.length);
        this.at = end < 0 ? bytes.length : end;
        continue;
      }
      if (byte === C.paren) depth++;
      else if (byte === C.parenEnd) {
        if (depth === 0) break;
        depth--;
      } else if (depth === 0) {
        if (byte === C.comma || byte === C.braceEnd || byte === C.bracketEnd || this.isArrow()) break;
        if (byte === C.space && inList && !this.continues()) break;
      }
      const end = this.skipped();
      if (end > this.at) {
        text += this.text(start, this.at);
        start = end;
        this.at = end;
      } else this.at++;
    }
    return { kind: 'word', text: (text + this.text(start, this.at)).trim() };
  }

  /** Whether the word goes on after the space here: `NAME or NAME`, a comment, more flags. */
  private continues(): boolean {
    const { bytes, at } = this;
    const next = bytes[at + 1];
    return (
      next === C.slash ||
      next === C.bar ||
      (next === 111 && bytes[at + 2] === 114 && bytes[at + 3] === C.space)
    );
  }

  /** Where a comment or annotation that starts here ends; the position itself where none does. */
  private skipped(): number {
    const { bytes, at } = this;
    let end = -1;
    if (bytes[at] === C.slash && bytes[at + 1] === C.star) end = scanner.commentEnd(bytes, at, bytes.length);
    else if (bytes[at] === C.less && bytes[at - 1] !== C.less && bytes[at + 1] !== C.less) {
      end = scanner.annotationEnd(bytes, at, bytes.length);
      if (end >= 0 && scanner.isDeleted(bytes, end, bytes.length)) end += '(deleted)'.length;
    }
    return end < 0 ? at : end;
  }

  /** Over spaces and comments. */
  private skip(): void {
    const { bytes } = this;
    for (;;) {
      while (bytes[this.at] === C.space) this.at++;
      if (bytes[this.at] !== C.slash) return;
      const end = this.skipped();
      if (end === this.at) return;
      this.at = end;
    }
  }

  private memberName(): string {
    const { bytes } = this;
    let end = this.at;
    while (isWordByte(bytes[end])) end++;
    let p = end;
    this.count = '';
    if (bytes[p] === C.paren) {
      while (bytes[++p]! >= C.zero && bytes[p]! <= C.nine);
      if (bytes[p] !== C.parenEnd) return '';
      this.count = this.text(end + 1, p++);
    }
    if (end === this.at || bytes[p] !== C.equal || bytes[p + 1] === C.equal || bytes[p + 1] === C.greater)
      return '';
    const name = this.text(this.at, end);
    this.at = p + 1;
    return name;
  }

  /** Over `[VINTR]=` before an element. */
  private skipDesignator(): void {
    const { bytes } = this;
    if (bytes[this.at] !== C.bracket) return;
    let p = this.at + 1;
    while (isWordByte(bytes[p])) p++;
    if (bytes[p] === C.bracketEnd && bytes[p + 1] === C.equal) this.at = p + 2;
  }

  private isArrow(): boolean {
    return this.bytes[this.at] === C.equal && this.bytes[this.at + 1] === C.greater;
  }

  private isEllipsis(): boolean {
    const { bytes, at } = this;
    return bytes[at] === C.dot && bytes[at + 1] === C.dot && bytes[at + 2] === C.dot;
  }

  private text(start: number, end: number): string {
    let text = '';
    for (let i = start; i < end; i++) text += String.fromCharCode(this.bytes[i]!);
    return text;
  }
}

/** `inet_pton(AF_INET6, "::1", &sin6_addr)` is a value of sin6_addr. */
function nameWithin(value: Value): string {
  return value.kind === 'word' ? (/&(\w+)\)$/.exec(value.text)?.[1] ?? '') : '';
}

function isWordByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const letter = byte | 32;
  return (letter >= 97 && letter <= 122) || (byte >= 48 && byte <= 57) || byte === C.underscore;
}
