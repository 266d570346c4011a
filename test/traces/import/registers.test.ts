// Printed arguments to registers, where they do not stand one after another. The values are those that strace 6.1 printed of the same
// calls with -e raw=all.
import { describe, expect, test } from 'vitest';
import { importText } from '../../support/strace.ts';
import type { RowView } from '../../support/strace.ts';

/** The only call of a log of one line. */
function callOf(line: string): RowView {
  const imported = importText(`${line}\n`);
  expect(imported.footer).toMatchObject({ badLines: 0, warnings: [] });
  return imported.calls()[0]!;
}

/** Values of the six registers; undefined for those that are not known. */
function registersOf(line: string): (bigint | undefined)[] {
  const { args } = callOf(line);
  return Array.from({ length: 6 }, (_, i) => (args[i]?.kind === 'absent' ? undefined : args[i]?.value));
}

const NONE = undefined;

describe('a futex operation shows the registers that it uses', () => {
  // oxfmt-ignore
  test.each([
    { args: '0x7001, FUTEX_WAIT, 2, NULL',                        registers: [0x7001n, 0n, 2n, 0n, NONE, NONE] },
    { args: '0x7001, FUTEX_WAKE_PRIVATE, 1',                      registers: [0x7001n, 129n, 1n, NONE, NONE, NONE] },
    { args: '0x7001, FUTEX_REQUEUE, 1, 2, 0x7405',                registers: [0x7001n, 3n, 1n, 2n, 0x7405n, NONE] },
    { args: '0x7001, FUTEX_LOCK_PI, 0x7304',                      registers: [0x7001n, 6n, NONE, 0x7304n, NONE, NONE] },
    { args: '0x7001, FUTEX_LOCK_PI2_PRIVATE, 0x7304',             registers: [0x7001n, 141n, NONE, 0x7304n, NONE, NONE] },
    { args: '0x7001, FUTEX_UNLOCK_PI',                            registers: [0x7001n, 7n, NONE, NONE, NONE, NONE] },
    { args: '0x7001, FUTEX_WAIT_BITSET|FUTEX_CLOCK_REALTIME, 2, NULL, FUTEX_BITSET_MATCH_ANY', registers: [0x7001n, 265n, 2n, 0n, NONE, 0xffffffffn] },
    { args: '0x7001, 0x89 /* FUTEX_WAIT_BITSET_PRIVATE */, 2, NULL, 0xffffffff', registers: [0x7001n, 137n, 2n, 0n, NONE, 0xffffffffn] },
    { args: '0x7001, FUTEX_WAKE_BITSET, 1, 0x7506',               registers: [0x7001n, 10n, 1n, NONE, NONE, 0x7506n] },
    { args: '0x7001, FUTEX_WAIT_REQUEUE_PI, 2, 0x7304, 0x7405',   registers: [0x7001n, 11n, 2n, 0x7304n, 0x7405n, NONE] },
    { args: '0x7001, 0x89, 0x2, 0, 0x7405, 0x7506',               registers: [0x7001n, 137n, 2n, 0n, 0x7405n, 0x7506n] },
  ])('futex($args)', ({ args, registers }) => {
    expect(registersOf(`[ 202] futex(${args}) = -1 EFAULT (Bad address)`)).toEqual(registers);
  });

  test.each([
    'FUTEX_OP_SET<<28|0x7<<12|FUTEX_OP_CMP_EQ<<24|0x506',
    '0 /* FUTEX_OP_SET */<<28|0x7<<12|0 /* FUTEX_OP_CMP_EQ */<<24|0x506',
  ])('the operation %s is one number', (text) => {
    expect(registersOf(`futex(0x7001, FUTEX_WAKE_OP, 1, 2, 0x7405, ${text}) = 0`)[5]).toBe(0x7506n);
  });
});

