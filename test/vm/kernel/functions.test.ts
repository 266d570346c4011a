// Kprobes, kretprobes, fentry, fexit and fmod_ret on the functions of system calls.
import { describe, expect, test } from 'vitest';
import { DEFAULT_KERNEL, KERNELS, type Effect, type UserMemory } from '../../../vm/index.ts';
import { PT_REGS } from '../../../vm/kernel/pt-regs.ts';
import { ctxWords, hookRig, loadSayers, wordsBehind, wordsOf } from '../../support/hook-rig.ts';
import { AUDIT_X86_64, loadText, pointOf, u32, u64s } from '../../support/machine.ts';

const ARGS = [0x11n, 0x22n, 0x33n, 0x44n, 0x55n, 0x66n];
const OPENAT = { nr: 257, args: ARGS };
const AUDIT_I386 = 0x4000_0003;
const AUDIT_ARM64 = 0xc000_00b7;
const FUNCTION_ARGS = ['rdi', 'rsi', 'rdx', 'rcx', 'r8', 'r9'] as const;
const SYSCALL_ARGS = ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'] as const;
const offs = (regs: readonly (keyof typeof PT_REGS)[]): number[] => regs.map((reg) => PT_REGS[reg]);

/** What a kprobe on do_sys_open finds of a call. */
const openArgs = (nr: number, audit = AUDIT_X86_64): bigint[] =>
  ctxWords('kprobe/do_sys_open', offs(['rdi', 'rsi', 'rdx', 'rcx']), { nr, audit, args: ARGS }, 'enter');

/** A kernel that calls the functions of system calls with their arguments. */
const OLD_KERNEL = KERNELS['linux-4.14'];

/** A struct open_how in user memory. */
const how = (...words: readonly bigint[]): UserMemory => {
  const bytes = new Uint8Array(BigUint64Array.from(words).buffer);
  return { address: 0x5000n, bytes, trueLength: bytes.length, cString: false };
};

/** Bytes from the start of a struct of the default kernel. */
function memberOff(struct: string, member: string): number {
  const { types } = DEFAULT_KERNEL;
  const record = types.type(types.find('struct', struct)!);
  if (record.kind !== 'struct') throw new Error(struct);
  return record.members.find(({ name }) => name === member)!.bitOff / 8;
}

