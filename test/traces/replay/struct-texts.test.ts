// The notation of strace, older versions of it and other ABIs among them: a line, and the bytes behind one of its arguments, `??` where they are not known, `pp`
// where a made-up pointer stands.
import { describe, expect, test } from 'vitest';
import { SYNTHETIC_STRIDE } from '../../../traces/index.ts';
import { parseNote, parseValue, type Value } from '../../../traces/replay/user-structs/value.ts';
import { userStructs } from '../../../traces/replay/user-structs.ts';
import type { UserMemory } from '../../../vm/index.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { caseNames, importCase, importText, type ImportView } from '../../support/strace.ts';

const treeOf = (text: string): Value => parseValue(Buffer.from(text, 'latin1'));
const word = (text: string): Value => ({ kind: 'word', text });

describe('one grammar', () => {
  test.each<readonly [text: string, tree: Value]>([
    ['NULL', word('NULL')],
    ['O_RDONLY|O_CLOEXEC', word('O_RDONLY|O_CLOEXEC')],
    ['0x3 /* PROT_READ|PROT_WRITE */', word('0x3')],
    ['3</tmp/a, b>', word('3')],
    ['4<TCP:[1.2.3.4:5->6.7.8.9:10]>', word('4')],
    ['5</tmp/x>(deleted)', word('5')],
    ['1<<CAP_CHOWN|1<<CAP_KILL', word('1<<CAP_CHOWN|1<<CAP_KILL')],
    ['1 => 2', { kind: 'change', before: word('1'), after: word('2') }],
    ['"a\\n\\0\\1"...', { kind: 'string', bytes: Uint8Array.of(97, 10, 0, 1), isCut: true }],
    ['[]', { kind: 'list', items: [], isCut: false, isInverse: false }],
    ['~[KILL RT_1]', { kind: 'list', items: [word('KILL'), word('RT_1')], isCut: false, isInverse: true }],
    ['[1, 2, ...]', { kind: 'list', items: [word('1'), word('2')], isCut: true, isInverse: false }],
    [
      '[[VMIN]=1, [17]=0x2]',
      { kind: 'list', items: [word('1'), word('0x2')], isCut: false, isInverse: false },
    ],
    [
      '{a=1, b={c=2}, ...}',
      {
        kind: 'struct',
        members: [
          ['a', word('1')],
          ['b', { kind: 'struct', members: [['c', word('2')]], isCut: false }],
        ],
        isCut: true,
      },
    ],
    [
      '{5, 0}',
      {
        kind: 'struct',
        members: [
          ['', word('5')],
          ['', word('0')],
        ],
        isCut: false,
      },
    ],
    [
      '{inet_pton(AF_INET6, "::1", &sin6_addr)}',
      {
        kind: 'struct',
        members: [['sin6_addr', word('inet_pton(AF_INET6, "::1", &sin6_addr)')]],
        isCut: false,
      },
    ],
    ['{a=1', { kind: 'struct', members: [['a', word('1')]], isCut: true }],
  ])('%s', (text, tree) => {
    expect(plain(treeOf(text))).toEqual(plain(tree));
  });

  test('a note has parts by their first word', () => {
    const parts = parseNote(Buffer.from('in [3], left {tv_sec=1}'));
    expect([...parts.keys()]).toEqual(['in', 'left']);
    expect([...parseNote(Buffer.from('Timeout')).keys()]).toEqual(['Timeout']);
  });
});

function plain(value: Value): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      inner instanceof Uint8Array ? Buffer.from(inner).toString('hex') : inner,
    ),
  );
}

/** Line, argument, bytes at enter and at exit (empty: as at enter). */
type Line = [line: string, arg: number, enter: string, exit?: string];

