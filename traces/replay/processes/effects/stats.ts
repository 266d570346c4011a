// What stat tells of an open file: its type, inode and device.
import type { FileFacts } from '../../../../vm/index.ts';
import type { Call } from '../call.ts';
import type { OpenFile } from '../open-file.ts';
import type { Effects, Run } from './effect.ts';

const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const S_IFMT = 0xf000;
/** @see include/uapi/linux/stat.h */
const TYPES: ReadonlyMap<number, FileFacts['type']> = new Map([
  [0x1000, 'fifo'],
  [0x2000, 'character'],
  [0x4000, 'directory'],
  [0x6000, 'block'],
  [0x8000, 'regular'],
  [0xc000, 'socket'],
]);

/** The members of struct stat, as `prefix` begins their names. */
function learnStat(file: OpenFile, call: Call, arg: number, prefix: 'st' | 'stx'): void {
  file.statted = true;
  const text = call.text(arg);
  const mode = call.member(text, `${prefix}_mode`);
  const inode = call.member(text, `${prefix}_ino`);
  if (mode !== undefined) file.type ??= TYPES.get(mode & S_IFMT);
  if (inode !== undefined) file.inode = inode;
  if (file.type !== 'character' && file.type !== 'block') return;
  file.device = statDevice(text) ?? file.device;
  const [major, minor] = [call.member(text, 'stx_rdev_major'), call.member(text, 'stx_rdev_minor')];
  if (major !== undefined && minor !== undefined) file.device = (major << 20) | minor;
}

/** `st_rdev=makedev(0x1, 0x3)`, with -X raw `st_rdev=0x103`. @see include/linux/kdev_t.h huge_encode_dev */
function statDevice(text: string): number | undefined {
  const printed = /\bst_rdev=(?:makedev\((\w+), (\w+)\)|(\w+))/.exec(text);
  if (printed === null) return undefined;
  const [, major, minor, raw] = printed;
  if (raw === undefined) return (Number(major) << 20) | Number(minor);
  const code = Number(raw);
  return (((code >> 8) & 0xfff) << 20) | (code & 0xff) | ((code >> 12) & 0xfff00);
}

/** The file behind a descriptor: the first time tells all. */
const fstat: Run = ({ process: { files } }, call) => {
  const file = files.file(call.int(0));
  if (!file.statted) learnStat(file, call, 1, 'st');
};

/** With an empty path they are about the descriptor. */
const statAt =
  (arg: number, flags: number, prefix: 'st' | 'stx'): Run =>
  ({ process: { files } }, call) => {
    if ((call.int(flags) & AT_EMPTY_PATH) === 0 || call.int(0) === AT_FDCWD) return;
    if (call.string(1)?.length !== 0) return;
    const file = files.file(call.int(0));
    if (!file.statted) learnStat(file, call, arg, prefix);
  };

export const STATS = {
  fstat: { done: fstat },
  fstat64: { done: fstat },
  newfstatat: { done: statAt(2, 3, 'st') },
  fstatat64: { done: statAt(2, 3, 'st') },
  statx: { done: statAt(4, 2, 'stx') },
} as const satisfies Effects;
