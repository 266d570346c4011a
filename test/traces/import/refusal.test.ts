// Files that are no logs of strace are refused with the reason; logs that begin oddly are not.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ImportError, createStraceImporter, recogniseStrace } from '../../../traces/index.ts';
import { caseBytes, importText } from '../../support/strace.ts';

const C_SOURCE = `#include <stdio.h>
int main(void) {
  int fd = open("/etc/passwd", 0);
  read(fd, buf, sizeof buf);
  return close(fd);
}
`;
const LISTING = `total 48
drwxr-xr-x 2 root root 4096 Nov 22 16:50 .
-rw-r--r-- 1 root root 5248 Nov 22 16:50 A (copy) = 1.md
`;
const SUMMARY = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 85.71    0.000012           4         3           mmap
------ ----------- ----------- --------- --------- ----------------
100.00    0.000014           2         7         1 total
`;

// oxfmt-ignore
test.each([
  { what: 'nothing', bytes: Buffer.alloc(0), code: 'empty' },
  { what: 'blank lines', bytes: Buffer.from('\n\n  \n'), code: 'empty' },
  { what: 'a binary file', bytes: Buffer.from('\x7fELF\x02\x01\x01\0\0\0', 'latin1'), code: 'binary' },
  { what: 'a gzip file', bytes: Buffer.from('\x1f\x8b\x08\0\0', 'latin1'), code: 'compressed' },
  { what: 'UTF-16', bytes: Buffer.from('\xff\xfea\0', 'latin1'), code: 'binary' },
  { what: 'C source', bytes: Buffer.from(C_SOURCE), code: 'foreign' },
  { what: 'JSON', bytes: Buffer.from('{"openat(3)": 1,\n "a": [1, 2]}\n'), code: 'foreign' },
  { what: 'a listing', bytes: Buffer.from(LISTING), code: 'foreign' },
  { what: 'prose', bytes: Buffer.from('A call of read(2) = a call of the kernel.\n'.repeat(40)), code: 'foreign' },
  { what: 'ltrace', bytes: Buffer.from('strlen("abc")                = 3\nputs("x")    = 2\n'), code: 'foreign' },
  { what: 'perf script', bytes: caseBytes('dd.gold.perf.txt'), code: 'perf' },
  { what: 'a table of strace -c', bytes: Buffer.from(SUMMARY), code: 'summary' },
  { what: 'a table of strace -f -c, with messages and output', bytes: Buffer.from(`strace: Process 7 attached\nhello\n${SUMMARY}`), code: 'summary' },
  { what: 'this test', bytes: readFileSync(import.meta.filename), code: 'foreign' },
])('$what is refused as $code', ({ bytes, code }) => {
  const importer = createStraceImporter({ open: () => {}, block: () => {}, close: () => {} });
  let thrown: unknown;
  try {
    importer.file('some.file');
    importer.push(bytes);
    importer.end();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ImportError);
  expect(thrown).toMatchObject({ code, file: 'some.file' });
  expect((thrown as ImportError).message).toMatch(/^some\.file: .*; expected: the text that strace writes/);
  expect(recogniseStrace(bytes)).toMatchObject({ ok: false });
});

// oxfmt-ignore
test.each([
  { what: 'one unfinished call', text: 'execve("/bin/ls", ["ls"], 0x7ff /* 3 vars */ <unfinished ...>\n' },
  { what: 'a log that begins with output', text: `starting\nready\n${'close(3) = 0\n'.repeat(3)}` },
  { what: 'a log that begins in the middle', text: '10 <... read resumed>"x", 1) = 1\n' },
  { what: 'a message first', text: 'strace: Process 17 attached\nread(3, "", 1) = 0\n' },
  { what: 'signals only', text: '10 --- SIGCHLD {si_signo=SIGCHLD} ---\n' },
])('$what is accepted', ({ text }) => {
  expect(recogniseStrace(Buffer.from(text))).toEqual({ ok: true });
  expect(() => importText(text)).not.toThrow();
});

test('a file that is refused late leaves a plain error, whatever was pushed', () => {
  const importer = createStraceImporter({ open: () => {}, block: () => {}, close: () => {} });
  importer.file('big.txt');
  expect(() => {
    for (let i = 0; i < 100; i++) importer.push(Buffer.from('neither here nor there\n'.repeat(100)));
  }).toThrow(ImportError);
});
