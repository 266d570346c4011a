// Structs that a recorder shows decoded, put back into the bytes that the program had in memory.
//
//   argument's text --value.ts--> tree --encode.ts, with the layouts of the ABI--> images of what is at each address --> spans of known bytes
//
// A pointer that the recorder did not show leads to a made-up address: its target stands behind the argument itself, in the room that each text has.
// In calls of 32-bit programs it stands below 0x70_0000, where a pointer of 4 bytes can lead.
import type { UserMemory } from '../../vm/index.ts';
import { ARG_KINDS, type Arch, type Block, type StringTable } from '../event.ts';
import type { Recording } from '../recording.ts';
import { BPF_ARGS, FCNTL_ARGS, IOCTL_ARGS, USER_ARGS } from '../tables/user-args.ts';
import { isToldAfter, writeAfter } from './user-structs/after.ts';
import { sizeOf, write } from './user-structs/encode.ts';
import { type Image, Room } from './user-structs/image.ts';
import { typeOf, wordOf } from './user-structs/layout.ts';
import { lengthOf } from './user-structs/numbers.ts';
import type { Task } from './user-structs/task.ts';
import { type Value, parseValue } from './user-structs/value.ts';

const NOTHING: readonly UserMemory[] = [];
const ARGS = 6;
/** Largest thing that is put together. */
const MAX_BYTES = 1 << 16;

/** A row of the tables of user arguments. */
interface UserArg {
  readonly arg: number;
  readonly direction: 'in' | 'out' | 'both';
  readonly type: string;
  /** Which argument says how long it is; `ret`: the return value; undefined: none. */
  readonly length: number | 'ret' | undefined;
}

/**
 * The memory behind the arguments of a call that the recorder printed decoded: sockaddr, iovec with its buffers, timespec, stat, argv and their
 * kin, in the layout of the call's ABI. `isExit`: what the kernel wrote is there as well. Addresses are those of the arguments. What the
 * recorder left out (an abbreviated struct, an unknown word) is not among the bytes.
 */
export function userStructs(
  block: Block,
  row: number,
  isExit: boolean,
  recording: Pick<Recording, 'strings' | 'syscalls'>,
): readonly UserMemory[] {
  const syscall = recording.syscalls[block.sys[row]!];
  if (syscall === undefined) return NOTHING;
  let images: Image[] | undefined;
  for (const userArg of rowsOf(syscall.name, block, row)) {
    const cell = row * ARGS + userArg.arg;
    const text = block.argText[cell]!;
    if (text === 0 || block.argKinds[cell] === ARG_KINDS.absent || block.args[cell] === 0n) continue;
    if (!isShown(recording.strings.bytes(text))) continue;
    const more = putTogether(block, row, isExit, recording, syscall, userArg);
    if (images === undefined) images = more;
    else {
      for (const image of more) for (const other of images) image.agreeWith(other);
      images.push(...more);
    }
  }
  if (images === undefined) return NOTHING;
  const spans: UserMemory[] = [];
  for (const image of images) image.spansTo(spans);
  return spans;
}

/** What an argument leads to, and what that leads to. */
function putTogether(
  block: Block,
  row: number,
  isExit: boolean,
  { strings }: Pick<Recording, 'strings'>,
  { name, arch }: { readonly name: string; readonly arch: Arch },
  { arg, direction, type: typeName, length }: UserArg,
): Image[] {
  const cell = row * ARGS + arg;
  const text = block.argText[cell]!;
  const isOut = direction === 'out';
  if (isOut && !isExit) return [];
  const value = valueOf(strings, text);
  const room = new Room(text, arg, wordOf(arch));
  const task: Task = {
    arch,
    isExit,
    room,
    length: lengthFrom(block, row, isExit, strings, arch, length),
    addressOf: (bytes) => spanWith(block, row, arg, bytes, strings),
    argument: (other) => {
      const id = block.argText[row * ARGS + other]!;
      return id === 0 ? undefined : valueOf(strings, id);
    },
    write: (image, off, type, inner, inOut) => write(task, image, off, type, inner, inOut),
  };
  const type = typeOf(arch, typeName);
  const size = sizeOf(task, type, value);
  if (size <= 0 || size > MAX_BYTES) return [];
  const image = room.placeAt(block.args[cell]!, size);
  write(task, image, 0, type, value, isOut);
  if (isExit && isToldAfter(name, arg)) {
    const note = strings.bytes(block.retText[row]!);
    writeAfter(task, image, name, arg, value, typeName, block.ret[row]!, note);
  }
  return room.images;
}

