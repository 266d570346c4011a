// Helpers one by one, at a point of a recording: what they return and what they write.
import { describe, expect, test } from 'vitest';
import { isImplemented } from '../../../vm/helpers/run.ts';
import { helperName, HELPERS, helperRow, type HelperName } from '../../../vm/helpers/table.ts';
import { HELPER_RUN } from '../../../vm/helpers/run.ts';
import type { UserMemory } from '../../../vm/index.ts';
import { loadText, pointOf, rig, u32, type PointFields, type Rig } from '../../support/machine.ts';

/**
 * Runs a program at sys_enter of a point; `body` leaves what it wants to show in `out`, a map value of 64 bytes whose address it gets in r9.
 * r0 at its end is in the last 8 bytes.
 */
function runAt(body: string, fields: PointFields = {}): { out: Uint8Array; r0: bigint } & Rig {
  const base = rig();
  const object = loadText(
    base.machine,
    `.map out array key=4 value=72 entries=1
    .section "raw_tp/sys_enter"
    main:
      r8 = r1
      r9 = mapval[out] ll
      ${body}
      *(u64 *)(r9 + 64) = r0
      r0 = 0
      exit`,
  );
  base.machine.attachAll(object);
  base.machine.enter(pointOf(fields));
  const value = object.maps[0]!.lookup(u32(0)) as Uint8Array;
  return { ...base, out: value.slice(0, 64), r0: new DataView(value.buffer).getBigInt64(64, true) };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1').replace(/\0.*$/s, '');
const EFAULT = -14n;
const ERANGE = -34n;

const read = (
  helper: string,
  size: number,
  address: string,
  memory: readonly UserMemory[],
): ReturnType<typeof runAt> =>
  runAt(`*(u64 *)(r9 + 0) = -1\nr1 = r9\nr2 = ${size}\nr3 = ${address} ll\ncall ${helper}`, { memory });

const span = (address: bigint, content: string, more: Partial<UserMemory> = {}): UserMemory => {
  const bytes = new Uint8Array(Buffer.from(content, 'latin1'));
  return { address, bytes, trueLength: bytes.length, cString: false, ...more };
};

/** The line that `format` makes of r3, r4 and r5. */
function printed(format: string, args: readonly string[] = [], fields: PointFields = {}): string[] {
  const bytes = Buffer.alloc(8 * (Math.floor(Buffer.byteLength(format) / 8) + 1));
  bytes.write(format);
  const store = Array.from({ length: bytes.length / 8 }, (_, i) => {
    return `r1 = 0x${bytes.readBigUInt64LE(8 * i).toString(16)} ll\n*(u64 *)(r10 - ${bytes.length - 8 * i}) = r1`;
  });
  const load = [0, 1, 2].map((i) => `r${3 + i} = ${args[i] ?? '0'}`);
  const body = [
    ...store,
    ...load,
    'r1 = r10',
    `r1 += -${bytes.length}`,
    `r2 = ${bytes.length}`,
    'call trace_printk',
  ];
  return runAt(body.join('\n'), fields).lines();
}

const netBody = (format: string): string =>
  `r1 = 0x0100007f\n*(u64 *)(r9 + 0) = r1\nr1 = "${format}" ll\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 8\nr3 = r9\ncall trace_printk`;

describe('the table', () => {
  test('has the helpers 1 to 211, each once', () => {
    const ids = Object.values(HELPERS).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: 211 }, (_, i) => i + 1));
    expect(helperName(12)).toBe('tail_call');
    expect([helperName(0), helperName(212)]).toEqual([undefined, undefined]);
  });

  test('says of each implemented helper what it takes, gives and does', () => {
    const rows = (Object.keys(HELPERS) as HelperName[]).filter(isImplemented);
    expect(rows.toSorted()).toEqual([...Object.keys(HELPER_RUN), 'tail_call'].toSorted());
    for (const name of rows) {
      expect(helperRow(name).ret, name).toBeDefined();
      expect(helperRow(name).summary, name).toBeTruthy();
    }
  });
});

