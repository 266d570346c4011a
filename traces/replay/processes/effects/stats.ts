// What stat tells of an open file: its type, inode and device.
import type { FileFacts } from '../../../../vm/index.ts';
import type { Call } from '../call.ts';
import type { OpenFile } from '../open-file.ts';
import type { Effects, Run } from './effect.ts';

const AT_FDCWD = -100;
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
  const text = call.text(arg);
  const mode = call.member(text, `${prefix}_mode`);
  const inode = call.member(text, `${prefix}_ino`);
  if (mode !== undefined) file.type ??= TYPES.get(mode & S_IFMT);
  if (inode !== undefined) file.inode = inode;
  const device = /\bst_rdev=makedev\((\w+), (\w+)\)/.exec(text);
  if (device !== null) file.device = (Number(device[1]) << 20) | Number(device[2]);
  const [major, minor] = [call.member(text, 'stx_rdev_major'), call.member(text, 'stx_rdev_minor')];
  const isDevice = file.type === 'character' || file.type === 'block';
  if (isDevice && major !== undefined && minor !== undefined) file.device = (major << 20) | minor;
}

/** The file behind a descriptor, of which the type or the inode may still be told. */
const fstat: Run = ({ process: { files } }, call) => {
  const file = files.file(call.int(0));
  if (file.type === undefined || file.inode === undefined) learnStat(file, call, 1, 'st');
};

/** With an empty path they are about the descriptor. */
const statAt =
  (arg: number, prefix: 'st' | 'stx'): Run =>
  ({ process: { files } }, call) => {
    if (call.int(0) === AT_FDCWD || call.string(1)?.length !== 0) return;
    const file = files.file(call.int(0));
    if (file.type === undefined || file.inode === undefined) learnStat(file, call, arg, prefix);
  };

export const STATS = {
  fstat: { done: fstat },
  fstat64: { done: fstat },
  newfstatat: { done: statAt(2, 'st') },
  fstatat64: { done: statAt(2, 'st') },
  statx: { done: statAt(4, 'stx') },
} as const satisfies Effects;