/** Structs, lists and sets are shown; a note such as `35 vars` is not what is in memory. */
function isShown(text: Uint8Array): boolean {
  const first = String.fromCharCode(text[0] ?? 0);
  return first === '{' || first === '[' || first === '~';
}

function lengthFrom(
  block: Block,
  row: number,
  isExit: boolean,
  strings: StringTable,
  arch: Arch,
  length: UserArg['length'],
): number {
  if (length === undefined) return -1;
  if (length === 'ret') return Number(block.ret[row]!);
  const cell = row * ARGS + length;
  const text = block.argText[cell]!;
  const kind = block.argKinds[cell];
  if (kind === ARG_KINDS.value) return Number(block.args[cell]!);
  return text === 0 || kind === ARG_KINDS.absent ? -1 : lengthOf(arch, valueOf(strings, text), isExit);
}

/** Where the importer has put a string of this argument. */
function spanWith(
  block: Block,
  row: number,
  arg: number,
  bytes: Uint8Array,
  strings: StringTable,
): bigint | undefined {
  for (let span = block.memStart[row]!; span < block.memStart[row + 1]!; span++) {
    if (block.memArg[span] === arg && isSame(strings.bytes(block.memBytes[span]!), bytes))
      return block.memAddress[span]!;
  }
  return undefined;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Calls of which one argument says what another leads to. */
const BY_COMMAND = {
  ioctl: { command: 1, arg: 2, rows: IOCTL_ARGS },
  fcntl: { command: 1, arg: 2, rows: FCNTL_ARGS },
  fcntl64: { command: 1, arg: 2, rows: FCNTL_ARGS },
  bpf: { command: 0, arg: 1, rows: BPF_ARGS },
} as const;

/** Rows of the tables, read once. */
const rowsByName = new Map<string, readonly UserArg[]>();
const NO_ROWS: readonly UserArg[] = [];

function rowsOf(name: string, block: Block, row: number): readonly UserArg[] {
  const byCommand = Object.hasOwn(BY_COMMAND, name) ? BY_COMMAND[name as keyof typeof BY_COMMAND] : undefined; // as just tested
  if (byCommand !== undefined) {
    const command = Number(BigInt.asUintN(32, block.args[row * ARGS + byCommand.command]!));
    const found = byCommand.rows[command];
    const text = `${byCommand.arg} ${found}`;
    return found === undefined ? NO_ROWS : parsed(text, [text]);
  }
  return Object.hasOwn(USER_ARGS, name) ? parsed(name, USER_ARGS[name as keyof typeof USER_ARGS]) : NO_ROWS; // as just tested
}

function parsed(key: string, texts: readonly string[]): readonly UserArg[] {
  let rows = rowsByName.get(key);
  if (rows === undefined) {
    rows = texts.map((text) => {
      const [arg, direction, type = '', length] = text.split(' ');
      return {
        arg: Number(arg),
        direction: direction as UserArg['direction'], // the tables' notation
        type,
        length: length === undefined || length === 'ret' ? length : Number(length),
      };
    });
    rowsByName.set(key, rows);
  }
  return rows;
}

/** Texts that were read, of one recording: as many as this, then anew. */
const MAX_VALUES = 4096;
const values = new WeakMap<StringTable, Map<number, Value>>();

function valueOf(strings: StringTable, id: number): Value {
  let known = values.get(strings);
  if (known === undefined || known.size >= MAX_VALUES) {
    known = new Map();
    values.set(strings, known);
  }
  let value = known.get(id);
  if (value === undefined) {
    value = parseValue(strings.bytes(id));
    known.set(id, value);
  }
  return value;
}