describe('the current task', () => {
  test('pid and tgid', () => {
    expect(runAt('call get_current_pid_tgid', { tid: 0x1234, tgid: 0x5678 }).r0).toBe(0x5678_0000_1234n);
  });

  test('the CPU is below the number of CPUs that the machine has', () => {
    expect([0, 1, 2, 7, -1].map((cpu) => runAt('call get_smp_processor_id', { cpu }).r0)).toEqual([
      0n,
      1n,
      0n,
      1n,
      0n,
    ]);
  });

  test('time is that of the point, beyond 32 bits too', () => {
    const atNs = 123_456_789_012_345;
    expect(runAt('call ktime_get_ns', { atNs }).r0).toBe(BigInt(atNs));
    expect(runAt('call ktime_get_boot_ns', { atNs }).r0).toBe(BigInt(atNs));
  });

  test.each([
    ['dd', 16, 'dd'],
    ['a-name-of-exactly-twenty', 16, 'a-name-of-exact'],
    ['a-name-of-exactly-twenty', 40, 'a-name-of-exact'],
    ['kworker', 4, 'kwo'],
    ['kworker', 1, ''],
  ])('name %s in %i bytes is %s, filled up with NULs', (comm, size, shown) => {
    const fill = Array.from({ length: 8 }, (_, i) => `*(u64 *)(r9 + ${8 * i}) = -1`).join('\n');
    const { out, r0 } = runAt(`${fill}\nr1 = r9\nr2 = ${size}\ncall get_current_comm`, { comm });
    expect(r0).toBe(0n);
    expect(text(out)).toBe(shown);
    expect(out.slice(shown.length, size).every((byte) => byte === 0)).toBe(true);
    expect(out[size]).toBe(255);
  });
});

describe('reads of user memory', () => {
  test.each(['probe_read_user', 'probe_read'])(
    '%s copies what was recorded, from any place in it',
    (helper) => {
      const memory = [span(0x1000n, 'abcdef')];
      expect(read(helper, 6, '0x1000', memory)).toMatchObject({ r0: 0n });
      expect(text(read(helper, 3, '0x1002', memory).out.slice(0, 3))).toBe('cde');
    },
  );

  test('a read past the recorded bytes is EFAULT, leaves zeroes and is counted', () => {
    const { r0, out, machine } = read('probe_read_user', 7, '0x1000', [
      span(0x1000n, 'abcdef', { trueLength: 100 }),
    ]);
    expect(r0).toBe(EFAULT);
    expect(out.slice(0, 8)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 255));
    expect(machine.unknownReads).toBe(1);
  });

  test('a read where nothing was recorded is EFAULT and counted; one of a null pointer is not counted', () => {
    const unknown = read('probe_read_user', 8, '0x7ffd00000000', []);
    expect([unknown.r0, unknown.machine.unknownReads]).toEqual([EFAULT, 1]);
    const none = read('probe_read_user', 8, '0x10', []);
    expect([none.r0, none.machine.unknownReads]).toEqual([EFAULT, 0]);
  });

  test('a read may go over adjacent spans, and over the NUL of a string', () => {
    const memory = [span(0x1003n, 'def', { cString: true }), span(0x1000n, 'abc')];
    const { out, r0 } = read('probe_read_user', 7, '0x1000', memory);
    expect([r0, text(out)]).toEqual([0n, 'abcdef']);
  });

  test('a string is copied with its NUL, and its length is returned', () => {
    const { out, r0 } = read('probe_read_user_str', 64, '0x1000', [
      span(0x1000n, 'hello', { cString: true }),
    ]);
    expect([r0, text(out)]).toEqual([6n, 'hello']);
  });

  test('a string may go over adjacent spans, up to the end of the last', () => {
    const memory = [span(0x1003n, 'def', { cString: true }), span(0x1000n, 'abc')];
    const { out, r0 } = read('probe_read_user_str', 64, '0x1001', memory);
    expect([r0, text(out)]).toEqual([6n, 'bcdef']);
    expect(read('probe_read_user_str', 64, '0x1001', memory.slice(1))).toMatchObject({ r0: EFAULT });
    expect(read('probe_read_user_str', 3, '0x1001', memory.slice(1))).toMatchObject({ r0: 3n });
  });

  test('an empty string has length 1', () => {
    expect(read('probe_read_user_str', 64, '0x1000', [span(0x1000n, '', { cString: true })]).r0).toBe(1n);
  });

  test('a string longer than the buffer is cut and ends with a NUL', () => {
    const { out, r0 } = read('probe_read_user_str', 4, '0x1000', [span(0x1000n, 'hello', { cString: true })]);
    expect([r0, text(out), out[4]]).toEqual([4n, 'hel', 255]);
  });

  test('of a string that was recorded in part, what fits into the buffer is known', () => {
    const memory = [span(0x1000n, 'hello', { trueLength: Number.NaN })];
    expect(read('probe_read_user_str', 6, '0x1000', memory).r0).toBe(6n);
    expect(read('probe_read_user_str', 7, '0x1000', memory)).toMatchObject({ r0: EFAULT });
  });

  test('kernel addresses are no user memory, and the other way round', () => {
    const memory = [span(0x1000n, 'abcdefgh')];
    expect(runAt('r1 = r9\nr2 = 8\nr3 = r9\ncall probe_read_user').r0).toBe(EFAULT);
    expect(runAt('r1 = r9\nr2 = 8\nr3 = 0x1000\ncall probe_read_kernel', { memory }).r0).toBe(ERANGE);
    expect(runAt('r1 = r9\nr2 = 8\nr3 = 0xffff888012345678 ll\ncall probe_read_kernel').r0).toBe(EFAULT);
  });
});