describe('a 64-bit number fills two registers of i386', () => {
  // oxfmt-ignore
  test.each([
    { call: '[ 180] pread64(3, 0x7101, 9, 0x740400007303)',             registers: [3n, 0x7101n, 9n, 0x7303n, 0x7404n, NONE] },
    { call: '[ 194] ftruncate64(3, -1)',                                registers: [3n, 0xffffffffn, 0xffffffffn, NONE, NONE, NONE] },
    { call: '[ 324] fallocate(3, 0, 4, 8589934597)',                    registers: [3n, 0n, 4n, 0n, 5n, 2n] },
    { call: '[ 225] readahead(3, 0x720200007101, 0x7303)',              registers: [3n, 0x7101n, 0x7202n, 0x7303n, NONE, NONE] },
    { call: '[ 250] fadvise64(3, 4294967297, 5, POSIX_FADV_DONTNEED)',  registers: [3n, 1n, 1n, 5n, 4n, NONE] },
    { call: '[ 272] fadvise64_64(3, 0, 0, POSIX_FADV_SEQUENTIAL)',      registers: [3n, 0n, 0n, 0n, 0n, 2n] },
    { call: '[ 314] sync_file_range(3, 1, 2, SYNC_FILE_RANGE_WRITE)',   registers: [3n, 1n, 0n, 2n, 0n, 2n] },
    { call: '[ 333] preadv(3, 0x7101, 1, 4294967298)',                  registers: [3n, 0x7101n, 1n, 2n, 1n, NONE] },
    { call: '[ 378] preadv2(3, 0x7101, 1, 4294967298, RWF_NOWAIT)',     registers: [3n, 0x7101n, 1n, 2n, 1n, 8n] },
    { call: '[ 140] _llseek(3, 4294967298, [0], SEEK_SET)',             registers: [3n, 1n, 2n, expect.any(BigInt), 0n, NONE] },
    { call: '[ 180] pread64(0x3, 0x7101, 0x9, 0x7303, 0x7404)',         registers: [3n, 0x7101n, 9n, 0x7303n, 0x7404n, NONE] },
  ])('$call', ({ call, registers }) => {
    expect(registersOf(`${call} = 0`)).toEqual(registers);
  });

  test('a path behind such a number belongs to its own register', () => {
    const call = callOf('[ 339] fanotify_mark(3, FAN_MARK_ADD, 0x20, AT_FDCWD, "/x") = 0');
    expect(call.args.slice(0, 5).map(({ value }) => value)).toEqual([3n, 1n, 32n, 0n, 0xffffff9cn]);
    expect(call.memory).toMatchObject([{ arg: 5 }]);
  });
});

test('the position of preadv2 is one register of x86_64, and its flags are in the sixth', () => {
  const registers = [3n, 0x7101n, 1n, (1n << 64n) - 1n, NONE, 8n];
  expect(registersOf('[ 327] preadv2(3, 0x7101, 1, -1, RWF_NOWAIT) = 0')).toEqual(registers);
});

/** The sixth register of an mmap2. */
function offsetOf(args: string): bigint | undefined {
  return registersOf(`[ 192] mmap2(${args}) = 0xf7d24000`)[5];
}

test('mmap2 counts its offset in pages, which strace prints in bytes unless it prints registers', () => {
  expect(offsetOf('0xf7d24000, 1544192, 0x5, 0x812, 3</lib/libc.so.6>, 0x22000')).toBe(0x22n);
  expect(offsetOf('NULL, 4096, PROT_READ, MAP_SHARED, 3, 0x12345678000')).toBe(0x12345678n);
  expect(offsetOf('0xf7d24000, 0x179000, 0x5, 0x812, 0x3, 0x22')).toBe(0x22n);
});

describe('a negative int clears the upper half of its register', () => {
  // oxfmt-ignore
  test.each([
    { line: 'mmap(NULL, 4096, 0x3, 0x22, -1, 0) = 0x7f0000000000', arg: 4, value: 0xffffffffn },
    { line: 'wait4(-1, NULL, 0, NULL) = 5',                        arg: 0, value: 0xffffffffn },
    { line: 'getrusage(RUSAGE_CHILDREN, 0x7ffc00000000) = 0',      arg: 0, value: 0xffffffffn },
    { line: 'lseek(3, -5, SEEK_CUR) = 0',                          arg: 1, value: (1n << 64n) - 5n },
    { line: 'msgrcv(1, 0x7ffc00000000, 8, -2, 0) = 0',             arg: 3, value: (1n << 64n) - 2n },
    { line: 'wait4(0xffffffffffffffff, NULL, 0, NULL) = 5',        arg: 0, value: (1n << 64n) - 1n },
    { line: '[  19] lseek(3, -5, SEEK_CUR) = 0',                   arg: 1, value: 0xfffffffbn },
  ])('$line', ({ line, arg, value }) => {
    expect(callOf(line).args[arg]!.value).toBe(value);
  });
});
