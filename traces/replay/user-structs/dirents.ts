// Entries of directories as getdents and getdents64 give them: each as long as it says, a name with a NUL in it.
//
//   getdents64   u64 ino | s64 off | u16 reclen | u8 type | name NUL ...
//   getdents     ulong ino | ulong off | u16 reclen | name NUL ... | u8 type
//
// @see getdents(2)
import type { Image } from './image.ts';
import { wordOf } from './layout.ts';
import { lengthOf, numberOf } from './numbers.ts';
import type { Task } from './task.ts';
import type { StructValue, Value } from './value.ts';

/** Most bytes that are believed of all entries. */
const MAX_BYTES = 65536;

/** Bytes of all entries of a list. */
export function sizeOfDirents(task: Task, value: Value): number {
  if (value.kind !== 'list') return 0;
  const size = value.items.reduce((sum, item) => sum + lengthIn(task, item), 0);
  return Math.min(size, MAX_BYTES);
}

/** Writes entries of one of the two forms. */
export function writeDirents(form: 'dirents' | 'dirents64') {
  return (task: Task, image: Image, off: number, value: Value): void => {
    if (value.kind !== 'list') return;
    const wide = form === 'dirents64' ? 8 : wordOf(task.arch);
    let at = off;
    for (const item of value.items) {
      const length = lengthIn(task, item);
      if (item.kind !== 'struct' || length === 0) return;
      put(task, image, at, wide, item, 'd_ino');
      put(task, image, at + wide, wide, item, 'd_off');
      image.setNumber(at + 2 * wide, 2, BigInt(length));
      put(task, image, form === 'dirents64' ? at + 18 : at + length - 1, 1, item, 'd_type');
      const name = memberOf(item, 'd_name');
      if (name?.kind === 'string') {
        const start = at + 2 * wide + (form === 'dirents64' ? 3 : 2);
        image.set(start, name.bytes);
        if (!name.isCut) image.set(start + name.bytes.length, [0]);
      }
      at += length;
    }
  };
}

function put(task: Task, image: Image, off: number, size: number, entry: StructValue, name: string): void {
  const shown = memberOf(entry, name);
  const number = shown?.kind === 'word' ? numberOf(task.arch, shown.text) : undefined;
  if (number !== undefined) image.setNumber(off, size, number);
}

/** Bytes of an entry; 0 where it does not say. */
function lengthIn({ arch, isExit }: Task, item: Value): number {
  const shown = item.kind === 'struct' ? memberOf(item, 'd_reclen') : undefined;
  const length = shown === undefined ? 0 : lengthOf(arch, shown, isExit);
  return length > 0 && length < MAX_BYTES ? length : 0;
}

function memberOf(value: StructValue, name: string): Value | undefined {
  return value.members.find(([other]) => other === name)?.[1];
}
