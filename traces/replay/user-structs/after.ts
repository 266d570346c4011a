// What the kernel left in arguments that it reads and writes, where strace tells it behind the return value: which descriptors are ready, and how much
// of a timeout is left.
//
//   poll([{fd=3, events=POLLIN}], 1, 9) = 1 ([{fd=3, revents=POLLIN}])
//   select(4, [3], NULL, NULL, {tv_sec=1, tv_usec=0}) = 1 (in [3], left {tv_sec=0, tv_usec=9})
//
// @see fs/select.c do_sys_poll, core_sys_select, poll_select_finish
import type { Image } from './image.ts';
import { type StructType, typeOf, wordOf } from './layout.ts';
import { numberOf } from './numbers.ts';
import type { Task } from './task.ts';
import { type ListValue, type Value, parseNote } from './value.ts';

/** Which argument of a call is which. */
interface WaitRow {
  /** The array of pollfd. */
  readonly fds?: number;
  /** The sets of select, by their names in the note. */
  readonly sets?: Readonly<Record<number, string>>;
  /** What the kernel writes the rest of the timeout to. */
  readonly timeout?: number;
}

const SETS = { 1: 'in', 2: 'out', 3: 'except' };
const SELECT: WaitRow = { sets: SETS, timeout: 4 };
const WAITS: Readonly<Record<string, WaitRow>> = {
  poll: { fds: 0 },
  ppoll: { fds: 0, timeout: 2 },
  ppoll_time64: { fds: 0, timeout: 2 },
  select: SELECT,
  _newselect: SELECT,
  pselect6: SELECT,
  pselect6_time64: SELECT,
  recvmmsg: { timeout: 4 },
  recvmmsg_time64: { timeout: 4 },
};

/** Whether the kernel writes to this argument of this call what only the note behind the return value tells. */
export function isToldAfter(call: string, arg: number): boolean {
  const row = WAITS[call];
  return row !== undefined && (row.fds === arg || row.timeout === arg || row.sets?.[arg] !== undefined);
}

/**
 * Puts what is known after the call into the image of an argument for which isToldAfter holds. `ret`: what the call returned; `note`: the text behind it.
 * What the kernel has overwritten without a word is forgotten.
 */
export function writeAfter(
  task: Task,
  image: Image,
  call: string,
  arg: number,
  shown: Value,
  typeName: string,
  ret: bigint,
  note: Uint8Array,
): void {
  const row = WAITS[call]!;
  const parts = parseNote(note);
  if (row.fds === arg) writeReady(task, image, shown, ret, parts.get(''));
  else if (row.timeout === arg) writeLeft(task, image, typeName, call, ret, parts);
  else writeSet(task, image, ret, parts.get(row.sets![arg]!));
}

/** Each entry of poll has its answer: that of the note, 0 where it is not among those. */
function writeReady(task: Task, image: Image, shown: Value, ret: bigint, ready: Value | undefined): void {
  if (ret < 0n || shown.kind !== 'list') return;
  const { size, members } = typeOf(task.arch, 'pollfd') as StructType; // a row of the table of structs
  const revents = members.get('revents')!;
  const answers = ready?.kind === 'list' ? [...ready.items] : [];
  if (ret > 0n && answers.length === 0) return;
  const isWhole = ready?.kind !== 'list' || !ready.isCut;
  for (const [i, entry] of shown.items.entries()) {
    const at = i * size + revents.off;
    const [next] = answers;
    const isNext = next !== undefined && fdOf(task, next) === fdOf(task, entry);
    if (isNext) {
      answers.shift();
      task.write(image, i * size, typeOf(task.arch, 'pollfd'), next, true);
    } else if (answers.length > 0 || isWhole) image.setNumber(at, revents.type.size, 0n);
  }
}

function fdOf({ arch }: Task, entry: Value): bigint | undefined {
  const fd = entry.kind === 'struct' ? entry.members.find(([name]) => name === 'fd')?.[1] : undefined;
  return fd?.kind === 'word' ? numberOf(arch, fd.text) : undefined;
}

function writeSet(task: Task, image: Image, ret: bigint, left: Value | undefined): void {
  if (ret < 0n) return;
  const empty: ListValue = { kind: 'list', items: [], isCut: false, isInverse: false };
  image.forget(0, image.bytes.length);
  const { length } = task;
  const word = wordOf(task.arch);
  task.length = Math.ceil(length / (8 * word)) * (8 * word); // the kernel clears the rest of the last word
  task.write(image, 0, typeOf(task.arch, 'fdset'), left ?? empty, true);
  task.length = length;
}

function writeLeft(
  task: Task,
  image: Image,
  typeName: string,
  call: string,
  ret: bigint,
  parts: ReadonlyMap<string, Value>,
): void {
  const left = parts.get('left');
  const type = typeOf(task.arch, typeName);
  image.forget(0, image.bytes.length);
  if (left !== undefined) task.write(image, 0, type, left, true);
  else if (ret === 0n && parts.has('Timeout') && !call.startsWith('recvmmsg'))
    image.set(0, new Uint8Array(type.size));
}
