// The grammar beyond the recorded logs: forms of older and newer strace, of other options, of logs taken from stderr.
import { describe, expect, test } from 'vitest';
import { importSources, importText } from '../../support/strace.ts';
import type { ImportView, RowView, SourceView } from '../../support/strace.ts';

function onlyCall(line: string): RowView {
  const imported = importText(`${line}\n`);
  expect(imported.footer).toMatchObject({ badLines: 0, orphanLines: 0 });
  const calls = imported.calls();
  expect(calls).toHaveLength(1);
  return calls[0]!;
}

function file(name: string, lines: readonly string[]): SourceView {
  return { name, pieces: [Buffer.from(lines.join('\n'))] };
}

function clean(text: string): ImportView {
  const imported = importText(text);
  expect(imported.footer).toMatchObject({ badLines: 0, orphanLines: 0, warnings: [] });
  return imported;
}

describe('numbers', () => {
  // oxfmt-ignore
  test.each([
    { text: '0', value: 0n },                    { text: '4096', value: 4096n },
    { text: '0x10', value: 16n },                { text: '0644', value: 0o644n },
    { text: '-5', value: (1n << 64n) - 5n },     { text: '18446744073709551615', value: (1n << 64n) - 1n },
    { text: '0xffffffff', value: 0xffffffffn },  { text: '0xffffffffffffffff', value: (1n << 64n) - 1n },
    { text: '9007199254740993', value: 9007199254740993n }, { text: '-9223372036854775808', value: 1n << 63n },
    { text: '4294967296', value: 1n << 32n },    { text: '-4294967296', value: (1n << 64n) - (1n << 32n) },
    { text: '12345678901234567890', value: 12345678901234567890n },
  ])('argument $text is $value', ({ text, value }) => {
    expect(onlyCall(`lseek(3, ${text}, 0) = 0`).args[1]).toEqual({ kind: 'value', value, text: '' });
  });

  // oxfmt-ignore
  test.each([
    { text: '0', ret: 0n }, { text: '0x7f0b29a33000', ret: 0x7f0b29a33000n }, { text: '022', ret: 0o22n },
    { text: '-1', ret: -1n }, { text: '9223372036854775807', ret: (1n << 63n) - 1n }, { text: '9007199254740993', ret: 9007199254740993n },
  ])('result $text is $ret', ({ text, ret }) => {
    expect(onlyCall(`lseek(3, 0, 0) = ${text}`)).toMatchObject({ ret, errno: 0 });
  });
});

test('an error that the call returned as an unsigned int', () => {
  const call = onlyCall('modify_ldt(28672, 0x7101, 29186) = 4294967258 ENOSYS (Function not implemented)');
  expect(call).toMatchObject({ ret: -38n, errno: 38 });
});

test('a byte order mark belongs to no line', () => {
  expect(clean('\u00ef\u00bb\u00bfgetpid() = 7\n').calls()).toHaveLength(1);
});

test('the name of a thread is printed with escapes', () => {
  const imported = clean(String.raw`7<a \"b\74\76\\\n> 1700000000.000000 getpid() = 7` + '\n');
  expect(imported.calls()[0]!.comm).toBe('a "b<>\\\n');
});

test('the dumps of messages are no records', () => {
  const lines = [
    '7 sendmmsg(3, [{msg_hdr={msg_name=NULL, msg_iov=[{iov_base="ab", iov_len=2}], msg_iovlen=1}, msg_len=2}], 1, 0) = 1',
    ' = 1 buffers in vector 0',
    ' * 2 bytes in buffer 0',
    ' | 00000  61 62                                             ab               |',
  ];
  const imported = clean(`${lines.join('\n')}\n`);
  expect(imported.footer.otherLines).toBe(3);
  expect(imported.rows()).toHaveLength(1);
});

