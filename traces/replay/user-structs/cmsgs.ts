// Control messages: headers, each with its data, aligned to words. @see cmsg(3)
import type { Image } from './image.ts';
import { typeOf, wordOf } from './layout.ts';
import { lengthOf } from './numbers.ts';
import type { Task } from './task.ts';
import type { StructValue, Value } from './value.ts';

/** Most bytes that are believed of all messages. */
const MAX_BYTES = 65536;

/** Structs of data by the first member that is printed. */
const DATA_STRUCTS: Readonly<Record<string, string>> = {
  pid: 'ucred',
  ipi_ifindex: 'in_pktinfo',
  tv_sec: 'timespec',
};
/** Numbers of data by their size. */
const DATA_NUMBERS: Readonly<Record<number, string>> = { 1: 'u8', 2: 'u16', 4: 's32', 8: 's64' };

/** Bytes of all messages of a list. */
export function sizeOfCmsgs(task: Task, value: Value): number {
  if (task.length >= 0) return Math.min(task.length, MAX_BYTES);
  if (value.kind !== 'list') return 0;
  let size = 0;
  for (const item of value.items) size = aligned(task, size) + dataEnd(task, item);
  return Math.min(size, MAX_BYTES);
}

/** Writes the messages one after the other, as far as their lengths are known. */
export function writeCmsgs(task: Task, image: Image, off: number, value: Value, isOut: boolean): void {
  if (value.kind !== 'list') return;
  const header = typeOf(task.arch, 'cmsghdr');
  let at = off;
  for (const item of value.items) {
    if (item.kind !== 'struct') return;
    task.write(image, at, header, item, isOut);
    const end = dataEnd(task, item);
    const data = member(item, 'cmsg_data');
    if (data !== undefined) writeData(task, image, at + header.size, end - header.size, data, isOut);
    if (end < header.size || end > MAX_BYTES) return;
    at = aligned(task, at + end);
  }
}

function writeData(task: Task, image: Image, off: number, size: number, data: Value, isOut: boolean): void {
  if (data.kind === 'string') {
    image.set(off, data.bytes.subarray(0, Math.max(0, size)));
  } else if (data.kind === 'list' && data.items.length > 0) {
    const name = DATA_NUMBERS[size / data.items.length];
    if (name !== undefined) task.write(image, off, typeOf(task.arch, name), data, isOut);
  } else if (data.kind === 'struct') {
    const first = data.members[0]?.[0] ?? '';
    const name = data.members[1]?.[0] === 'tv_usec' ? 'timeval' : DATA_STRUCTS[first];
    if (name !== undefined) task.write(image, off, typeOf(task.arch, name), data, isOut);
  }
}

/** The length that a message says it has. */
function dataEnd({ arch, isExit }: Task, item: Value): number {
  const shown = item.kind === 'struct' ? member(item, 'cmsg_len') : undefined;
  return shown === undefined ? 0 : Math.max(0, lengthOf(arch, shown, isExit));
}

function member(value: StructValue, name: string): Value | undefined {
  return value.members.find(([other]) => other === name)?.[1];
}

function aligned({ arch }: Task, off: number): number {
  const word = wordOf(arch);
  return Math.ceil(off / word) * word;
}