describe('a kprobe', () => {
  test.each(['kprobe/__x64_sys_openat', 'ksyscall/openat'])(
    '%s has the call registers behind rdi',
    (section) => {
      const behind = `r3 = *(u64 *)(r1 + ${PT_REGS.rdi})`;
      const regs = wordsBehind(section, behind, 21, OPENAT, 'enter');
      expect(SYSCALL_ARGS.map((reg) => regs[PT_REGS[reg] / 8])).toEqual(ARGS);
      expect(regs[PT_REGS.orig_rax / 8]).toBe(257n);
    },
  );

  test.each([
    ['kprobe/__se_sys_openat', {}],
    ['kprobe/__do_sys_openat', {}],
    ['kprobe/sys_openat', { kernel: OLD_KERNEL }],
    ['kprobe/SyS_openat', { kernel: OLD_KERNEL }],
    ['ksyscall/openat', { kernel: OLD_KERNEL }],
  ])('%s has the arguments themselves', (section, options) => {
    const words = ctxWords(section, offs(FUNCTION_ARGS), OPENAT, 'enter', options);
    expect(words.slice(0, 5)).toEqual([0x11n, 0x22n, 0x33n, 0x44n, 0n]);
  });

  test.each([
    ['__x64_sys_openat', 'linux-4.14 has no function __x64_sys_openat; the kernel calls it sys_openat'],
    ['do_sys_openat2', 'linux-4.14 has no function do_sys_openat2: it came with 5.6'],
    ['ksys_read', 'linux-4.14 has no function ksys_read: it came with 4.17'],
  ])('on %s of an old kernel: %s', (name, why) => {
    expect(() => ctxWords(`kprobe/${name}`, [0], OPENAT, 'enter', { kernel: OLD_KERNEL })).toThrow(why);
  });

  test('on do_sys_open has what open, openat and creat hand to it', () => {
    expect(openArgs(257)).toEqual([0x11n, 0x22n, 0x8033n, 0x44n]);
    expect(openArgs(56, AUDIT_ARM64)).toEqual([0x11n, 0x22n, 0x2_0033n, 0x44n]);
    expect(openArgs(2)).toEqual([BigInt.asUintN(64, -100n), 0x11n, 0x8022n, 0x33n]);
    expect(openArgs(85)).toEqual([BigInt.asUintN(64, -100n), 0x11n, 0o101101n, 0x22n]);
  });

  test('on do_filp_open has a pointer to what nobody recorded: a read there is -EFAULT, and counted', () => {
    const { machine } = hookRig();
    const object = loadText(
      machine,
      `.map out array key=4 value=8 entries=1
      .section "kprobe/do_filp_open"
      main:
        r3 = *(u64 *)(r1 + ${PT_REGS.rdx})
        r1 = mapval[out] ll
        r2 = 8
        call probe_read_kernel
        r1 = mapval[out] ll
        *(u64 *)(r1 + 0) = r0
        r0 = 0
        exit`,
    );
    machine.attachAll(object);
    machine.enter(pointOf(OPENAT));
    expect(u64s(object.maps[0]!.lookup(u32(0)))).toEqual([BigInt.asUintN(64, -14n)]);
    expect(machine.unknownReads).toBe(1);
  });

  test.each([
    [
      'openat, flags as they are, no mode',
      { nr: 257, args: [0n, 0n, 0x241n & ~0o100n, 0o644n] },
      0x8201n,
      0n,
    ],
    ['openat that creates', { nr: 257, args: [0n, 0n, 0o101n, 0o107777n] }, 0o100101n, 0o7777n],
    ['openat of a path only', { nr: 257, args: [0n, 0n, 0o12000001n, 0o644n] }, 0o12000000n, 0n],
    ['open', { nr: 2, args: [0n, 0o100n, 0o600n] }, 0o100100n, 0o600n],
    ['creat', { nr: 85, args: [0n, 0o640n] }, 0o101101n, 0o640n],
    ['openat of i386', { nr: 295, audit: AUDIT_I386, args: [0n, 0n, 0o100n, 0o600n] }, 0o100n, 0o600n],
    ['openat2', { nr: 437, args: [0n, 0n, 0x5000n, 24n], memory: [how(0o2n, 0n, 8n)] }, 0o2n, 0n, 8n],
  ])('on do_sys_openat2 has the struct open_how of %s', (_name, fields, flags, mode, resolve = 0n) => {
    const behind = `r3 = *(u64 *)(r1 + ${PT_REGS.rdx})`;
    expect(wordsBehind('kprobe/do_sys_openat2', behind, 3, fields, 'enter')).toEqual([flags, mode, resolve]);
  });

  test('on do_unlinkat is come to by unlinkat without AT_REMOVEDIR, on do_rmdir with it', () => {
    const { machine, lines } = hookRig();
    machine.attachAll(
      loadSayers(machine, {
        unlink: 'kprobe/do_unlinkat',
        rmdir: 'kprobe/do_rmdir',
        left: 'kretprobe/do_rmdir',
      }),
    );
    const calls = [
      { nr: 263, args: [0n, 0n, 0n] },
      { nr: 263, args: [0n, 0n, 0x200n] },
      { nr: 87 },
      { nr: 84 },
    ];
    for (const call of calls) {
      machine.enter(pointOf(call));
      machine.exit(pointOf(call));
    }
    expect(lines()).toEqual(['unlink', 'rmdir', 'left', 'unlink', 'rmdir', 'left']);
  });

  test('on do_unlinkat has a struct filename with the path that the program gave', () => {
    const bytes = new TextEncoder().encode('/tmp/xy');
    const memory = [{ address: 0x1000n, bytes, trueLength: bytes.length, cString: true }];
    const readName = `r3 = *(u64 *)(r1 + ${PT_REGS.rsi})\nr1 = r10\nr1 += -8\nr2 = 8\ncall probe_read_kernel\nr3 = *(u64 *)(r10 - 8)`;
    const [name] = wordsBehind(
      'kprobe/do_unlinkat',
      readName,
      1,
      { nr: 87, args: [0x1000n], memory },
      'enter',
    );
    expect(name!).toBe(new DataView(new TextEncoder().encode('/tmp/xy\0').buffer).getBigUint64(0, true));
  });

  test('on vfs_read has the file of the descriptor', () => {
    const { machine, faults } = hookRig();
    const object = loadText(
      machine,
      `.map out array key=4 value=8 entries=1
      .section "kprobe/vfs_read"
      main:
        r3 = *(u64 *)(r1 + ${PT_REGS.rdi})
        r3 += ${memberOff('file', 'f_inode')}
        r1 = r10
        r1 += -8
        r2 = 8
        call probe_read_kernel
        r3 = *(u64 *)(r10 - 8)
        r3 += ${memberOff('inode', 'i_ino')}
        r1 = mapval[out] ll
        r2 = 8
        call probe_read_kernel
        r0 = 0
        exit`,
    );
    machine.attachAll(object);
    const process = { file: (fd: number) => (fd === 5 ? { inode: 4711 } : undefined) };
    const facts = { tid: 100, tgid: 100, process };
    machine.enter({ ...pointOf({ nr: 0, args: [5n] }), facts });
    expect(u64s(object.maps[0]!.lookup(u32(0)))).toEqual([4711n]);
    machine.enter({ ...pointOf({ nr: 0, args: [6n] }), facts });
    expect(machine.unknownReads).toBeGreaterThan(0);
    expect(faults).toEqual([]);
  });

  test('runs at its call only, and only in its ABI', () => {
    const { machine, lines } = hookRig();
    machine.attachAll(
      loadSayers(machine, {
        x64: 'kprobe/__x64_sys_read',
        ia32: 'kprobe/__ia32_sys_read',
        arm64: 'kprobe/__arm64_sys_read',
        any: 'ksyscall/read',
      }),
    );
    machine.enter(pointOf({ nr: 0 }));
    machine.enter(pointOf({ nr: 3, audit: AUDIT_I386 }));
    machine.enter(pointOf({ nr: 63, audit: AUDIT_ARM64 }));
    machine.enter(pointOf({ nr: 1 }));
    // Numbers that no call has, as fuzzers and x32 programs use them.
    for (const nr of [-1, 0x1_0000, 0x20_0000, 0x4000_0000]) machine.enter(pointOf({ nr }));
    expect(lines()).toEqual(['x64', 'any', 'ia32', 'arm64', 'any']);
  });

  test('on accept4 sees accept too, with flags 0', () => {
    const [fd, , , flags] = ctxWords(
      'kprobe/__sys_accept4',
      offs(FUNCTION_ARGS),
      { nr: 43, args: ARGS },
      'enter',
    );
    expect([fd, flags]).toEqual([0x11n, 0n]);
  });

  test('may be put on many functions by a pattern', () => {
    const { machine, lines } = hookRig();
    const object = loadSayers(machine, { many: 'kprobe.multi/__x64_sys_*at' });
    machine.attachAll(object);
    for (const nr of [257, 262, 0]) machine.enter(pointOf({ nr }));
    expect(lines()).toEqual(['many', 'many']);
    expect(object.progs[0]!.attached).toContain('__x64_sys_openat');
    expect(object.progs[0]!.attached).toContain('__x64_sys_unlinkat');
    expect(object.progs[0]!.attached).not.toContain('__x64_sys_read');
  });
});