describe('symbols', () => {
  // oxfmt-ignore
  test.each([
    { text: 'O_RDONLY|O_CLOEXEC', value: 0x80000n },       { text: 'O_WRONLY|O_CREAT|O_TRUNC', value: 0x241n },
    { text: '0x1|0x800', value: 0x801n },                  { text: '|0x1800', value: 0x1800n },
    { text: 'O_RDWR|0x40000000', value: 0x40000002n },     { text: 'O_RDONLY|O_LARGEFILE|O_DIRECTORY', value: 0x18000n },
    { text: '0 /* O_RDONLY */', value: 0n },               { text: '0x2 /* O_RDWR */|0x800 /* O_NONBLOCK */', value: 0x802n },
    { text: 'SIGCHLD', value: 17n },                       { text: '1<<3', value: 8n },
  ])('flags $text are $value', ({ text, value }) => {
    expect(onlyCall(`open("/x", ${text}) = 3`).args[1]).toMatchObject({ kind: 'value', value });
  });

  test('a name that no table has keeps its text and has no value', () => {
    expect(onlyCall('open("/x", O_RDONLY|O_FUTURE) = 3').args[1]).toEqual({
      kind: 'absent',
      value: 0n,
      text: 'O_RDONLY|O_FUTURE',
    });
  });

  test('ioctl numbers by field, by one name of two, by value and name', () => {
    expect(onlyCall('ioctl(3, _IOC(_IOC_READ, 0x54, 0x1, 0x4), 0x7ffd3f8f1000) = 0').args[1]!.value).toBe(
      0x80045401n,
    );
    expect(onlyCall('ioctl(3, TCGETS or SNDCTL_TMR_TIMEBASE, {B38400 opost isig}) = 0').args[1]!.value).toBe(
      0x5401n,
    );
    expect(onlyCall('ioctl(3, 0x5401 /* TCGETS */, 0x7ffd3f8f1000) = 0').args[1]).toEqual({
      kind: 'value',
      value: 0x5401n,
      text: 'TCGETS',
    });
  });

  test('a comment in a comment', () => {
    expect(
      onlyCall(
        'ioprio_set(0x1 /* IOPRIO_WHO_PROCESS */, 16, 3 /* IOPRIO_PRIO_VALUE(0 /* IOPRIO_CLASS_NONE */, 3) */) = 0',
      ).args,
    ).toEqual([
      { kind: 'value', value: 1n, text: 'IOPRIO_WHO_PROCESS' },
      { kind: 'value', value: 16n, text: '' },
      { kind: 'value', value: 3n, text: 'IOPRIO_PRIO_VALUE(0 /* IOPRIO_CLASS_NONE */, 3)' },
    ]);
  });

  test('devices', () => {
    expect(
      onlyCall('mknod("/dev/x", S_IFCHR|0600, makedev(0x1, 0x3)) = 0').args.map((arg) => arg.value),
    ).toMatchObject([{}, 0o20600n, 0x103n]);
  });

  test('AT_FDCWD with and without its folder', () => {
    expect(onlyCall('openat(AT_FDCWD, "x", O_RDONLY) = 3').args[0]).toEqual({
      kind: 'value',
      value: 0xffffff9cn,
      text: 'AT_FDCWD',
    });
    expect(onlyCall('openat(AT_FDCWD</tmp>, "x", O_RDONLY) = 3').args[0]).toEqual({
      kind: 'value',
      value: 0xffffff9cn,
      text: '/tmp',
    });
    expect(onlyCall('openat(-100 /* AT_FDCWD */</tmp>, "x", 0) = 3').args[0]).toEqual({
      kind: 'value',
      value: 0xffffff9cn,
      text: '/tmp',
    });
  });
});

