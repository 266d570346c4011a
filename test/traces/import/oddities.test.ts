// Every line of oddities.txt, the list of odd lines met in the field, is read as what it is.
import { describe, expect, test } from 'vitest';
import { type RowView, caseText, importText } from '../../support/strace.ts';

interface Oddity {
  readonly section: string;
  readonly place: string;
  readonly line: string;
}

/** The lines of oddities.txt: `## 01 title`, `@file:line`, the line itself. */
function readOddities(): Oddity[] {
  const found: Oddity[] = [];
  let section = '';
  let place = '';
  for (const line of caseText('oddities.txt').split('\n')) {
    if (line.startsWith('## ')) section = line.slice(3, 5);
    else if (line.startsWith('@')) place = line.slice(1);
    else if (place !== '') {
      found.push({ section, place, line });
      place = '';
    }
  }
  return found;
}

const ODDITIES = readOddities();

/** Lines that make sense only after others: what stands before them in such a log. */
const CONTEXT: Readonly<Record<string, string>> = {
  '40': 'write(2, "ls: ", 4) = 4\n',
  '41': '123 exit_group(0) = ?\n',
  '42': '12117 newfstatat(AT_FDCWD, "/usr/sbin/cat",  <unfinished ...>\n',
};

/** The first half of the call that a line resumes. */
function firstHalf(line: string): string {
  const resumed = /^(.*?)<\.\.\. (\w+) resumed>/.exec(line);
  return resumed === null ? '' : `${resumed[1]}${resumed[2]}( <unfinished ...>\n`;
}

test('the list has its 146 lines', () => {
  expect(ODDITIES).toHaveLength(146);
});

/** Lines cut by a message of strace: alone they never get their end. */
function isCut({ line }: Oddity): boolean {
  return /[^ ]strace: Process|, strace: Process/.test(line);
}

test.each(ODDITIES)('$section $place', (oddity) => {
  const { footer } = importText(`${firstHalf(oddity.line)}${CONTEXT[oddity.section] ?? ''}${oddity.line}\n`);
  expect({ bad: footer.badLines, orphans: footer.orphanLines }).toEqual({
    bad: isCut(oddity) ? 1 : 0,
    orphans: 0,
  });
  expect(footer.warnings.map((warning) => warning.code)).toEqual(isCut(oddity) ? ['cut-line'] : []);
});

/** The rows of the first line of a section that matches. */
function rowsOf(section: string, pattern: RegExp): RowView[] {
  const oddity = ODDITIES.find((item) => item.section === section && pattern.test(item.line));
  if (oddity === undefined) throw new Error(`no line of section ${section} matches ${pattern}`);
  return importText(`${firstHalf(oddity.line)}${CONTEXT[section] ?? ''}${oddity.line}\n`).rows();
}

function rowOf(section: string, pattern: RegExp): RowView {
  return rowsOf(section, pattern)[0]!;
}

/** -100 as an int in a register. */
const MINUS_100 = 0xffffff9cn;

