// The small readers: notes and lists of descriptors, addresses, paths, copies.
import { describe, expect, test } from 'vitest';
import { copyGraph } from '../../../../traces/replay/processes/copy.ts';
import { listedDescriptors } from '../../../../traces/replay/processes/descriptor-list.ts';
import { readDescriptorNote } from '../../../../traces/replay/processes/descriptor-note.ts';
import { absolutePath, bytesOf, movedPath } from '../../../../traces/replay/processes/path.ts';
import { readSiginfo } from '../../../../traces/replay/processes/siginfo.ts';
import { socketAddress } from '../../../../traces/replay/processes/socket-address.ts';
import { OpenFile } from '../../../../traces/replay/processes/open-file.ts';
import { shown } from '../../../support/followed.ts';

test.each([
  ['[3, 4]', ['3:', '4:']],
  ['[3<pipe:[12]>, 4<pipe:[12]>]', ['3:pipe:[12]', '4:pipe:[12]']],
  [
    '[5<UNIX-STREAM:[1->2,"/run/a, 7>b"]>, 6</dev/null<char 1:3>>]',
    ['5:UNIX-STREAM:[1->2,"/run/a, 7>b"]', '6:/dev/null<char 1:3>'],
  ],
  ['[9</tmp/x>(deleted), 10]', ['9:/tmp/x', '10:']],
  ['[', []],
  ['[7<never closed', []],
  ['[8<a>b', []],
])('descriptors of %s', (text, expected) => {
  expect(listedDescriptors(text).map(({ fd, note }) => `${fd}:${note}`)).toEqual(expected);
});

test.each([
  ['/etc/passwd', '/etc/passwd - - -'],
  ['/tmp/x>(deleted)', '/tmp/x - - -'],
  ['/tmp/a\\74b\\76\\"\\\\', '/tmp/a<b>"\\ - - -'],
  ['/dev/sda<block 8:0>', '/dev/sda block - 8388608'],
  ['pipe:[5]', 'pipe:[5] fifo 5 -'],
  ['socket:[6]', 'socket:[6] socket 6 -'],
  ['NETLINK:[ROUTE:77]', '? socket - -'],
  ['UNIX-STREAM:[7->8,"/run/x"]', 'socket:[7] socket 7 -'],
  ['anon_inode:[eventpoll]', 'anon_inode:[eventpoll] anon - -'],
  ['pid:33<sh>', 'anon_inode:[pidfd] anon - -'],
  ['signalfd:[CHLD]', 'anon_inode:[signalfd] anon - -'],
])('the note %s', (note, expected) => {
  const told = readDescriptorNote(bytesOf(note))!;
  expect(`${shown(told.path)} ${told.type ?? '-'} ${told.inode ?? '-'} ${told.device ?? '-'}`).toBe(expected);
});

test.each(['AT_FDCWD', 'STDIN', '', 'FOO:[1]', 'flags O_RDWR'])('the note %j is about no file', (note) => {
  expect(readDescriptorNote(bytesOf(note))).toBeUndefined();
});

test.each([
  [2, '127.0.0.1:80', '020000507f0000010000000000000000'],
  [2, '256.0.0.1:80', undefined],
  [2, '1.2.3:80', undefined],
  [2, '1.2.3.4:65536', undefined],
  [10, '[::]:0', `0a00${'0'.repeat(52)}`],
  [10, '[1:2:3:4:5:6:7:8]:1', '0a000001000000000001000200030004000500060007000800000000'],
  [10, '[::ffff:1.2.3.4]:1', `0a00000100000000${'0'.repeat(20)}ffff0102030400000000`],
  [10, '[1::2::3]:1', undefined],
  [10, '[1:2]:1', undefined],
  [1, '1.2.3.4:5', undefined],
])('an address of family %i: %s', (family, text, hex) => {
  const bytes = socketAddress(family, text);
  expect(bytes === undefined ? undefined : Buffer.from(bytes).toString('hex')).toBe(hex);
});

test.each([
  ['/a/b', undefined, undefined, '/a/b'],
  ['/a/./b/../c//d/', undefined, undefined, '/a/c/d'],
  ['/..', undefined, undefined, '/'],
  ['/', undefined, undefined, '/'],
  ['x', '/w', undefined, '/w/x'],
  ['.', '/w', undefined, '/w'],
  ['../x', '/w/v', undefined, '/w/x'],
  ['x', undefined, undefined, '?'],
  ['/x', '/w', '/jail', '/jail/x'],
  ['/.hidden', undefined, undefined, '/.hidden'],
])('%s from %s below %s', (path, from, root, expected) => {
  expect(shown(absolutePath(bytesOf(path), optional(from), optional(root)))).toBe(expected);
});

test.each([
  ['/a/b', '/a', '/c', '/c/b'],
  ['/a', '/a', '/c', '/c'],
  ['/ab', '/a', '/c', '/ab'],
  ['/x', '/a/b', '/c', '/x'],
])('%s when %s is %s', (path, old, renamed, expected) => {
  expect(shown(movedPath(bytesOf(path), bytesOf(old), bytesOf(renamed)))).toBe(expected);
});

function optional(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : bytesOf(text);
}

describe('siginfo', () => {
  test('words and numbers', () => {
    const words = readSiginfo(
      17,
      '{si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=7<sh>, si_uid=0, si_status=SIGKILL, si_utime=0}',
    );
    expect(words).toEqual({ signal: 17, errno: 0, code: 2, pid: 7, uid: 0, status: 9 });
    expect(readSiginfo(37, '{si_signo=37, si_code=0xffffffff, si_pid=7}')?.code).toBe(-1);
  });

  test('a code that nobody knows is none', () => {
    expect(readSiginfo(1, '{si_signo=1, si_code=SI_ODD}')).toBeUndefined();
    expect(readSiginfo(1, '')).toBeUndefined();
  });
});

test('a copy of a graph keeps who knows whom, and its classes', () => {
  const file = new OpenFile().learn({ inode: 3 });
  const graph = {
    open: new Map([[1, file]]),
    list: [file],
    bytes: bytesOf('x'),
    self: undefined as object | undefined,
  };
  graph.self = graph;
  const { copy, objects } = copyGraph(graph);
  file.inode = 4;
  expect(copy.list[0]).toBe(copy.open.get(1));
  expect(copy.list[0]).toBeInstanceOf(OpenFile);
  expect(copy.list[0]!.inode).toBe(3);
  expect(copy.self).toBe(copy);
  expect(copy.bytes).toBe(graph.bytes);
  expect(objects).toBe(4);
});