describe('strings', () => {
  // oxfmt-ignore
  test.each([
    { text: String.raw`"a\tb\nc\r\v\f\\\""`, bytes: 'a\tb\nc\r\v\f\\"' },
    { text: String.raw`"\0a\0\0051\377\1"`, bytes: '\0a\0\x051\xff\x01' },
    { text: String.raw`"\x2f\x75\xff"`, bytes: '/u\xff' },
    { text: '""', bytes: '' },
    { text: '"a, b) = 0 <unfinished ...>"', bytes: 'a, b) = 0 <unfinished ...>' },
    { text: '"/* no comment"', bytes: '/* no comment' },
    { text: '"\xe4\xf6\xfc"', bytes: '\xe4\xf6\xfc' },
  ])('$text', ({ text, bytes }) => {
    expect(onlyCall(`unlink(${text}) = 0`).memory).toMatchObject([{ arg: 0, bytes, trueLength: bytes.length, flags: ['cString'] }]);
  });

  test('the same string is at the same made-up address', () => {
    const [a, b, c] = importText('unlink("/x") = 0\nunlink("/y") = 0\nunlink("/x") = 0\n').calls();
    expect(a!.args[0]!.value).toBe(c!.args[0]!.value);
    expect(a!.args[0]!.value).not.toBe(b!.args[0]!.value);
    expect(a!.memory[0]!.address).toBe(a!.args[0]!.value);
  });

  test('what a write gives is there at enter, with the length it says', () => {
    expect(onlyCall('write(1, "abcd"..., 512) = 100').memory).toMatchObject([
      { arg: 1, bytes: 'abcd', trueLength: 512, flags: ['cut'] },
    ]);
    expect(onlyCall('write(1, ""..., 512) = 512').memory).toMatchObject([
      { bytes: '', trueLength: 512, flags: ['cut'] },
    ]);
  });

  test('what a read gets is there at exit, as long as the call returns', () => {
    expect(onlyCall('read(3, "abcd"..., 4096) = 100').memory).toMatchObject([
      { arg: 1, bytes: 'abcd', trueLength: 100, flags: ['out', 'cut'] },
    ]);
    expect(onlyCall('read(3, "", 4096) = 0').memory).toMatchObject([
      { bytes: '', trueLength: 0, flags: ['out'] },
    ]);
    expect(onlyCall('readlink("/proc/self/exe", "/usr/bin/x", 4095) = 10').memory).toMatchObject([
      { arg: 0, flags: ['cString'] },
      { arg: 1, bytes: '/usr/bin/x', trueLength: 10, flags: ['out'] },
    ]);
    expect(onlyCall('getcwd("/home/demo", 4096) = 11').memory).toMatchObject([
      { bytes: '/home/demo', trueLength: 10, flags: ['out', 'cString'] },
    ]);
  });

  test('of a path that was cut nobody knows the length', () => {
    expect(onlyCall('unlink("/very/long"...) = 0').memory).toMatchObject([
      { bytes: '/very/long', trueLength: Number.NaN, flags: ['cut'] },
    ]);
  });

  test('an abstract socket name starts with a NUL', () => {
    expect(onlyCall('bind(5, {sa_family=AF_UNIX, sun_path=@"abs\\1"}, 8) = 0').memory).toMatchObject([
      { arg: 1, bytes: '\0abs\x01' },
    ]);
  });

  test('prctl gives a name or takes one', () => {
    expect(onlyCall('prctl(PR_SET_NAME, "worker") = 0').memory).toMatchObject([{ flags: ['cString'] }]);
    expect(onlyCall('prctl(PR_GET_NAME, "worker") = 0').memory).toMatchObject([
      { flags: ['out', 'cString'] },
    ]);
  });
});

