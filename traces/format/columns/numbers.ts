// Arguments and results as numbers, 64 bits in two halves, thread by thread.
//
// The guess for an argument is what it was for the last record of the same form; for a result also an argument, and -errno for a failed
// call. `argMiss` has a byte a record: bit i says that argument i was not foreseen, the two high bits how the result is found.
import { ARG_KINDS, SYNTHETIC_BASE, SYNTHETIC_STRIDE } from '../../event.ts';
import type { Block } from '../../event.ts';
import type { StreamSet, PackedStreams } from '../streams.ts';
import { AddressReader, AddressWriter, PLAIN, PLAIN_NUMBER } from './addresses.ts';
import { argsOfKind, FORM } from './form.ts';
import type { Form, Forms } from './form.ts';

/** How a result is found, in the high bits of `argMiss`. */
const RET = { foreseen: 0, third: 1, first: 2, stored: 3 } as const;
const RET_SHIFT = 6;
const ARGS = 6;
const ALL_ARGS = (1 << ARGS) - 1;
/** Slots of a context: six arguments and the result. */
const SLOTS = 7;
const RET_SLOT = 6;

/** The two halves of each element of a column of 64-bit numbers. Typed arrays are little endian on every machine this runs on. */
export function halvesOf(column: BigUint64Array | BigInt64Array): Uint32Array {
  return new Uint32Array(column.buffer, column.byteOffset, column.length * 2);
}

/** Whether an argument is an address made up by the importer, which follows from a string id. */
export function isMadeUp(form: Form, arg: number): boolean {
  const kind = form[FORM.argKinds + arg];
  return kind === ARG_KINDS.synthetic || kind === ARG_KINDS.decoded;
}

/** Bits of the arguments that are such addresses. */
export function madeUpArgs(form: Form): number {
  return argsOfKind(form, ARG_KINDS.synthetic) | argsOfKind(form, ARG_KINDS.decoded);
}

/** Whether a block has arguments that are such addresses. */
export function hasMadeUp({ forms }: Forms): boolean {
  return forms.some((form) => madeUpArgs(form) !== 0);
}

const BASE = Number(SYNTHETIC_BASE);
const STRIDE = Number(SYNTHETIC_STRIDE);
const TWO32 = 0x1_0000_0000;

/** Writes the made-up address of string `id` into element `at` of a column of halves. Both are below 2^53. */
export function putMadeUp(halves: Uint32Array, at: number, id: number): void {
  const address = BASE + id * STRIDE;
  halves[at * 2] = address % TWO32;
  halves[at * 2 + 1] = address / TWO32;
}

/** Whether element `at` of a column of halves is the made-up address of string `id`. */
export function isMadeUpFrom(halves: Uint32Array, at: number, id: number): boolean {
  const address = halves[at * 2 + 1]! * TWO32 + halves[at * 2]!;
  return address === BASE + id * STRIDE;
}

/** By form and argument: which of the form's spans a made-up address comes from; NO_SPAN: from the argument's text. */
export function madeUpSpans(forms: readonly Form[]): Int32Array {
  const spans = new Int32Array(forms.length * ARGS).fill(NO_SPAN);
  for (const [i, form] of forms.entries()) {
    for (let field = form.length - 1; field >= FORM.spans; field--) {
      const arg = form[field]! & 0xff;
      if (arg < ARGS) spans[i * ARGS + arg] = field - FORM.spans;
    }
  }
  return spans;
}

export const NO_SPAN = -1;

/** The string id that a made-up address should come from: the first span of the argument, or else its text. `span` is as `madeUpSpans` has it. */
export function madeUpFrom(
  { memStart, memBytes, argText }: Pick<Block, 'memStart' | 'memBytes' | 'argText'>,
  row: number,
  arg: number,
  span: number,
): number {
  return span === NO_SPAN ? argText[row * ARGS + arg]! : memBytes[memStart[row]! + span]!;
}