describe('a kretprobe', () => {
  test.each(['kretprobe/__x64_sys_openat', 'kretsyscall/openat', 'kretprobe/do_sys_openat2'])(
    '%s has the result in rax',
    (section) => {
      expect(ctxWords(section, [PT_REGS.rax], { ...OPENAT, ret: -2n }, 'exit')).toEqual([
        BigInt.asUintN(64, -2n),
      ]);
    },
  );

  test('on __seccomp_filter returns 0: the call is allowed', () => {
    expect(ctxWords('kretprobe/__seccomp_filter', [PT_REGS.rax], OPENAT, 'enter')).toEqual([0n]);
  });
});

describe('fentry, fexit and fmod_ret', () => {
  const REGS = `r3 = *(u64 *)(r1 + 0)\nr2 = *(u64 *)(r3 + ${PT_REGS.rsi})\nr1 = mapval[out] ll\n*(u64 *)(r1 + 0) = r2`;

  test.each(['fentry', 'fmod_ret', 'fentry.s'])('%s loads from the registers of the call', (prefix) => {
    expect(wordsOf(`${prefix}/__x64_sys_openat`, REGS, 8, OPENAT, 'enter')).toEqual([0x22n]);
  });

  test('fexit has the result after the arguments', () => {
    expect(ctxWords('fexit/__x64_sys_openat', [8], { ...OPENAT, ret: 5n }, 'exit')).toEqual([5n]);
    expect(ctxWords('fexit/ksys_read', [0, 8, 16, 24], { nr: 0, args: ARGS, ret: 7n }, 'exit')).toEqual([
      0x11n,
      0x22n,
      0x33n,
      7n,
    ]);
  });

  test('fexit of a call sees rax as the call left it: not yet written', () => {
    const body = `r3 = *(u64 *)(r1 + 0)\nr2 = *(u64 *)(r3 + ${PT_REGS.rax})\nr1 = mapval[out] ll\n*(u64 *)(r1 + 0) = r2`;
    expect(wordsOf('fexit/__x64_sys_openat', body, 8, { ...OPENAT, ret: 5n }, 'exit')).toEqual([
      BigInt.asUintN(64, -38n),
    ]);
    expect(wordsOf('tp_btf/sys_exit', body, 8, { ...OPENAT, ret: 5n }, 'exit')).toEqual([5n]);
  });

  test.each([
    ['fentry/__x64_sys_openat', 8, 'enter'],
    ['fentry/__sys_connect', 24, 'enter'],
    ['fexit/__sys_connect', 32, 'exit'],
    ['fmod_ret/__sys_connect', 32, 'enter'],
  ] as const)('%s ends at byte %i', (section, end, when) => {
    const nr = section.endsWith('openat') ? 257 : 42;
    expect(() => ctxWords(section, [end - 8], { nr }, when)).not.toThrow();
    expect(() => ctxWords(section, [end], { nr }, when)).toThrow(
      `invalid bpf_context access off=${end} size=8`,
    );
  });

  test('fmod_ret that returns other than 0 is an effect, and ends the turn of those after it', () => {
    const effects: Effect[] = [];
    const { machine, lines } = hookRig({ onEffect: (effect) => effects.push(effect) });
    machine.attachAll(loadText(machine, '.section "fmod_ret/__x64_sys_openat"\ndeny:\nr0 = -1\nexit'));
    machine.attachAll(
      loadSayers(machine, { after: 'fmod_ret/__x64_sys_openat', exit: 'fexit/__x64_sys_openat' }),
    );
    machine.enter(pointOf(OPENAT));
    machine.exit(pointOf(OPENAT));
    expect(effects).toEqual([{ kind: 'override', value: -1, prog: 'deny', tid: 100, tgid: 100, atNs: 0 }]);
    expect(lines()).toEqual(['exit']);
  });
});