describe('forms of older strace', () => {
  test('environment in brackets, a space before the closing parenthesis, signals in words', () => {
    const imported = clean(
      [
        '100   execve("/bin/ls", ["ls"], [/* 90 vars */]) = 0',
        '100   read(3,  <unfinished ...>',
        '101   close(3)                          = 0',
        '100   <... read resumed> "x", 1)        = 1',
        '100   getpid( <unfinished ...>',
        '100   <... getpid resumed> )            = 100',
        '100   --- SIGCHLD (Child exited) @ 0 (0) ---',
        '100   +++ killed by SIGSEGV (core dumped) +++',
        'Process 101 detached',
      ].join('\n'),
    );
    expect(imported.rows().map(({ kind, name, ret }) => [kind, name, ret])).toEqual([
      ['call', 'execve', 0n],
      ['call', 'read', 1n],
      ['call', 'close', 0n],
      ['call', 'getpid', 100n],
      ['signal', '', 17n],
      ['killed', '', 11n],
      ['note', '', 0n],
    ]);
    expect(imported.rows()[5]!.retText).toBe('(core dumped)');
  });

  test('messages without a name, in the middle of a clone', () => {
    const imported = clean(
      [
        'clone(Process 729 attached',
        'child_stack=0, flags=CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f) = 729',
        '[pid   728] wait4(-1, Process 728 suspended',
        ' <unfinished ...>',
        '[pid   729] exit_group(0)                = ?',
        'Process 728 resumed',
        'Process 729 detached',
        '<... wait4 resumed> [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 729',
      ].join('\n'),
    );
    expect(imported.calls().map(({ name, tid, ret }) => [name, tid, ret])).toEqual([
      ['clone', 728, 729n],
      ['wait4', 728, 729n],
      ['exit_group', 729, 0n],
    ]);
  });

  test('the tracer lost the thread in the middle of a call', () => {
    const imported = clean('100 read(3,  <ptrace(SYSCALL):No such process>\n100 +++ killed by SIGKILL +++\n');
    expect(imported.rows()[0]).toMatchObject({ name: 'read', flags: ['unfinished', 'noStamp'] });
  });

  test('errors by number and in another language', () => {
    expect(onlyCall('close(3) = -1 (errno 524)')).toMatchObject({ errno: 524, ret: -524n });
    expect(
      onlyCall('open("/x", 0) = -1 ENOENT (Datei oder Verzeichnis nicht gefunden (?)) <0.000007>'),
    ).toMatchObject({ errno: 2, ret: -2n });
  });

  test('an error that no table knows stays -1 and is reported', () => {
    const imported = importText('close(3) = -1 EFUTURE (Not yet)\n');
    expect(imported.calls()[0]).toMatchObject({ ret: -1n, errno: 0 });
    expect(imported.footer.warnings).toMatchObject([{ code: 'unknown-errno', line: 1, file: 'test.log' }]);
  });
});

describe('time', () => {
  test('differences add up', () => {
    const rows = clean(
      '10      0.000000 getpid() = 10\n10      0.000371 getpid() = 10\n10      1.000000 getpid() = 10\n',
    ).rows();
    expect(rows.map((row) => row.enterNs)).toEqual([0, 371_000, 1_000_371_000]);
  });

  test('a day goes over midnight', () => {
    const rows = clean(
      '10 23:59:59.900000 getpid() = 10\n10 00:00:00.100000 getpid() = 10\n11 23:59:59.950000 getpid() = 11\n',
    ).rows();
    expect(rows.map((row) => row.enterNs)).toEqual([0, 200_000_000, 50_000_000]);
  });

  test('time 0 is the earliest stamp where the first lines are not in order', () => {
    const imported = clean('10 1700000000.500000 getpid() = 10\n11 1700000000.400000 getpid() = 11\n');
    expect(imported.header.startNs).toBe(1_700_000_000_400_000_000n);
    expect(imported.rows().map((row) => row.enterNs)).toEqual([100_000_000, 0]);
  });

  test('a clock that jumps back is kept and reported', () => {
    const imported = importText('10 1700000100.5 getpid() = 10\n10 1700000000.5 getpid() = 10\n');
    expect(imported.footer.warnings.map((warning) => warning.code)).toEqual(['clock-back']);
  });

  test('seconds alone, milliseconds, a difference beside the time', () => {
    expect(clean('10 1700000000 getpid() = 10\n').header).toMatchObject({
      resolutionNs: 1e9,
      startNs: 1_700_000_000_000_000_000n,
    });
    expect(clean('10 1700000000.123 getpid() = 10 <0.001>\n').header).toMatchObject({ resolutionNs: 1e6 });
    expect(clean('10 17:05:27.980099 (+     0.000371) brk(NULL) = 0x1000\n').header).toMatchObject({
      clock: 'day',
      resolutionNs: 1000,
    });
  });

  test('without stamps a line is a microsecond and no duration is invented', () => {
    const imported = clean('getpid() = 10\ngetpid() = 10\n');
    expect(imported.header).toMatchObject({ clock: 'lines', startNs: 0n });
    expect(imported.rows()).toMatchObject([
      { enterNs: 0, exitNs: Number.NaN, flags: ['noStamp'] },
      { enterNs: 1000, exitNs: Number.NaN },
    ]);
  });

  test('without -T the stamp of the second half is the exit', () => {
    const rows = clean(
      '10 1700000000.1 read(3,  <unfinished ...>\n11 1700000000.2 getpid() = 11\n10 1700000000.4 <... read resumed>"", 1) = 0\n',
    ).rows();
    expect(rows[0]).toMatchObject({ exitNs: 300_000_000, flags: ['halved'] });
    expect(rows[1]!.exitNs).toBeNaN();
  });
});

