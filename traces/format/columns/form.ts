// What repeats exactly about records: a few hundred forms a block, and which form each record has.
//
// A form is kind, system call, flags, errno, kinds of the six arguments, which texts are there, and the argument and flags of each span.
// Calls that follow each other in a program follow each other in its thread, so forms stand in thread order, where deflate finds
// the repetitions. The flag `halved` depends on what other threads do and is kept out.
import { NO_SYSCALL, RECORD_FLAGS } from '../../event.ts';
import type { Block } from '../../event.ts';
import { FormatError } from '../errors.ts';
import type { PackedStreams, StreamSet } from '../streams.ts';

/** Fields of a form, then one number a span: argument + 256 * flags. */
export const FORM = { kind: 0, sys: 1, flags: 2, errno: 3, texts: 4, argKinds: 5, spans: 11 } as const;
/** Bit of `texts` for the text of the result; bits 0..5 are those of the arguments. */
export const RET_TEXT = 6;
export type Form = Uint16Array;

/** More spans in one block than any recorder could have written. */
const MAX_SPANS = 1 << 22;
const MAX_FORM_SPANS = 0xffff;
/** As many as a block has records, at most. */
const MAX_FORMS = 1 << 16;
const SORT_FIELDS = [FORM.sys, FORM.kind] as const;

export interface Forms {
  readonly forms: readonly Form[];
  /** Index in `forms` of each row. */
  readonly formOf: Uint32Array;
}

/** The columns that forms hold; flags are without `halved`. */
export interface FormColumns extends Forms, Pick<Block, 'kind' | 'sys' | 'flags' | 'errno' | 'memStart'> {}

/** Writes the forms of a block; `order` is its thread order. Throws RangeError for a record of more than 65,535 spans. */
export function encodeForms(block: Block, order: Uint32Array, to: StreamSet): Forms {
  const forms: Form[] = [];
  const byHash = new Map<number, number[]>();
  const formOf = new Uint32Array(block.count);
  let scratch = new Uint16Array(64);
  for (const row of order) {
    const spans = block.memStart[row + 1]! - block.memStart[row]!;
    if (spans > MAX_FORM_SPANS) throw new RangeError(`a record of ${spans} spans, limit ${MAX_FORM_SPANS}`);
    if (FORM.spans + spans > scratch.length) scratch = new Uint16Array(FORM.spans + spans);
    fillForm(block, row, spans, scratch);
    const length = FORM.spans + spans;
    const hash = hashOf(scratch, length);
    let candidates = byHash.get(hash);
    if (candidates === undefined) byHash.set(hash, (candidates = []));
    let index = candidates.find((i) => isSame(forms[i]!, scratch, length));
    if (index === undefined) {
      index = forms.length;
      forms.push(scratch.slice(0, length));
      candidates.push(index);
    }
    formOf[row] = index;
  }
  const places = sortForms(forms);
  for (let row = 0; row < block.count; row++) formOf[row] = places[formOf[row]!]!;
  writeForms(forms, to);
  const low = to.to('form');
  for (const row of order) low.u8(formOf[row]! & 0xff);
  if (forms.length > 0x100) {
    const high = to.to('formHigh');
    for (const row of order) high.u8(formOf[row]! >> 8);
  }
  return { forms, formOf };
}

/** Sorts forms, so that those of one system call stand together; returns the new index of each. */
function sortForms(forms: Form[]): Uint32Array {
  const from = Uint32Array.from(forms.keys()).sort((a, b) => compare(forms[a]!, forms[b]!));
  const sorted = Array.from(from, (index) => forms[index]!);
  const places = new Uint32Array(forms.length);
  for (const [place, index] of from.entries()) places[index] = place;
  for (const [place, form] of sorted.entries()) forms[place] = form;
  return places;
}

function compare(a: Form, b: Form): number {
  for (const field of SORT_FIELDS) if (a[field] !== b[field]) return a[field]! - b[field]!;
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function fillForm(block: Block, row: number, spans: number, form: Uint16Array): void {
  form[FORM.kind] = block.kind[row]!;
  form[FORM.sys] = block.sys[row]!;
  form[FORM.flags] = block.flags[row]! & ~RECORD_FLAGS.halved;
  form[FORM.errno] = block.errno[row]!;
  let texts = block.retText[row] === 0 ? 0 : 1 << RET_TEXT;
  for (let arg = 0; arg < 6; arg++) {
    form[FORM.argKinds + arg] = block.argKinds[row * 6 + arg]!;
    if (block.argText[row * 6 + arg] !== 0) texts |= 1 << arg;
  }
  form[FORM.texts] = texts;
  const start = block.memStart[row]!;
  for (let i = 0; i < spans; i++)
    form[FORM.spans + i] = block.memArg[start + i]! | (block.memFlags[start + i]! << 8);
}

function hashOf(form: Uint16Array, length: number): number {
  let hash = length;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ form[i]!, 0x9e3779b1) ^ (hash >>> 15);
  return hash;
}

function isSame(form: Form, other: Uint16Array, length: number): boolean {
  if (form.length !== length) return false;
  for (let i = 0; i < length; i++) if (form[i] !== other[i]) return false;
  return true;
}

