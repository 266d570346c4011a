// Tracepoints of system calls: the ctx of raw_syscalls:*, syscalls:*, tp_btf and raw_tp, and where it ends.
import { describe, expect, test } from 'vitest';
import { ctxWords, hookRig, loadSayers } from '../../support/hook-rig.ts';
import { pointOf } from '../../support/machine.ts';

const ARGS = [1n, 2n, 3n, 4n, 5n, 0xffff_ffff_ffff_ff9cn];

describe('tracepoint raw_syscalls', () => {
  test('sys_enter has the number and six arguments', () => {
    const words = ctxWords(
      'tracepoint/raw_syscalls/sys_enter',
      [8, 16, 24, 32, 40, 48, 56],
      { nr: 9, args: ARGS },
      'enter',
    );
    expect(words).toEqual([9n, ...ARGS]);
    expect(() => ctxWords('tp/raw_syscalls/sys_enter', [64], {}, 'enter')).toThrow(
      'the program loads from it up to byte 72',
    );
  });

  test('sys_exit has the number and the result', () => {
    const fields = { nr: 9, ret: -12n };
    expect(ctxWords('tp/raw_syscalls/sys_exit', [8, 16], fields, 'exit')).toEqual([
      9n,
      BigInt.asUintN(64, -12n),
    ]);
    expect(() => ctxWords('tp/raw_syscalls/sys_exit', [24], fields, 'exit')).toThrow(
      'the program loads from it up to byte 32',
    );
  });

  test('the first 8 bytes are nobody to read', () => {
    expect(() => ctxWords('tp/raw_syscalls/sys_enter', [0], {}, 'enter')).toThrow(
      'invalid bpf_context access off=0 size=8',
    );
  });

  test('a number that is not known is -1', () => {
    expect(ctxWords('tp/raw_syscalls/sys_enter', [8], { nr: -1 }, 'enter')).toEqual([0xffff_ffff_ffff_ffffn]);
  });
});

describe('tracepoint syscalls', () => {
  test('sys_enter_openat has four arguments', () => {
    const fields = { nr: 257, args: ARGS };
    expect(ctxWords('tp/syscalls/sys_enter_openat', [8, 16, 24, 32, 40], fields, 'enter')).toEqual([
      257n,
      ...ARGS.slice(0, 4),
    ]);
    expect(() => ctxWords('tp/syscalls/sys_enter_openat', [48], fields, 'enter')).toThrow(
      'the program loads from it up to byte 56',
    );
  });

  test('sys_enter_getpid has none', () => {
    expect(() => ctxWords('tp/syscalls/sys_enter_getpid', [16], { nr: 39 }, 'enter')).toThrow(
      'the program loads from it up to byte 24',
    );
  });

  test('sys_exit_openat has the result', () => {
    expect(ctxWords('tracepoint/syscalls/sys_exit_openat', [8, 16], { nr: 257, ret: 3n }, 'exit')).toEqual([
      257n,
      3n,
    ]);
  });

  test('goes by the name of the function: sys_enter_newfstat is fstat', () => {
    const { machine, lines } = hookRig();
    machine.attachAll(loadSayers(machine, { fstat: 'tp/syscalls/sys_enter_newfstat' }));
    machine.enter(pointOf({ nr: 5 }));
    expect(lines()).toEqual(['fstat']);
  });

  test('does not see calls of i386', () => {
    const { machine, lines } = hookRig();
    machine.attachAll(
      loadSayers(machine, { sys: 'tp/syscalls/sys_enter_read', raw: 'tp/raw_syscalls/sys_enter' }),
    );
    machine.enter(pointOf({ nr: 3, audit: 0x4000_0003 }));
    machine.enter(pointOf({ nr: 63, audit: 0xc000_00b7 }));
    expect(lines()).toEqual(['raw', 'sys', 'raw']);
  });
});

describe('tp_btf', () => {
  test('sys_enter has the registers and the number', () => {
    const [regs, nr] = ctxWords('tp_btf/sys_enter', [0, 8], { nr: 1 }, 'enter');
    expect(regs! >> 32n).toBe(0xffff_8880n);
    expect(nr).toBe(1n);
    expect(() => ctxWords('tp_btf/sys_enter', [16], {}, 'enter')).toThrow(
      'invalid bpf_context access off=16 size=8',
    );
  });
});

test('raw_tp.w is taken where nothing may be written', () => {
  expect(ctxWords('raw_tp.w/sys_exit', [8], { ret: 6n }, 'exit')).toEqual([6n]);
});

test('programs of the tracepoint take turns as on Linux: each raw one by itself, all of raw_syscalls together, all of syscalls together', () => {
  const { machine, lines } = hookRig();
  // What Linux 6.18 gave for programs attached in this order.
  const sections = {
    rawx: 'raw_tp/sys_exit',
    allx: 'tp/raw_syscalls/sys_exit',
    btfx: 'tp_btf/sys_exit',
    sysx: 'tp/syscalls/sys_exit_openat',
    btf: 'tp_btf/sys_enter',
    all: 'tp/raw_syscalls/sys_enter',
    raw: 'raw_tp/sys_enter',
    sys: 'tp/syscalls/sys_enter_openat',
    raw2: 'raw_tp/sys_enter',
    all2: 'tp/raw_syscalls/sys_enter',
    sys2: 'tp/syscalls/sys_enter_openat',
  };
  machine.attachAll(loadSayers(machine, sections));
  machine.enter(pointOf({ nr: 257 }));
  machine.exit(pointOf({ nr: 257 }));
  expect(lines()).toEqual([
    'btf',
    'all',
    'all2',
    'raw',
    'sys',
    'sys2',
    'raw2',
    'rawx',
    'allx',
    'btfx',
    'sysx',
  ]);
});