describe('threads', () => {
  const CLONE =
    'clone(child_stack=0x7f00, flags=CLONE_VM|CLONE_THREAD, parent_tid=[11], tls=0x7f10, child_tidptr=0x7f20)';

  test('a thread belongs to the process of its parent, a fork is its own', () => {
    const rows = clean(
      `10 ${CLONE} = 11\n11 getpid() = 10\n10 fork() = 12\n12 getpid() = 12\n11 vfork() = 13\n13 getpid() = 13\n`,
    ).rows();
    expect(rows.map(({ tid, tgid }) => [tid, tgid])).toEqual([
      [10, 10],
      [11, 10],
      [10, 10],
      [12, 12],
      [11, 10],
      [13, 13],
    ]);
  });

  test('lines of a child before the return of its parent are put right', () => {
    const rows = clean(
      [
        '10 execve("/bin/prog", ["prog"], 0x7ffe /* 3 vars */) = 0',
        '10 clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0} <unfinished ...>',
        '11 getpid() = 10',
        '10 <... clone3 resumed> => {parent_tid=[11]}, 88) = 11',
        '11 getpid() = 10',
      ].join('\n'),
    ).rows();
    expect(rows.filter(({ tid }) => tid === 11).map(({ tgid, comm }) => [tgid, comm])).toEqual([
      [10, 'prog'],
      [10, 'prog'],
    ]);
  });

  test('names follow execve and PR_SET_NAME where the log does not print them', () => {
    const rows = clean(
      '10 execve("/usr/bin/a-very-long-program-name", ["x"], 0x7ffe /* 3 vars */) = 0\n10 fork() = 11\n11 prctl(PR_SET_NAME, "worker") = 0\n11 getpid() = 11\n10 getpid() = 10\n',
    ).rows();
    expect(rows.map((row) => row.comm)).toEqual([
      '',
      'a-very-long-pro',
      'a-very-long-pro',
      'worker',
      'a-very-long-pro',
    ]);
  });

  test('execve by a thread ends in the tid of the leader', () => {
    const rows = clean(
      [
        '26208 futex(0x7f93ad606990, FUTEX_WAIT, 26209, NULL <unfinished ...>',
        '26209 execve("/bin/echo", ["echo"], 0x7ffd /* 39 vars */ <unfinished ...>',
        '26208 <... futex resumed>)              = ?',
        '26208 +++ superseded by execve in pid 26209 +++',
        '26208 <... execve resumed>)             = 0',
        '26208 exit_group(0)                     = ?',
        '26208 +++ exited with 0 +++',
      ].join('\n'),
    ).rows();
    expect(rows.map(({ kind, name, tid, flags }) => [kind, name, tid, flags.includes('unfinished')])).toEqual(
      [
        ['call', 'futex', 26208, false],
        ['call', 'execve', 26209, false],
        ['note', '', 26208, false],
        ['call', 'exit_group', 26208, false],
        ['exit', '', 26208, false],
      ],
    );
  });

  test('the same in two files of -ff', () => {
    const imported = importSources([
      file('log.26198', [
        '1795368546.159324 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_THREAD, child_tidptr=0x7f20) = 26199',
        '1795368546.159357 futex(0x7f93ad606990, FUTEX_WAIT, 26199, NULL) = ?',
        '1795368546.164040 +++ superseded by execve in pid 26199 +++',
        '1795368546.164066 <... execve resumed>) = 0 <0.000933>',
        '1795368546.164118 brk(NULL)             = 0x55718e913000 <0.000009>',
      ]),
      file('log.26199', [
        '1795368546.159928 clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=0, tv_nsec=3000000}, NULL) = 0 <0.003127>',
        '1795368546.163094 execve("/bin/echo", ["echo", "hi"], 0x7ffe0f645998 /* 39 vars */ <pid changed to 26198 ...>',
      ]),
    ]);
    expect(imported.footer).toMatchObject({ badLines: 0, orphanLines: 0 });
    expect(
      imported.rows().map(({ name, tid, tgid, flags }) => [name, tid, tgid, flags.includes('unfinished')]),
    ).toEqual([
      ['clone', 26198, 26198, false],
      ['futex', 26198, 26198, false],
      ['clock_nanosleep', 26199, 26198, false],
      ['execve', 26199, 26198, false],
      ['', 26198, 26198, false],
      ['brk', 26198, 26198, false],
    ]);
  });

  test('of a set of files that lacks the one with the first half the second is an orphan', () => {
    const imported = importSources([
      file('log.26198', [
        '1795368546.159357 futex(0x7f93ad606990, FUTEX_WAIT, 26199, NULL) = ?',
        '1795368546.164040 +++ superseded by execve in pid 26199 +++',
        '1795368546.164066 <... execve resumed>) = 0 <0.000933>',
      ]),
    ]);
    expect(imported.footer).toMatchObject({ orphanLines: 1, badLines: 0 });
    expect(imported.footer.warnings).toMatchObject([{ code: 'orphan-resumed', file: 'log.26198', line: 3 }]);
    expect(imported.calls().map(({ name, ret }) => [name, ret])).toEqual([
      ['futex', 0n],
      ['execve', 0n],
    ]);
  });

  test('differences are counted once, whatever the line needs to be read', () => {
    const text =
      '[pid 10]      0.500000 getpid() = 10\n[pid 10]      0.250000 write(1, "hi\\n", 3hi\n) = 3\n[pid 10]      0.125000 what is this\n[pid 10]      0.125000 getpid() = 10\n';
    expect(
      importText(text)
        .rows()
        .map((row) => row.enterNs),
    ).toEqual([500e6, 750e6, 875e6, 1e9]);
  });

  test('a thread that is killed in a call leaves it unfinished', () => {
    const rows = clean('10 read(3,  <unfinished ...>\n10 +++ killed by SIGKILL +++\n').rows();
    expect(rows[0]).toMatchObject({ name: 'read', flags: ['unfinished', 'noStamp'], args: [{ value: 3n }] });
  });

  test('a second half without a first is kept, counted and reported', () => {
    const imported = importText(
      '10 1700000000.5 getpid() = 10\n10 1700000001.0 <... read resumed>"abc", 3) = 3 <0.250000>\n',
    );
    expect(imported.footer).toMatchObject({ orphanLines: 1, badLines: 0 });
    expect(imported.footer.warnings).toMatchObject([{ code: 'orphan-resumed', line: 2 }]);
    expect(imported.rows()[1]).toMatchObject({
      name: 'read',
      ret: 3n,
      enterNs: 250_000_000,
      exitNs: 500_000_000,
      args: [],
    });
  });
});