/** Fields stand together over all forms, not form by form. */
function writeForms(forms: readonly Form[], to: StreamSet): void {
  const out = to.to('forms');
  out.varint(forms.length);
  for (const form of forms) out.varint(form.length - FORM.spans);
  for (let field = 0; field < FORM.spans; field++) for (const form of forms) out.varint(form[field]!);
  for (const form of forms) for (const span of form.subarray(FORM.spans)) out.varint(span);
}

function readForms(from: PackedStreams): Form[] {
  const stream = from.from('forms');
  const count = stream.varint();
  if (count > MAX_FORMS) throw new FormatError('bad-stream', `${count} forms`);
  const forms: Form[] = [];
  let spans = 0;
  for (let i = 0; i < count; i++) {
    const own = stream.varint();
    if (own > MAX_FORM_SPANS || (spans += own) > MAX_SPANS)
      throw new FormatError('bad-stream', `a form of ${own} spans`);
    forms.push(new Uint16Array(FORM.spans + own));
  }
  for (let field = 0; field < FORM.spans; field++) for (const form of forms) form[field] = stream.varint();
  for (const form of forms)
    for (let field = FORM.spans; field < form.length; field++) form[field] = stream.varint();
  stream.end('forms');
  return forms;
}

/** Reads what `encodeForms` wrote. Throws FormatError for a system call from index `syscalls` on. */
export function decodeForms(
  count: number,
  order: Uint32Array,
  syscalls: number,
  from: PackedStreams,
): FormColumns {
  const forms = readForms(from);
  checkSyscalls(forms, syscalls);
  const low = from.from('form');
  const high = from.from('formHigh');
  const formOf = new Uint32Array(count);
  const isHigh = forms.length > 0x100;
  for (let i = 0; i < count; i++) {
    const index = low.u8() | (isHigh ? high.u8() << 8 : 0);
    if (index >= forms.length) throw new FormatError('bad-stream', `form ${index} of ${forms.length}`);
    formOf[order[i]!] = index;
  }
  low.end('form of each record');
  high.end('form of each record');
  return {
    forms,
    formOf,
    kind: spread(forms, formOf, FORM.kind, new Uint8Array(count)),
    sys: spread(forms, formOf, FORM.sys, new Uint16Array(count)),
    flags: spread(forms, formOf, FORM.flags, new Uint16Array(count)),
    errno: spread(forms, formOf, FORM.errno, new Uint16Array(count)),
    memStart: spanStarts(forms, formOf),
  };
}

function checkSyscalls(forms: readonly Form[], syscalls: number): void {
  const unknown = forms.find((form) => form[FORM.sys] !== NO_SYSCALL && form[FORM.sys]! >= syscalls);
  if (unknown !== undefined)
    throw new FormatError('bad-block', `system call ${unknown[FORM.sys]} of ${syscalls}`);
}

/** Bits of the arguments of a form that are of a kind (ARG_KINDS). */
export function argsOfKind(form: Form, kind: number): number {
  let bits = 0;
  for (let arg = 0; arg < 6; arg++) if (form[FORM.argKinds + arg] === kind) bits |= 1 << arg;
  return bits;
}

/** Fills a column with a field of the form of each record. */
function spread<T extends Uint8Array | Uint16Array>(
  forms: readonly Form[],
  formOf: Uint32Array,
  field: number,
  column: T,
): T {
  const values = Uint16Array.from(forms, (form) => form[field]!);
  for (let row = 0; row < formOf.length; row++) column[row] = values[formOf[row]!]!;
  return column;
}

/** Kinds of the six arguments of each record. */
export function argKindsOf({ forms, formOf }: Forms): Uint8Array {
  const argKinds = new Uint8Array(formOf.length * 6);
  for (let row = 0; row < formOf.length; row++) {
    const form = forms[formOf[row]!]!;
    for (let arg = 0; arg < 6; arg++) argKinds[row * 6 + arg] = form[FORM.argKinds + arg]!;
  }
  return argKinds;
}

function spanStarts(forms: readonly Form[], formOf: Uint32Array): Uint32Array {
  const spans = Uint32Array.from(forms, (form) => form.length - FORM.spans);
  const memStart = new Uint32Array(formOf.length + 1);
  let end = 0;
  for (let row = 0; row < formOf.length; row++) {
    end += spans[formOf[row]!]!;
    if (end > MAX_SPANS) throw new FormatError('bad-block', `more than ${MAX_SPANS} spans`);
    memStart[row + 1] = end;
  }
  return memStart;
}

/** Argument and flags of each span. */
export function spansOf({
  forms,
  formOf,
  memStart,
}: Forms & Pick<Block, 'memStart'>): Pick<Block, 'memArg' | 'memFlags'> {
  const memArg = new Uint8Array(memStart[formOf.length]!);
  const memFlags = new Uint8Array(memArg.length);
  for (let row = 0; row < formOf.length; row++) {
    const form = forms[formOf[row]!]!;
    for (let span = memStart[row]!, field = FORM.spans; field < form.length; span++, field++) {
      memArg[span] = form[field]! & 0xff;
      memFlags[span] = form[field]! >> 8;
    }
  }
  return { memArg, memFlags };
}
