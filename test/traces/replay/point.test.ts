// What a machine is told of a call.
import { expect, test } from 'vitest';
import { ARCHS, createCursor, fillPoint, MEMORY_FLAGS, NO_SYSCALL } from '../../../traces/index.ts';
import type { SyscallRef } from '../../../traces/index.ts';
import { emptyPoint } from '../../../vm/index.ts';
import { StringPool } from '../../support/blocks.ts';
import { recordingOf } from '../../support/sct.ts';

const REFS: readonly SyscallRef[] = [{ arch: 'i386', nr: 3, name: 'read' }];
const ARGS = [3n, 0xffff_ffff_ffff_ffffn, 0x7ffe_1234_5678_9abcn, 1n << 63n, 0n, 6n];

const strings = new StringPool();
const recording = recordingOf(
  REFS,
  [
    [
      {
        enter: 10,
        exit: 30,
        tid: 7,
        tgid: 6,
        comm: strings.id('redis-server-long'),
        args: ARGS,
        ret: -11n,
        errno: 11,
        mem: [
          {
            arg: 0,
            address: 0x1000n,
            bytes: strings.id('/etc/passwd'),
            flags: MEMORY_FLAGS.cString,
            trueLength: 11,
          },
          {
            arg: 1,
            address: 0x2000n,
            bytes: strings.id('abc'),
            flags: MEMORY_FLAGS.out | MEMORY_FLAGS.cut,
            trueLength: 99,
          },
        ],
      },
      { enter: 40, kind: 'signal', ret: 17n, cpu: 3 },
    ],
  ],
  strings,
);

test('an enter has the arguments and what the program wrote', () => {
  const cursor = createCursor(recording);
  const point = emptyPoint();
  cursor.advance(100);
  fillPoint(cursor, recording, point);
  expect(point).toMatchObject({ nr: 3, audit: ARCHS.i386.audit, ret: 0n, tid: 7, tgid: 6, cpu: 0, atNs: 10 });
  expect([...new BigUint64Array(point.args.slice().buffer)]).toEqual(ARGS);
  expect(new TextDecoder().decode(point.comm)).toBe('redis-server-long');
  expect(point.memory()).toEqual([
    { address: 0x1000n, bytes: strings.bytes(strings.id('/etc/passwd')), trueLength: 11, cString: true },
  ]);
});

test('an exit also has the result and what the kernel wrote', () => {
  const cursor = createCursor(recording);
  const point = emptyPoint();
  cursor.advance(100);
  cursor.advance(100);
  fillPoint(cursor, recording, point);
  expect(point).toMatchObject({ ret: -11n, atNs: 30 });
  expect(point.memory().map(({ address, trueLength }) => [address, trueLength])).toEqual([
    [0x1000n, 11],
    [0x2000n, 99],
  ]);
});

test('a record that is no call has no number', () => {
  const cursor = createCursor(recording);
  const point = emptyPoint();
  while (cursor.advance(100));
  fillPoint(cursor, recording, point);
  expect(cursor.block.sys[cursor.row]).toBe(NO_SYSCALL);
  expect(point).toMatchObject({ nr: -1, cpu: 3 });
  expect(point.memory()).toEqual([]);
});