describe('logs from stderr', () => {
  test('output before the closing parenthesis is taken out', () => {
    const imported = clean(
      '[pid   729] write(2, "ls: ", 4ls: )         = 4\n[pid   729] write(1, "123", 3123) = 3\n[pid 729] write(2, ": No such (x) = 3", 17: No such (x) = 3) = 17\n',
    );
    expect(imported.calls().map((row) => [row.args[2]!.value, row.ret, row.flags])).toEqual([
      [4n, 4n, ['noStamp']],
      [3n, 3n, ['noStamp']],
      [17n, 17n, ['noStamp']],
    ]);
    expect(imported.calls()[1]!.memory[0]!.trueLength).toBe(3);
  });

  test('output of several lines is output, not lost lines', () => {
    const imported = clean('[pid 5] write(1, "a\\nb\\nc\\n", 6a\nb\nc\n) = 6\n[pid 5] close(1) = 0\n');
    expect(imported.calls()).toMatchObject([
      { name: 'write', ret: 6n, args: [{}, {}, { value: 6n }] },
      { name: 'close' },
    ]);
    expect(imported.footer).toMatchObject({ lines: 5, otherLines: 2 });
  });

  test('a message in the middle of a call', () => {
    const imported = clean(
      'clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLDstrace: Process 732 attached\n, child_tidptr=0x7fdbe8475a10) = 732\n[pid   728] close(3) = 0\n[pid   732] close(3) = 0\n',
    );
    expect(imported.rows().map(({ kind, name, tid }) => [kind, name, tid])).toEqual([
      ['call', 'clone', 728],
      ['note', '', 732],
      ['call', 'close', 728],
      ['call', 'close', 732],
    ]);
  });

  test('a message, then the mark of an unfinished call', () => {
    const imported = clean(
      '15:05:01 wait4(-1, strace: Process 747 attached\n <unfinished ...>\n[pid   747] 15:05:01 getpid()           = 747\n[pid   746] 15:05:01 <... wait4 resumed>NULL, 0, NULL) = 747\n',
    );
    expect(imported.calls().map(({ name, tid, flags }) => [name, tid, flags])).toEqual([
      ['wait4', 746, ['halved']],
      ['getpid', 747, []],
    ]);
  });

  test('the first thread gets its tid from what it calls', () => {
    const imported = clean(
      'brk(NULL) = 0x1000\nset_tid_address(0x7fa2db46da10) = 4711\nbrk(NULL) = 0x1000\n',
    );
    expect(imported.rows().map((row) => row.tid)).toEqual([4711, 4711, 4711]);
  });

  test('output of others between the lines, and before a line', () => {
    const imported = clean('[pid 5] close(1) = 0\nhello\nbye[pid 5] close(2) = 0\n');
    expect(imported.calls()).toHaveLength(2);
    expect(imported.footer.otherLines).toBe(1);
  });

  test('32-bit mode is believed', () => {
    const imported = clean(
      '[pid 5] [ Process PID=5 runs in 32 bit mode. ]\n[pid 5] close(1) = 0\n[pid 5] [ Process PID=5 runs in 64 bit mode. ]\n[pid 5] close(1) = 0\n',
    );
    expect(imported.calls().map(({ arch, nr }) => [arch, nr])).toEqual([
      ['i386', 6],
      ['x86_64', 3],
    ]);
  });
});