describe('what is read from them', () => {
  test('01: all parts of a whole line', () => {
    expect(rowOf('01', /openat/)).toMatchObject({
      kind: 'call',
      name: 'openat',
      arch: 'x86_64',
      nr: 257,
      tid: 28639,
      tgid: 28639,
      comm: 'signals',
      enterNs: 0,
      exitNs: 18788,
      flags: ['measured'],
      ret: 3n,
      errno: 0,
      retText: '/etc/ld.so.cache',
      args: [
        { kind: 'value', value: MINUS_100, text: '/home/demo' },
        { kind: 'synthetic', text: '' },
        { kind: 'value', value: 0x80000n, text: '' },
      ],
      memory: [{ arg: 1, bytes: '/etc/ld.so.cache', trueLength: 16, flags: ['cString'] }],
    });
  });

  test('02: text glued behind resumed', () => {
    const row = rowOf('02', /resumed>NULL/);
    expect(row).toMatchObject({
      name: 'clock_nanosleep',
      flags: ['halved', 'measured'],
      ret: 0n,
      exitNs: 40_178_042,
    });
  });

  test('04: resumed and never finished', () => {
    expect(rowOf('04', /clock_nanosleep/)).toMatchObject({
      flags: ['noReturn', 'halved'],
      ret: 0n,
      exitNs: Number.NaN,
    });
  });

  test('06: unavailable result', () => {
    expect(rowOf('06', /unavailable/)).toMatchObject({ name: 'futex', flags: ['noReturn', 'halved'] });
  });

  test('07: restart codes are kept and are no errors of the program', () => {
    expect(rowOf('07', /ERESTARTSYS/)).toMatchObject({
      ret: -512n,
      errno: 512,
      flags: ['restart', 'measured'],
    });
    expect(rowOf('07', /RESTARTBLOCK/)).toMatchObject({
      ret: -516n,
      errno: 516,
      flags: ['restart', 'halved', 'measured'],
    });
    expect(rowOf('07', /NOHAND/)).toMatchObject({ ret: -514n, errno: 514 });
  });

  test('08: a restarted call says which one in its argument', () => {
    expect(rowOf('08', /28639/)).toMatchObject({
      name: 'restart_syscall',
      flags: ['unfinished'],
      args: [{ kind: 'absent', text: '<... resuming interrupted clock_nanosleep ...>' }],
    });
    expect(rowOf('08', /detached/)).toMatchObject({ flags: ['unfinished', 'detached', 'noStamp'] });
  });

  test('09: rt_sigreturn has the result of another call', () => {
    expect(rowOf('09', /EINTR/)).toMatchObject({ ret: -4n, errno: 4, flags: ['measured', 'registerReturn'] });
  });

  test('10: signals by name and by number', () => {
    expect(rowOf('10', /SIGALRM/)).toMatchObject({
      kind: 'signal',
      ret: 14n,
      retText: '{si_signo=14, si_code=0x80}',
      name: '',
    });
    expect(rowOf('10', /SIGRT_5/)).toMatchObject({ kind: 'signal', ret: 37n });
    expect(rowOf('10', /SIGSEGV/)).toMatchObject({
      kind: 'signal',
      ret: 11n,
      retText: '{si_signo=11, si_code=0x1, si_addr=NULL}',
    });
  });

  test('11, 12: stops and ends', () => {
    expect(rowOf('11', /stopped/)).toMatchObject({ kind: 'stop', ret: 19n });
    expect(rowOf('12', /exited with 42/)).toMatchObject({ kind: 'exit', ret: 42n });
    expect(rowOf('12', /killed/)).toMatchObject({ kind: 'killed', ret: 11n });
    expect(rowOf('12', /superseded/)).toMatchObject({
      kind: 'note',
      retText: 'superseded by execve in pid 28652',
    });
  });

  test('14: a call that does not come back', () => {
    expect(rowOf('14', /kill\(/)).toMatchObject({ flags: ['noReturn'], exitNs: Number.NaN, ret: 0n });
  });

  test('15: the ABI follows from name and number', () => {
    expect(rowOf('15', /compat32|mmap2/)).toMatchObject({ arch: 'i386', nr: 192, ret: 0xf7f35000n });
    expect(rowOf('15', /statx/)).toMatchObject({
      arch: 'i386',
      nr: 383,
      args: [{}, {}, { value: 0x1800n }, {}, {}],
    });
    expect(rowOf('15', /execve/)).toMatchObject({ arch: 'i386', nr: 11 });
    expect(rowOf('15', /PROT_READ/)).toMatchObject({
      arch: 'i386',
      args: [
        { kind: 'pointer' },
        {},
        { value: 3n, text: 'PROT_READ|PROT_WRITE' },
        { value: 0x22n },
        { value: 0xffffffffn },
        {},
      ],
    });
  });

  test('16, 17: calls without a name', () => {
    expect(rowOf('16', /28668/)).toMatchObject({
      name: 'syscall_0x270f',
      nr: 9999,
      flags: ['measured', 'unknownCall'],
      errno: 38,
      ret: -38n,
    });
    expect(rowOf('16', /28668/).args.map((arg) => arg.value)).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
    expect(rowOf('17', /\?\?\?/)).toMatchObject({ nr: -1, flags: ['measured', 'unknownCall'] });
  });

  test('18: pointers to nothing', () => {
    expect(rowOf('18', /0x1, 0/).args[1]).toEqual({ kind: 'pointer', value: 1n, text: '' });
    expect(rowOf('18', /NULL/).args[1]).toEqual({ kind: 'pointer', value: 0n, text: '' });
  });

  test('19: argv as strings, envp as a pointer with a count', () => {
    const row = rowOf('19', /echo/);
    expect(row.args[2]).toEqual({ kind: 'pointer', value: 0x7ffcdbfb2eb8n, text: '35 vars' });
    expect(row.args[1]).toMatchObject({ kind: 'decoded', text: '["echo", "exec from thread"]' });
    expect(row.memory.map(({ arg, bytes, flags }) => ({ arg, bytes, flags }))).toEqual([
      { arg: 0, bytes: '/bin/echo', flags: ['cString'] },
      { arg: 1, bytes: 'echo', flags: ['cString'] },
      { arg: 1, bytes: 'exec from thread', flags: ['cString'] },
    ]);
  });

  test('20: named arguments of clone stand at their registers', () => {
    expect(rowOf('20', /clone\(/)).toMatchObject({
      args: [
        { value: 0x1200011n },
        { kind: 'pointer', value: 0n },
        { kind: 'absent' },
        { value: 0x7fa2db46da10n },
      ],
      ret: 28640n,
      retText: 'signals',
    });
    expect(rowOf('20', /clone3\(/)).toMatchObject({
      args: [{ kind: 'decoded' }, { value: 88n }],
      ret: 28648n,
    });
    expect(rowOf('20', /clone3 resumed/)).toMatchObject({ ret: 28649n, flags: ['halved', 'measured'] });
  });

  test('21, 22: statuses and signal sets are kept as text', () => {
    expect(rowOf('22', /~\[\]/).args[1]).toMatchObject({ kind: 'decoded', text: '~[]' });
  });

  test('23, 24: flags of several parts, octal modes', () => {
    expect(rowOf('23', /socket/).args[1]).toMatchObject({ kind: 'value', value: 0x801n });
    expect(rowOf('24', /openat/).args[3]).toEqual({ kind: 'value', value: 0o600n, text: '' });
    expect(rowOf('24', /mkdir/).args[1]).toEqual({ kind: 'value', value: 0o777n, text: '' });
  });

  test('25: strings to bytes, cut or not', () => {
    const read = rowOf('25', /signals|28639/);
    expect(read.memory[0]).toMatchObject({ arg: 1, trueLength: 832, flags: ['out', 'cut'] });
    expect(read.memory[0]!.bytes).toHaveLength(128);
    expect(read.memory[0]!.bytes.slice(0, 20)).toBe('\x7fELF\x02\x01\x01\x03\0\0\0\0\0\0\0\0\x03\0>\0');
    expect(rowOf('25', /openat/).memory[0]!.bytes).toBe('\xff\xfe\x01bin');
  });

  test('26, 27, 28: names that look like results, halves and signals', () => {
    expect(rowOf('26', /pwrite64\(3<\/home/)).toMatchObject({
      ret: 20n,
      memory: [{ bytes: '\0\x01\x02"quoted"\\n\n) = 5\n', trueLength: 20 }],
    });
    expect(rowOf('26', /paren/)).toMatchObject({ ret: 3n, retText: '/home/demo) = 0' });
    expect(rowOf('27', /openat/)).toMatchObject({
      ret: 3n,
      memory: [{ bytes: 'unfinished <unfinished ...>' }],
    });
    expect(rowOf('28', /openat/)).toMatchObject({ ret: 3n, retText: '/home/demo--- SIGCHLD ---' });
  });

  test('29: annotations of all kinds', () => {
    expect(rowOf('29', /lseek/).args[0]).toMatchObject({ value: 0n, text: '/dev/null<char 1:3>' });
    expect(rowOf('29', /lseek/).args[1]).toMatchObject({ value: 0xfffffffffffffffbn });
    expect(rowOf('29', /recvfrom/).args[0]).toMatchObject({
      value: 6n,
      text: 'TCP:[192.0.2.2:38796->10.1.2.3:80]',
    });
    expect(rowOf('29', /memfd/)).toMatchObject({ ret: 11n, retText: '/memfd:my memfd \\"x\\">(deleted)' });
  });

  test('30, 31, 32: structs with strings in them', () => {
    expect(rowOf('30', /nosuch/).memory).toMatchObject([{ arg: 1, bytes: '/run/nosuch.sock', flags: [] }]);
    expect(rowOf('31', /getsockname/)).toMatchObject({
      ret: 0n,
      args: [{}, { kind: 'decoded' }, { kind: 'decoded', text: '[128 => 2]' }],
    });
    expect(
      rowOf('32', /writev/).memory.map(({ bytes, trueLength }) => [bytes.slice(0, 4), trueLength]),
    ).toEqual([
      ['one\n', 4],
      ['two"', 4],
      ['\0\xff\0\xff', 80],
    ]);
    expect(rowOf('32', /readv/).memory.map(({ flags }) => flags)).toEqual([['out'], ['out']]);
  });

  test('33, 34, 35: what stands behind values', () => {
    expect(rowOf('33', /rt_sigtimedwait/)).toMatchObject({ ret: 10n, retText: 'SIGUSR1' });
    expect(rowOf('33', /O_RDONLY/)).toMatchObject({ ret: 0x8000n, retText: 'flags O_RDONLY|O_LARGEFILE' });
    expect(rowOf('34', /getdents64/).args[1]).toEqual({
      kind: 'pointer',
      value: 0x2b04b020n,
      text: '208 entries',
    });
    expect(rowOf('35', /mmap/)).toMatchObject({ ret: 0x7fa2db65d000n });
  });

  test('36: numbers beyond a double stay exact as text', () => {
    expect(rowOf('36', /prlimit64/).args[3]!.text).toBe('{rlim_cur=8388608, rlim_max=18446744073709551615}');
  });

  test('37: messages in a line are taken out of it', () => {
    const rows = rowsOf('37', /\[INT TERM CHLD\], strace/);
    expect(rows.map(({ kind, tid }) => ({ kind, tid }))).toEqual([
      { kind: 'call', tid: 1 },
      { kind: 'note', tid: 730 },
    ]);
    expect(rows[0]!.args[1]!.text).toBe('[INT TERM CHLD]');
  });

  test('38: stamps of other kinds', () => {
    expect(
      importText(`${ODDITIES.find(({ line }) => line.startsWith('764 '))!.line}\n`).header,
    ).toMatchObject({ clock: 'day', resolutionNs: 1000, startNs: 0n });
    expect(
      importText(`${ODDITIES.find(({ line }) => line.startsWith('821 '))!.line}\n`).header,
    ).toMatchObject({ clock: 'relative' });
    expect(importText(`${ODDITIES[0]!.line}\n`).header).toMatchObject({
      clock: 'realtime',
      startNs: 1795359717379469063n,
      resolutionNs: 1,
    });
  });

  test('42: the second half without a prefix belongs to the line before', () => {
    expect(rowOf('42', /ENOENT/)).toMatchObject({
      tid: 12117,
      errno: 2,
      args: [{}, {}, { value: 0x7ffe7a19e260n }, { value: 0n }],
    });
  });

  test('43, 44: injected and detached', () => {
    expect(rowOf('43', /INJECTED/)).toMatchObject({ errno: 5, flags: ['injected', 'measured'] });
    expect(rowOf('44', /clock_nanosleep/)).toMatchObject({
      flags: ['unfinished', 'detached'],
      exitNs: Number.NaN,
    });
  });

  test('45: value and name', () => {
    expect(rowOf('45', /mmap/).args.slice(2, 4)).toEqual([
      { kind: 'value', value: 3n, text: 'PROT_READ|PROT_WRITE' },
      { kind: 'value', value: 0x22n, text: 'MAP_PRIVATE|MAP_ANONYMOUS' },
    ]);
  });

  test('46, 47: strings in hex, arguments in hex', () => {
    expect(rowOf('46', /getrandom/).memory[0]).toMatchObject({
      bytes: '\x2f\xde\x36\xf0\x40\x82\xed\x11',
      trueLength: 8,
      flags: ['out'],
    });
    expect(rowOf('47', /openat/).args.map(({ kind, value }) => [kind, value])).toEqual([
      ['value', 0xffffff9cn],
      ['pointer', 0x7f309532e0b1n],
      ['value', 0x80000n],
      ['value', 0n],
    ]);
  });
});
