// Values into bytes: each value goes where the layout of its type says, as far as it is known. A pointer to something that is shown leads to
// a copy of it in the argument's room, or to where the recorder's importer has put the string.
import type { Image } from './image.ts';
import { type IntType, type Member, type PointerType, type StructType, type Type, typeOf } from './layout.ts';
import { lengthOf, numberOf } from './numbers.ts';
import { SPECIAL } from './special.ts';
import type { Task } from './task.ts';
import type { StructValue, Value } from './value.ts';

/** Bytes that a value of a type takes; lists are arrays of the type. */
export function sizeOf(task: Task, type: Type, value: Value): number {
  if (value.kind === 'change')
    return Math.max(sizeOf(task, type, value.before), sizeOf(task, type, value.after));
  if (type.kind === 'special') return SPECIAL[type.name].size(task, value);
  if (value.kind === 'struct' && type.kind === 'struct') return withTail(task, type, value);
  if (value.kind !== 'list') return type.size;
  return type.size * (value.items.length + (endsWithNull(type) && !value.isCut ? 1 : 0));
}

/** A struct whose last member is as long as its value. */
function withTail(task: Task, type: StructType, { members }: StructValue): number {
  let end = type.size;
  for (const [name, shown] of members) {
    const member = type.members.get(name);
    if (member?.type.kind === 'special' && member.type.size === 0)
      end = Math.max(end, member.off + SPECIAL[member.type.name].size(task, shown));
  }
  return end;
}

/** Argument and environment vectors end with a NULL. */
function endsWithNull(type: Type): boolean {
  return type.kind === 'pointer' && type.to === 'cstr';
}

/** Writes a value at an offset. `isOut`: the kernel wrote it, so that nothing is there before the exit. */
export function write(task: Task, image: Image, off: number, type: Type, value: Value, isOut: boolean): void {
  if (isOut && !task.isExit) return;
  if (value.kind === 'change') {
    write(task, image, off, type, value.before, isOut);
    if (task.isExit) write(task, image, off, type, value.after, isOut);
  } else if (type.kind === 'special') SPECIAL[type.name].write(task, image, off, value, isOut);
  else if (value.kind === 'list' && (type.kind !== 'pointer' || endsWithNull(type))) {
    const { items } = value;
    for (const [i, item] of items.entries()) write(task, image, off + i * type.size, type, item, isOut);
    if (endsWithNull(type) && !value.isCut) image.setNumber(off + items.length * type.size, type.size, 0n);
  } else if (type.kind === 'struct') writeStruct(task, image, off, type, value, isOut);
  else if (type.kind === 'int') writeInt(task, image, off, type, value);
  else if (type.kind === 'pointer') writePointer(task, image, off, type, value);
  else if (type.kind === 'char' && value.kind === 'string')
    writeChars(
      image,
      off,
      type.isCleared && isOut ? type.size : 1,
      value.bytes.subarray(0, type.size),
      value.isCut,
      type.size,
    );
}

function writeInt(task: Task, image: Image, off: number, type: IntType, value: Value): void {
  if (value.kind === 'string') {
    if (value.bytes.length === type.size && !value.isCut) image.set(off, value.bytes); // -X raw shows network order so
    return;
  }
  if (value.kind !== 'word') return;
  const { text } = value;
  if (type.form === 'network' && /^\w/.test(text) && !text.includes('(')) return; // whose order would it be?
  const number =
    type.form === 'hex' && /^[0-9a-f]+$/i.test(text) ? BigInt(`0x${text}`) : numberOf(task.arch, text);
  if (number !== undefined) image.setNumber(off, type.size, number, type.form === 'network');
}

/** A string in a place of `size` bytes, with at most `cleared` bytes of 0 behind it. */
function writeChars(
  image: Image,
  off: number,
  cleared: number,
  bytes: Uint8Array,
  isCut: boolean,
  size: number,
): void {
  image.set(off, bytes);
  if (!isCut) image.set(off + bytes.length, new Uint8Array(Math.min(cleared, size - bytes.length)));
}

function writePointer(task: Task, image: Image, off: number, type: PointerType, value: Value): void {
  if (value.kind === 'word') {
    const number = numberOf(task.arch, value.text);
    if (number !== undefined) image.setNumber(off, type.size, number);
    return;
  }
  const known = image.number(off, type.size); // of a struct that was shown twice, the pointer the first time
  if (value.kind === 'string') {
    const placed = task.addressOf(value.bytes);
    if (placed !== undefined && (type.size === 8 || placed < 0x1_0000_0000n))
      image.setNumber(off, type.size, placed);
    else copyString(task, image, off, type, value.bytes, value.isCut);
    return;
  }
  if (type.to === '' || type.to === 'cstr') return;
  const target = typeOf(task.arch, type.to);
  const size = sizeOf(task, target, value);
  const there = known !== undefined && known !== 0n ? task.room.placeAt(known, size) : task.room.place(size);
  if (there === undefined) return;
  image.setNumber(off, type.size, there.address);
  write(task, there, 0, target, value, type.isOut);
}