describe('other ABIs', () => {
  test('the number decides', () => {
    expect(onlyCall('10 [  56] openat(AT_FDCWD, "/x", O_RDONLY|O_DIRECTORY) = 3')).toMatchObject({
      arch: 'arm64',
      nr: 56,
      args: [{}, {}, { value: 0x4000n }],
    });
    expect(onlyCall('10 [ 102] socket(AF_INET, SOCK_STREAM, 0) = 3')).toMatchObject({
      arch: 'i386',
      nr: 359,
    });
  });

  test('without numbers, lines before the first certain one are put right', () => {
    const rows = clean(
      '10 execve("/x", ["x"], 0xff /* 1 var */) = 0\n10 brk(NULL) = 0x5831e000\n10 access("/a", R_OK) = 0\n10 mmap2(NULL, 8192, 3, 0x22, -1, 0) = 0xf7f35000\n',
    ).rows();
    expect(rows.slice(1).map(({ arch, nr }) => [arch, nr])).toEqual([
      ['i386', 45],
      ['i386', 33],
      ['i386', 192],
    ]);
  });

  test('the header of a mapped library tells arm64', () => {
    const elf = String.raw`"\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\267\0"...`;
    const rows = clean(
      `10 execve("/x", ["x"], 0xff /* 1 var */) = 0\n10 openat(AT_FDCWD, "/lib/libc.so.6", O_RDONLY) = 3\n10 read(3, ${elf}, 832) = 832\n10 close(3) = 0\n`,
    ).rows();
    expect(rows.slice(1).map(({ arch, nr }) => [arch, nr])).toEqual([
      ['arm64', 56],
      ['arm64', 63],
      ['arm64', 57],
    ]);
  });

  test('_llseek: the joined offset is parted into its registers', () => {
    expect(onlyCall('10 _llseek(3, 4294967298, [0], SEEK_SET) = 0').args).toMatchObject([
      { value: 3n },
      { value: 1n },
      { value: 2n },
      { kind: 'decoded' },
      { value: 0n },
    ]);
  });
});