test('a call comes to its hooks from outside in, and leaves them from inside out', () => {
  const { machine, lines } = hookRig();
  const sections = {
    fexit: 'fexit/do_sys_open',
    kret: 'kretprobe/__x64_sys_openat',
    sysexit: 'tp/syscalls/sys_exit_openat',
    rawexit: 'raw_tp/sys_exit',
    fentry: 'fentry/__x64_sys_openat',
    inner: 'kprobe/do_sys_openat2',
    open: 'fentry/do_sys_open',
    kprobe: 'kprobe/__x64_sys_openat',
    sysent: 'tracepoint/syscalls/sys_enter_openat',
    rawtp: 'tp/raw_syscalls/sys_enter',
    btf: 'tp_btf/sys_enter',
    raw: 'raw_tp/sys_enter',
    seccomp: 'kprobe/__seccomp_filter',
    modify: 'fmod_ret/__x64_sys_openat',
    allexit: 'tp/raw_syscalls/sys_exit',
    fexit2: 'fexit/__x64_sys_openat',
  };
  machine.attachAll(loadSayers(machine, sections));
  machine.enter(pointOf(OPENAT));
  const enter = lines();
  expect(enter).toEqual([
    'seccomp',
    'sysent',
    'rawtp',
    'btf',
    'raw',
    'kprobe',
    'fentry',
    'modify',
    'open',
    'inner',
  ]);
  machine.exit(pointOf(OPENAT));
  expect(lines().slice(enter.length)).toEqual(['fexit', 'fexit2', 'kret', 'sysexit', 'rawexit', 'allexit']);
});