/** A string whose address a pointer of 32 bits cannot hold, or that was not placed. */
function copyString(
  task: Task,
  image: Image,
  off: number,
  { size, isOut, to }: PointerType,
  bytes: Uint8Array,
  isCut: boolean,
): void {
  const copy = task.room.place(bytes.length + 1);
  if (copy === undefined) return;
  image.setNumber(off, size, copy.address);
  if (!isOut || task.isExit) copy.set(0, bytes);
  if (!isCut && to === 'cstr') copy.set(bytes.length, [0]);
}

function writeStruct(
  task: Task,
  image: Image,
  off: number,
  type: StructType,
  value: Value,
  isOut: boolean,
): void {
  if (value.kind === 'word') {
    writeAlone(task, image, off, type, value, isOut);
    return;
  }
  if (value.kind !== 'struct') return;
  const length = task.length;
  for (const [i, [name, shown]] of value.members.entries()) {
    const member = type.members.get(name === '' ? (type.order[i] ?? '') : name);
    if (member === undefined) continue;
    task.length = lengthFor(task, value, name);
    writeMember(task, image, off, member, shown, isOut);
    const again = type.members.get(`__${name}`);
    if (again !== undefined) writeMember(task, image, off, again, shown, isOut);
  }
  task.length = length;
  writeUnshown(task, image, off, type, value, isOut);
}

function writeMember(
  task: Task,
  image: Image,
  off: number,
  member: Member,
  value: Value,
  isOut: boolean,
): void {
  const { type, count } = member;
  const at = off + member.off;
  const isOurs = isOut || member.isOut;
  if (count >= 0 && value.kind === 'word') {
    const bytes = macBytes(value.text);
    if (bytes !== undefined && type.size === 1 && (!isOurs || task.isExit))
      image.set(at, bytes.slice(0, count));
    return;
  }
  if (count >= 0 && value.kind === 'string' && type.size === 1) {
    if (!isOurs || task.isExit) image.set(at, value.bytes.subarray(0, count));
    return;
  }
  if (count >= 0 && value.kind === 'list' && value.items.length > count) return;
  write(task, image, at, type, value, isOurs);
}

/** Members that a word alone stands for. */
const ALONE: ReadonlySet<string> = new Set(['tv_nsec', 'u64']);

/** Of some structs a word stands for all: UTIME_NOW, the data of epoll, the one number of sched_param. */
function writeAlone(
  task: Task,
  image: Image,
  off: number,
  type: StructType,
  value: Value,
  isOut: boolean,
): void {
  const name = type.order.length === 1 ? type.order[0] : type.order.find((member) => ALONE.has(member));
  const member = type.members.get(name ?? '');
  if (member !== undefined) write(task, image, off + member.off, member.type, value, isOut);
}

/** Padding that the kernel clears, and members that are not shown because they are 0. */
function writeUnshown(
  task: Task,
  image: Image,
  off: number,
  type: StructType,
  { members, isCut }: StructValue,
  isOut: boolean,
): void {
  if (isOut && task.isExit) {
    for (const { type: inner, off: at } of type.members.values()) {
      if (inner.kind === 'pad' && inner.isZero) image.set(off + at, new Uint8Array(inner.size));
    }
  }
  if (isCut) return;
  for (const name of type.silent) {
    const member = type.members.get(name);
    if (member !== undefined && !members.some(([shown]) => shown === name))
      image.setNumber(off + member.off, member.type.size, 0n);
  }
}

/** Members that say how long what another member leads to is. */
const LENGTHS: Readonly<Record<string, string>> = { msg_name: 'msg_namelen', msg_control: 'msg_controllen' };

function lengthFor(task: Task, { members }: StructValue, name: string): number {
  const lengthName = LENGTHS[name];
  if (lengthName === undefined) return -1;
  const shown = members.find(([other]) => other === lengthName)?.[1];
  return shown === undefined ? -1 : lengthOf(task.arch, shown, task.isExit);
}

/** `00:1a:2b:3c:4d:5e` */
function macBytes(text: string): number[] | undefined {
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2})+$/i.test(text)) return undefined;
  return text.split(':').map((byte) => Number.parseInt(byte, 16));
}