/** The last numbers of each form; of a form that is new, those of the form that its system call had last. */
class Contexts {
  readonly values: Uint32Array;
  readonly #seen: Uint8Array;
  readonly #sysOf: Uint32Array;
  /** By system call: where the values of its last form start. */
  readonly #lastOf: Int32Array;
  /** By form: arguments that were ever other than 0, as bits. */
  readonly #filled: Uint8Array;

  constructor(forms: readonly Form[]) {
    const locals = new Map<number, number>();
    this.#sysOf = Uint32Array.from(forms, (form) => {
      const sys = form[FORM.sys]!;
      if (!locals.has(sys)) locals.set(sys, locals.size);
      return locals.get(sys)!;
    });
    this.values = new Uint32Array(forms.length * SLOTS * 2);
    this.#lastOf = new Int32Array(locals.size).fill(-1);
    this.#seen = new Uint8Array(forms.length);
    this.#filled = new Uint8Array(forms.length);
  }

  /** Where the values of a form start, filled: it is the last of its system call now. */
  open(form: number): number {
    const at = form * SLOTS * 2;
    const sys = this.#sysOf[form]!;
    if (this.#seen[form] === 0) {
      this.#seen[form] = 1;
      const from = this.#lastOf[sys]!;
      if (from >= 0) {
        this.values.copyWithin(at, from, from + SLOTS * 2);
        this.#filled[form] = this.#filled[from / (SLOTS * 2)]!;
      }
    }
    this.#lastOf[sys] = at;
    return at;
  }

  /** Arguments of a form that may be other than 0, now that those of `missed` have new values. */
  filled(form: number, missed: number): number {
    return (this.#filled[form]! |= missed & ALL_ARGS);
  }
}

/** Writes args and ret. */
export function encodeNumbers(
  block: Block,
  { forms, formOf }: Forms,
  order: Uint32Array,
  to: StreamSet,
): void {
  const misses = to.to('argMiss');
  const argValues = to.to('argValue');
  const synthetic = to.to('synthetic');
  const rets = to.to('ret');
  const near = to.to('near');
  const addresses = new AddressWriter(near, to.to('address'));
  const args = halvesOf(block.args);
  const ret = halvesOf(block.ret);
  const contexts = new Contexts(forms);
  const { values } = contexts;
  const spans = madeUpSpans(forms);
  for (const row of order) {
    const form = forms[formOf[row]!]!;
    const context = contexts.open(formOf[row]!);
    let miss = 0;
    for (let arg = 0; arg < ARGS; arg++) {
      const at = (row * ARGS + arg) * 2;
      if (isMadeUp(form, arg)) {
        if (
          isMadeUpFrom(args, row * ARGS + arg, madeUpFrom(block, row, arg, spans[formOf[row]! * ARGS + arg]!))
        )
          continue;
        synthetic.varint64(args[at]!, args[at + 1]!);
        miss |= 1 << arg;
        continue;
      }
      const slot = context + arg * 2;
      if (args[at] === values[slot] && args[at + 1] === values[slot + 1]) continue;
      miss |= 1 << arg;
      if (form[FORM.argKinds + arg] === ARG_KINDS.pointer) addresses.put(args[at]!, args[at + 1]!);
      else argValues.zigzag64(args[at]!, args[at + 1]!);
      values[slot] = args[at]!;
      values[slot + 1] = args[at + 1]!;
    }
    const slot = context + RET_SLOT * 2;
    if (form[FORM.errno] !== 0) foresee(form[FORM.errno]!, values, slot);
    const how = retCode(values, slot, args, row, ret, form);
    if (how === RET.stored) {
      if (addresses.isAddress(ret[row * 2]!, ret[row * 2 + 1]!))
        addresses.put(ret[row * 2]!, ret[row * 2 + 1]!);
      else {
        near.u8(PLAIN);
        rets.zigzag64(ret[row * 2]!, ret[row * 2 + 1]!);
      }
    }
    values[slot] = ret[row * 2]!;
    values[slot + 1] = ret[row * 2 + 1]!;
    misses.u8(miss | (how << RET_SHIFT));
  }
}