// oxfmt-ignore
const LINES: readonly Line[] = [
  // names missing, as strace printed some structs up to version 4
  ['epoll_ctl(3, EPOLL_CTL_ADD, 4, {EPOLLIN, {u32=7, u64=7}}) = 0', 3, '01000000 0700000000000000'],
  ['nanosleep({1, 5}, NULL) = 0', 0, '0100000000000000 0500000000000000'],
  ['rt_sigaction(SIGINT, {SIG_DFL, [INT], SA_RESTORER, 0x10}, NULL, 8) = 0', 1, '0000000000000000 0000000400000000 1000000000000000 0200000000000000'],
  ['writev(1, [{"abc", 3}], 1) = 3', 1, 'pppppppppppppppp 0300000000000000'],
  ['bind(3, {sa_family=AF_FILE, path="/a"}, 110) = 0', 1, '0100'],
  // the newest ones show the data of epoll as one number
  ['epoll_ctl(3, EPOLL_CTL_ADD, 4, {events=EPOLLIN, data=0x102}) = 0', 3, '01000000 0201000000000000'],
  // what is cut and what nobody can know
  ['rt_sigprocmask(SIG_BLOCK, [INT WHAT], NULL, 8) = 0', 1, ''],
  ['rt_sigprocmask(SIG_BLOCK, ~[RTMIN RT_1], [], 8) = 0', 1, 'ffffff7ffeffffff'],
  ['fstat(3, {st_mode=S_IFREG|0644, ...}) = 0', 1, '', '{24}a4810000{8}00000000{80}' + '00'.repeat(24)],
  ['setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=WHAT, l_linger=5}, 8) = 0', 3, '????????05000000'],
  ['connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("1.2.3.400")}, 16) = 0', 1, '02000050????????0000000000000000'],
  ['capget({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {effective=0x1ff, permitted=0, inheritable=0}) = 0', 1, '', '{4}0000000000000000{4}0000000000000000'],
  // the last state of a child
  ['wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 9', 1, '', '00030000'],
  ['wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}], 0, NULL) = 9', 1, '', '8b000000'],
  ['wait4(-1, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP | 0x80}], 0, NULL) = 9', 1, ''],
  ['wait4(-1, [{WIFCONTINUED(s)}], 0, NULL) = 9', 1, '', 'ffff0000'],
  // limits and products
  ['setrlimit(RLIMIT_CORE, {rlim_cur=8192*1024, rlim_max=RLIM_INFINITY}) = 0', 1, '0000800000000000 ffffffffffffffff'],
  // changes
  ['sendfile(1, 3, [0] => [16], 16) = 16', 2, '0000000000000000', '1000000000000000'],
  ['getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [8 => 4]) = 0', 4, '08000000', '04000000'],
  ['getsockopt(3, SOL_SOCKET, SO_ERROR, [111], [8 => 4]) = 0', 3, '', '6f000000'],
  ['poll([{fd=3, events=POLLIN}, {fd=4, events=POLLIN}], 2, -1) = 1 ([{fd=4, revents=POLLIN|POLLHUP}])', 0, '030000000100????040000000100', '0300000001000000 0400000001001100'],
  ['poll([{fd=3, events=POLLIN}], 1, -1) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)', 0, '030000000100'],
  ['select(5, [4], NULL, NULL, {tv_sec=1, tv_usec=0}) = 0 (Timeout)', 4, '0100000000000000 0000000000000000', '0000000000000000 0000000000000000'],
  ['select(70, [65], NULL, NULL, NULL) = 1 (in [65])', 1, '0000000000000000', '0000000000000000 0200000000000000'],
  ['select(16, [9], NULL, NULL, NULL) = 1 (in [9])', 1, '0002', '0002000000000000'],
  // a pipe with annotations, a name that would break a plain reader
  ['pipe2([3<pipe:[1]>, 4<pipe:[1]>], 0) = 0', 0, '', '0300000004000000'],
  ['poll([{fd=3</tmp/a], {b=1>, events=POLLIN}], 1, 0) = 0 (Timeout)', 0, '030000000100', '0300000001000000'],
  ['sched_setaffinity(0, 4, [0 9]) = 0', 2, '01020000'],
  ['utimensat(AT_FDCWD, "x", [UTIME_NOW, {tv_sec=2, tv_nsec=1} /* 1970-01-01T00:00:02.000000001+0000 */], 0) = 0', 2, '{8}ffffff3f00000000 0200000000000000 0100000000000000'],
  ['ioctl(3, SIOCGIFHWADDR, {ifr_name="eth0", ifr_hwaddr={sa_family=ARPHRD_ETHER, sa_data=02:00:00:00:00:01}}) = 0', 2, '6574683000', '6574683000{11}0100 020000000001'],
  ['ioctl(1, TIOCSWINSZ, {ws_row=1, ws_col=2, ws_xpixel=3, ws_ypixel=4}) = 0', 2, '0100020003000400'],
  ['ioctl(1, _IOC(_IOC_READ, 0x66, 0x99, 0x8), {a=1}) = 0', 2, ''],
  // i386 by its calls' names: 32-bit numbers and pointers, strings where those can lead
  ['mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xf7000000\n1 clock_gettime64(CLOCK_REALTIME, {tv_sec=1, tv_nsec=2}) = 0', 1, '', '0100000000000000 0200000000000000'],
  ['mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xf7000000\n1 nanosleep({tv_sec=1, tv_nsec=2}, NULL) = 0', 0, '01000000 02000000'],
  ['mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xf7000000\n1 execve("/bin/a", ["a", "bc"], NULL) = 0', 1, '00002000 10002000 00000000'],
];