describe('trace_printk', () => {
  test.each([
    ['%d %u %x', ['-1', '-1', '-1'], '-1 4294967295 ffffffff'],
    ['%ld %llu %llx', ['-1', '-1', '-1'], '-1 18446744073709551615 ffffffffffffffff'],
    ['%d', ['0x100000001 ll'], '1'],
    ['%5d|%-5d|%05d', ['-42', '-42', '-42'], '  -42|-42  |-0042'],
    ['%X %lX', ['0xbeef', '0xcafe'], 'BEEF CAFE'],
    ['%p %px', ['0x7ffd12345678 ll', '1'], '00007ffd12345678 0000000000000001'],
    ['%pxabc %d', ['1', '2'], '0000000000000001 2'],
    ['%20px|', ['0x7f ll'], '                  7f|'],
    ['%5000d', ['7'], ' '.repeat(1023)],
    ['%c%c', ['0x41', '0x142'], 'AB'],
    ['100%%', [], '100%'],
    ['ends with a newline\n', [], 'ends with a newline'],
    ['größer', [], 'größer'],
  ])('prints %j of %o as %j', (format, args, line) => {
    expect(printed(format, args)).toEqual([line]);
  });

  test('prints strings from user and kernel memory, and nothing for those it cannot read', () => {
    const memory = [{ address: 0x1000n, bytes: Buffer.from('/etc/passwd'), trueLength: 11, cString: true }];
    const words = ['0x1000', '0x1000', '0x2000'];
    expect(printed('[%s] [%pus] [%s]', words, { memory })).toEqual(['[/etc/passwd] [/etc/passwd] []']);
    expect(printed('[%10s] [%-12s] [%pks]', words, { memory })).toEqual(['[/etc/passwd] [/etc/passwd ] []']);
  });

  test('prints addresses of the network', () => {
    const memory: UserMemory[] = [];
    expect(runAt(netBody('%pI4'), { memory }).lines()).toEqual(['127.0.0.1']);
    expect(runAt(netBody('%pi4'), { memory }).lines()).toEqual(['127.000.000.001']);
    expect(runAt(netBody('%pI6'), { memory }).lines()).toEqual(['7f00:0001:0000:0000:0000:0000:0000:0000']);
  });

  test.each(['%', '%d %d %d %d', '%.2d', '%hd', '%sx', '%pz', 'bell\u0007'])(
    'prints nothing for %j',
    (format) => {
      expect(printed(format)).toEqual([]);
    },
  );

  test('says who printed, where and when', () => {
    const { printks } = runAt(
      'r1 = "hi" ll\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 8\ncall trace_printk',
      {
        comm: 'a-name-of-exactly-twenty',
        tid: 7,
        tgid: 5,
        cpu: 1,
        atNs: 42,
      },
    );
    expect(printks).toEqual([{ text: 'hi', comm: 'a-name-of-exact', tid: 7, cpu: 1, atNs: 42 }]);
  });
});