/** A failed call returns -errno, whatever the last one of its form did. */
function foresee(errno: number, values: Uint32Array, slot: number): void {
  values[slot] = -errno;
  values[slot + 1] = 0xffff_ffff;
}

function retCode(
  values: Uint32Array,
  slot: number,
  args: Uint32Array,
  row: number,
  ret: Uint32Array,
  form: Form,
): number {
  const low = ret[row * 2];
  const high = ret[row * 2 + 1];
  if (low === values[slot] && high === values[slot + 1]) return RET.foreseen;
  const first = row * ARGS * 2;
  if (!isMadeUp(form, 2) && low === args[first + 4] && high === args[first + 5]) return RET.third;
  if (!isMadeUp(form, 0) && low === args[first] && high === args[first + 1]) return RET.first;
  return RET.stored;
}

/** Numbers of a block. Made-up addresses are still 0; bit `arg` of `misses[row]` says that one is in the stream `synthetic`. */
export interface Numbers {
  readonly args: BigUint64Array;
  readonly ret: BigInt64Array;
  readonly misses: Uint8Array;
}

/** Reads what `encodeNumbers` wrote, but for made-up addresses. */
export function decodeNumbers(
  count: number,
  { forms, formOf }: Forms,
  order: Uint32Array,
  from: PackedStreams,
): Numbers {
  const missStream = from.from('argMiss');
  const argValues = from.from('argValue');
  const rets = from.from('ret');
  const near = from.from('near');
  const distances = from.from('address');
  const addresses = new AddressReader(near, distances);
  const columns = {
    args: new BigUint64Array(count * ARGS),
    ret: new BigInt64Array(count),
    misses: new Uint8Array(count),
  };
  const args = halvesOf(columns.args);
  const ret = halvesOf(columns.ret);
  const contexts = new Contexts(forms);
  const { values } = contexts;
  const given = Uint8Array.from(forms, (form) => ALL_ARGS & ~madeUpArgs(form));
  const pointers = Uint8Array.from(forms, (form) => argsOfKind(form, ARG_KINDS.pointer));
  const errnos = Uint16Array.from(forms, (form) => form[FORM.errno]!);
  for (let i = 0; i < count; i++) {
    const row = order[i]!;
    const form = formOf[row]!;
    const context = contexts.open(form);
    const miss = missStream.u8();
    columns.misses[row] = miss;
    const first = row * ARGS * 2;
    for (let left = miss & given[form]!; left !== 0; left &= left - 1) {
      const arg = 31 - Math.clz32(left & -left);
      const slot = context + arg * 2;
      if (((pointers[form]! >> arg) & 1) !== 0) {
        values[slot] = addresses.next();
        values[slot + 1] = addresses.high;
      } else {
        values[slot] = argValues.zigzag64();
        values[slot + 1] = argValues.high;
      }
    }
    for (let left = given[form]! & contexts.filled(form, miss); left !== 0; left &= left - 1) {
      const at = (31 - Math.clz32(left & -left)) * 2;
      args[first + at] = values[context + at]!;
      args[first + at + 1] = values[context + at + 1]!;
    }
    const slot = context + RET_SLOT * 2;
    if (errnos[form] !== 0) foresee(errnos[form]!, values, slot);
    const how = miss >> RET_SHIFT;
    if (how === RET.stored) {
      const low = addresses.next();
      values[slot] = low === PLAIN_NUMBER ? rets.zigzag64() : low;
      values[slot + 1] = low === PLAIN_NUMBER ? rets.high : addresses.high;
    } else if (how !== RET.foreseen) {
      const at = how === RET.third ? first + 4 : first;
      values[slot] = args[at]!;
      values[slot + 1] = args[at + 1]!;
    }
    ret[row * 2] = values[slot]!;
    ret[row * 2 + 1] = values[slot + 1]!;
  }
  missStream.end('misses');
  argValues.end('arguments');
  rets.end('results');
  near.end('codes of addresses');
  distances.end('addresses');
  return columns;
}