test.each<Line>(LINES)('%s (argument %i)', (line, arg, enter, exit = enter) => {
  const imported = importText(line.includes('\n') ? `1 ${line}\n` : `${line}\n`);
  for (const [phase, expected] of [
    ['enter', enter],
    ['exit', exit],
  ] as const) {
    const block = imported.blocks[0]!;
    const row = block.count - 1;
    const spans = userStructs(block, row, phase === 'exit', imported);
    const found = hexAt(spans, block.args[row * 6 + arg]!);
    const hidden = trimmed(expected).replaceAll(/p/g, (_, at: number) => found[at] ?? '');
    expect(found, phase).toBe(hidden);
  }
});

/** Known bytes from an address on as hex, `??` for others, up to the last that is known in reach. */
function hexAt(spans: readonly UserMemory[], address: bigint): string {
  const bytes = new Map<number, string>();
  for (const span of spans) {
    const off = Number(span.address - address);
    if (off < 0 || off > 1024) continue;
    for (const [i, byte] of span.bytes.entries()) bytes.set(off + i, byte.toString(16).padStart(2, '0'));
  }
  let text = '';
  for (let i = 0; i <= Math.max(-1, ...bytes.keys()); i++) text += bytes.get(i) ?? '??';
  return text;
}

/** The notation of LINES: spaces for the eye, `{n}` for n unknown bytes. */
function trimmed(expected: string): string {
  return expected
    .replaceAll(/\{(\d+)\}/g, (_, count: string) => '??'.repeat(Number(count)))
    .replaceAll(' ', '')
    .replace(/(?:\?\?)+$/, '');
}

/** Runs over all calls of an import; throws where a span leaves all rooms. Result: spans. */
function walk({ blocks, strings, syscalls }: ImportView): number {
  let count = 0;
  for (const block of blocks) {
    for (let row = 0; row < block.count; row++) {
      for (const isExit of [false, true]) {
        for (const { bytes, trueLength } of userStructs(block, row, isExit, { strings, syscalls })) {
          if (bytes.length > trueLength || trueLength > Number(SYNTHETIC_STRIDE))
            throw new Error(`line ${block.line[row]}`);
          count++;
        }
      }
    }
  }
  return count;
}

const seed = seedOf(20261123);
test(`texts that were damaged are read without harm (seed ${seed})`, () => {
  const random = new Random(seed);
  const lines = LINES.map(([line]) => line);
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    '=',
    '=>',
    '<',
    '>',
    '...',
    '/*',
    '*/',
    '(',
    ')',
    '~',
    '@',
    '\\',
    '|',
    '0',
    'A',
    ' ',
  ];
  let spans = 0;
  for (let round = 0; round < 40; round++) {
    const texts = lines.map((line) => {
      let text = line;
      for (let n = random.below(4); n >= 0; n--) {
        const at = random.below(text.length + 1);
        text = text.slice(0, at) + random.pick(pieces) + text.slice(at + random.below(3));
      }
      return text.replaceAll('\n', ' ');
    });
    spans += walk(importText(`${texts.join('\n')}\n`));
  }
  expect(spans).toBeGreaterThan(0);
  for (const text of lines) {
    for (let cut = 0; cut < text.length; cut++) treeOf(text.slice(cut));
  }
});

test('values within values without end are given up', () => {
  expect(() => treeOf('{a='.repeat(100_000))).not.toThrow();
  expect(() => treeOf('['.repeat(100_000))).not.toThrow();
  expect(walk(importText(`connect(3, ${'['.repeat(5000)}1${']'.repeat(5000)}, 16) = 0\n`))).toBe(0);
  expect(walk(importText('select(1000000000, [3], NULL, NULL, NULL) = 1 (in [3])\n'))).toBeLessThan(10);
});

test.each(caseNames('variants'))('%s: all calls are put together without harm', (name) => {
  expect(walk(importCase(name))).toBeGreaterThanOrEqual(0);
});
