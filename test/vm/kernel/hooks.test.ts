// What programs find at the hooks of a call: the ctx, and the structures it points at.
import { describe, expect, test } from 'vitest';
import { PT_REGS, type PtReg } from '../../../vm/kernel/pt-regs.ts';
import { formatPrintk } from '../../../vm/index.ts';
import { loadText, pointOf, rig, u32, type PointFields } from '../../support/machine.ts';

const ARGS = [0x11n, 0x22n, 0x33n, 0x44n, 0x55n, 0xffff_ffff_ffff_ff9cn];
const AUDIT_I386 = 0x4000_0003;

/** The bytes that a program in `section` copies from the address that `body` leaves in r3 (r1 is the ctx). */
function copyAt(
  section: string,
  body: string,
  size: number,
  fields: PointFields,
  when: 'enter' | 'exit',
): DataView {
  const { machine, faults } = rig();
  const object = loadText(
    machine,
    `.map out array key=4 value=${size} entries=1
    .section "${section}"
    main:
      ${body}
      r1 = mapval[out] ll
      r2 = ${size}
      call probe_read_kernel
      r0 = 0
      exit`,
  );
  machine.attachAll(object);
  machine[when](pointOf(fields));
  if (faults.length > 0) throw new Error(faults[0]!.message);
  return new DataView((object.maps[0]!.lookup(u32(0)) as Uint8Array).buffer);
}

const reg = (regs: DataView, name: PtReg): bigint => regs.getBigUint64(PT_REGS[name], true);

const say = (section: string, word: string): string =>
  `.section "${section}"\n${word}:\nr1 = "${word}" ll\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 8\ncall trace_printk\nr0 = 0\nexit\n`;

describe('kprobe on __seccomp_filter', () => {
  test('has the number in rdi and struct seccomp_data behind rsi', () => {
    const fields = { nr: 257, args: ARGS };
    const ctx = copyAt('kprobe/__seccomp_filter', 'r3 = r1', 168, fields, 'enter');
    expect(reg(ctx, 'rdi')).toBe(257n);
    const data = copyAt('kprobe/__seccomp_filter', `r3 = *(u64 *)(r1 + ${PT_REGS.rsi})`, 64, fields, 'enter');
    expect([data.getInt32(0, true), data.getUint32(4, true), data.getBigUint64(8, true)]).toEqual([
      257,
      0xc000_003e,
      0n,
    ]);
    expect([0, 1, 2, 3, 4, 5].map((i) => data.getBigUint64(16 + 8 * i, true))).toEqual(ARGS);
  });

  test('tells the ABI of the call in seccomp_data.arch', () => {
    const fields = { nr: 4, audit: AUDIT_I386 };
    const data = copyAt('kprobe/__seccomp_filter', `r3 = *(u64 *)(r1 + ${PT_REGS.rsi})`, 64, fields, 'enter');
    expect(data.getUint32(4, true)).toBe(AUDIT_I386);
  });

  test('a number that is not known is -1', () => {
    const ctx = copyAt('kprobe/__seccomp_filter', 'r3 = r1', 168, { nr: -1 }, 'enter');
    expect(BigInt.asIntN(32, reg(ctx, 'rdi'))).toBe(-1n);
  });
});

describe.each(['raw_tp', 'raw_tracepoint'])('%s', (prefix) => {
  const TASK_REGS = 'r3 = *(u64 *)(r1 + 0)';

  test('sys_enter has the registers of the call, and its number', () => {
    const regs = copyAt(`${prefix}/sys_enter`, TASK_REGS, 168, { nr: 1, args: ARGS }, 'enter');
    const names = ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'] as const;
    expect(names.map((name) => reg(regs, name))).toEqual(ARGS);
    expect(reg(regs, 'orig_rax')).toBe(1n);
    expect(BigInt.asIntN(64, reg(regs, 'rax'))).toBe(-38n);
    const ctx = copyAt(`${prefix}/sys_enter`, 'r3 = r1', 16, { nr: 1 }, 'enter');
    expect(ctx.getBigInt64(8, true)).toBe(1n);
  });

  test('sys_exit has the return value as second argument and in rax', () => {
    const fields = { nr: 0, ret: -11n, args: ARGS };
    expect(copyAt(`${prefix}/sys_exit`, 'r3 = r1', 16, fields, 'exit').getBigInt64(8, true)).toBe(-11n);
    const regs = copyAt(`${prefix}/sys_exit`, TASK_REGS, 168, fields, 'exit');
    expect(BigInt.asIntN(64, reg(regs, 'rax'))).toBe(-11n);
    expect(reg(regs, 'rdi')).toBe(ARGS[0]);
  });

  test('i386 calls have their arguments in the registers of their ABI', () => {
    const regs = copyAt(
      `${prefix}/sys_enter`,
      TASK_REGS,
      168,
      { nr: 4, audit: AUDIT_I386, args: ARGS },
      'enter',
    );
    const names = ['rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp'] as const;
    expect(names.map((name) => reg(regs, name))).toEqual(ARGS);
  });
});

test('the kprobe runs before sys_enter, and sys_exit at the exit', () => {
  const { machine, lines } = rig();
  const sections = say('raw_tp/sys_exit', 'leave') + say('raw_tp/sys_enter', 'enter');
  machine.attachAll(loadText(machine, sections + say('kprobe/__seccomp_filter', 'filter')));
  machine.enter(pointOf());
  machine.exit(pointOf());
  expect(lines()).toEqual(['filter', 'enter', 'leave']);
});

test('the structures behind the ctx are read through the kernel only', () => {
  const { machine, faults } = rig({ verifier: 'off' });
  machine.attachAll(
    loadText(
      machine,
      '.section "raw_tp/sys_enter"\nmain:\nr1 = *(u64 *)(r1 + 0)\nr0 = *(u64 *)(r1 + 0)\nexit',
    ),
  );
  machine.enter(pointOf());
  expect(faults).toMatchObject([{ code: 'access', pc: 1 }]);
});

describe('a line of trace_pipe', () => {
  const printk = { text: 'text', comm: 'dd', tid: 4242, cpu: 0, atNs: 12_345_678_901_234 };

  test('has the columns of the kernel', () => {
    expect(formatPrintk(printk)).toBe(
      '              dd-4242    [000] ..... 12345.678901: bpf_trace_printk: text',
    );
    expect(formatPrintk({ ...printk, comm: 'systemd-journal', tid: 1_234_567, cpu: 63, atNs: 0 })).toBe(
      ' systemd-journal-1234567 [063] .....     0.000000: bpf_trace_printk: text',
    );
  });

  test('rounds to microseconds', () => {
    expect(
      [499, 500, 999_999_499, 999_999_500].map((atNs) => formatPrintk({ ...printk, atNs }).slice(37, 49)),
    ).toEqual(['    0.000000', '    0.000001', '    0.999999', '    1.000000']);
  });

  test('stays one line whatever is printed, and cannot steer a terminal', () => {
    const line = formatPrintk({ ...printk, text: 'a\nb\tc\u001b[2J', comm: 'x\ny' });
    expect(line).toContain('bpf_trace_printk: a\\x0ab\tc\\x1b[2J');
    expect(line).not.toContain('\n');
  });
});
