// Arguments that no strace prints: as long and as deep as a line can be. They are read in bounded time, or not at all.
import { expect, test } from 'vitest';
import { createCursor } from '../../../traces/index.ts';
import { memoryAt } from '../../../traces/replay/user-memory.ts';
import { recordingOfText } from '../../support/followed.ts';

const DEPTH = 100_000;
const nested = (open: string, close: string): string => open.repeat(DEPTH) + close.repeat(DEPTH);

// oxfmt-ignore
const TEXTS = {
  'structs in structs':       `connect(3, ${nested('{a=', '}')}, 16) = 0`,
  'lists in lists':           `poll(${nested('[', ']')}, 1, 0) = 1`,
  'structs that do not end':  `poll(${'[{fd='.repeat(DEPTH)}, 1, 0) = 1`,
  'macros in macros':         `sendmsg(3, {msg_name=${nested('htons(', ')')}, msg_iov=NULL}, 0) = 1`,
  'numbers of devices':       `fstat(3, {st_rdev=${nested('makedev(', ')')}}) = 0`,
  'shifts of shifts':         `fstat(3, {st_mode=${'1<<'.repeat(DEPTH)}1}) = 0`,
  'names with other names':   `ioctl(3, ${'TCGETX or '.repeat(DEPTH)}TCGETS, 0) = 0`,
  'changes of changes':       `getsockname(3, {sa_family=AF_INET, sin_port=htons(1)}, [${'1 => '.repeat(DEPTH)}2]) = 0`,
  'a number of many digits':  `fstat(3, {st_mode=${'7'.repeat(DEPTH)}}) = 0`,
  'flags without an end':     `rt_sigaction(SIGUSR1, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=${'SA_RESTART|'.repeat(DEPTH)}0}, NULL, 8) = 0`,
  'comments in comments':     `ioctl(3, TCGETS, {c_iflag=${'/* '.repeat(DEPTH)}) = 0`,
} as const satisfies Record<string, string>;

test.each(Object.entries(TEXTS))('%s', (_what, text) => {
  const recording = recordingOfText(`10 getpid() = 10\n10 ${text}\n10 getpid() = 10\n`);
  const cursor = createCursor(recording);
  const calls: string[] = [];
  while (cursor.advance(Number.POSITIVE_INFINITY)) {
    const { block, row, phase } = cursor;
    if (phase === 'enter') calls.push(recording.syscalls[block.sys[row]!]?.name ?? '?');
    if (phase !== 'mark') memoryAt(block, row, phase === 'exit', recording);
  }
  expect(calls.filter((name) => name === 'getpid')).toHaveLength(2);
});