describe('lines that are no calls', () => {
  test('tables, stacks and dumps are counted apart', () => {
    const imported = clean(
      [
        '10 write(1, "hi\\n", 3) = 3',
        ' | 00000  68 69 0a                                         hi.              |',
        ' > /usr/lib/libc.so.6(write+0x10) [0x20b1d]',
        ' * 5 bytes in buffer 0',
        '',
        '10 +++ exited with 0 +++',
        '% time     seconds  usecs/call     calls    errors syscall',
        '------ ----------- ----------- --------- --------- ----------------',
        ' 85.71    0.000012           4         3           mmap',
        '  0.00    0.000000           0         1         1 access',
        '------ ----------- ----------- --------- --------- ----------------',
        '100.00    0.000014           2         7         1 total',
      ].join('\n'),
    );
    expect(imported.rows().map((row) => row.kind)).toEqual(['call', 'exit']);
    expect(imported.footer).toMatchObject({ lines: 12, otherLines: 10 });
  });

  test('a line that cannot be read is kept, counted and reported with its place', () => {
    const imported = importText('10 close(3) = 0\n10 what is this\n10 close(4) = 0\n');
    expect(imported.rows().map(({ kind, retText }) => [kind, retText])).toEqual([
      ['call', ''],
      ['note', '10 what is this'],
      ['call', ''],
    ]);
    expect(imported.footer).toMatchObject({ badLines: 1 });
    expect(imported.footer.warnings).toMatchObject([
      { code: 'bad-line', file: 'test.log', line: 2, text: '10 what is this' },
    ]);
  });

  test('a log that stops in a line keeps the call', () => {
    const imported = importText('10 close(3) = 0\n10 openat(AT_FDCWD, "/etc/ld.so');
    expect(imported.calls()).toMatchObject([
      { name: 'close' },
      { name: 'openat', flags: ['unfinished', 'noStamp'] },
    ]);
    expect(imported.footer.warnings).toMatchObject([{ code: 'cut-line', line: 2 }]);
  });

  test('lines with carriage returns are read as without', () => {
    expect(clean('10 close(3) = 0\r\n10 close(4) = 0\r\n').calls()).toHaveLength(2);
  });

  test('a call that no table knows is a call', () => {
    expect(onlyCall('10 1700000000.5 [ 512] brandnew(1, "x", {a=1}) = 0')).toMatchObject({
      name: 'brandnew',
      nr: 512,
      flags: ['unknownCall'],
    });
  });
});
