// The ctx of tracepoints on system calls against the formats that the running kernel gives for them.
import { expect, test } from 'vitest';
import { MACHINE_SYSCALLS } from '../../../traces/index.ts';
import {
  RAW_SYS_ENTER_CTX,
  RAW_SYS_EXIT_CTX,
  SYS_EXIT_CTX,
  sysEnterCtx,
} from '../../../vm/kernel/ctx-tracing.ts';
import type { CtxLayout } from '../../../vm/kernel/ctx.ts';
import { NATIVE_ABIS } from '../../../vm/kernel/function-names.ts';
import { SyscallIndex } from '../../../vm/kernel/syscalls.ts';
import { DEFAULT_KERNEL } from '../../../vm/kernel/profiles/index.ts';
import { formatText, tracepointFormat } from '../../../vm/kernel/tracepoint-format.ts';
import { hasTool, withTracefs } from '../../support/tools.ts';
import { vmlinux } from '../../support/vmlinux.ts';

/** Texts of format files by event; the order of the files is the shell's. */
function readFormats(): ReadonlyMap<string, string> {
  const text = withTracefs(
    'cat events/raw_syscalls/*/format events/syscalls/*/format events/sched/*/format events/signal/*/format events/task/*/format',
  )!;
  return new Map(text.split(/^(?=name: )/m).map((format) => [/^name: (\w+)/.exec(format)![1]!, format]));
}

type Span = readonly [off: number, size: number];

/** Fields of an event behind the first 8 bytes. What a newer kernel copies from user memory stands behind the arguments, and not for programs. */
function kernelFields(format: string): Span[] {
  const fields = [...format.matchAll(/offset:(\d+);\s*size:(\d+);/g)].map(([, off, size]): Span => [
    Number(off),
    Number(size),
  ]);
  return fields.filter(([off, size]) => off === 8 || (off > 8 && size >= 8));
}

/** Ours, an argument at a time; the number of a call is an int with 4 bytes of nothing behind it. */
function ourFields(layout: CtxLayout): Span[] {
  return Object.entries(layout).flatMap(([name, { off, size }]) => {
    if (name === '__syscall_nr') return [[off, 4] as const];
    return Array.from({ length: size / 8 }, (_, i): Span => [off + 8 * i, 8]);
  });
}

const whole = (layout: CtxLayout): Span[] => Object.values(layout).map(({ off, size }) => [off, size]);

test.skipIf(!hasTool('tracefs'))(
  'tracepoints of calls have a number and as many arguments as in the kernel',
  () => {
    const index = new SyscallIndex(MACHINE_SYSCALLS);
    const events = [...readFormats()].flatMap(([event, format]) => {
      const [, when, name] = /^sys_(enter|exit)_(\w+)$/.exec(event) ?? [];
      const call = name === undefined ? undefined : index.find(name, NATIVE_ABIS);
      if (call === undefined) return [];
      const layout = when === 'exit' ? SYS_EXIT_CTX : sysEnterCtx(call.args);
      return [{ event, ours: ourFields(layout), theirs: kernelFields(format) }];
    });
    expect(events.length).toBeGreaterThan(500);
    expect(events.map(({ event, ours }) => [event, ours])).toEqual(
      events.map(({ event, theirs }) => [event, theirs]),
    );
  },
);

test.skipIf(!hasTool('tracefs'))('raw_syscalls has a long and its arguments or its result', () => {
  const formats = readFormats();
  expect(whole(RAW_SYS_ENTER_CTX)).toEqual(kernelFields(formats.get('sys_enter')!));
  expect(whole(RAW_SYS_EXIT_CTX)).toEqual(kernelFields(formats.get('sys_exit')!));
});

const GROUPS = ['raw_syscalls', 'syscalls', 'sched', 'signal', 'task'] as const;
/** What tracefs shows and we number otherwise. */
const unnumbered = (text: string): string => text.replace(/^ID: \d+$/m, 'ID: -');

test.skipIf(!hasTool('tracefs') || vmlinux() === undefined)(
  'formats are told as the kernel tells them, with numbers of our own',
  () => {
    const kernel = { ...DEFAULT_KERNEL, name: 'this machine', types: vmlinux()! };
    const world = { kernel, syscalls: new SyscallIndex(MACHINE_SYSCALLS) };
    const both = [...readFormats()].flatMap(([name, theirs]) => {
      const ours = GROUPS.map((group) => tracepointFormat(group, name, world)).find((format) => format);
      return ours === undefined ? [] : [{ ours: formatText(ours), theirs }];
    });
    expect(both.length).toBeGreaterThan(700);
    expect(both.map(({ ours }) => unnumbered(ours))).toEqual(both.map(({ theirs }) => unnumbered(theirs)));
    const ids = both.map(({ ours }) => /^ID: (\d+)$/m.exec(ours)![1]);
    expect(new Set(ids).size).toBe(ids.length);
  },
);

test('formats of the kernel that comes along', () => {
  const world = { kernel: DEFAULT_KERNEL, syscalls: new SyscallIndex(MACHINE_SYSCALLS) };
  expect(formatText(tracepointFormat('syscalls', 'sys_enter_openat', world)!)).toContain(
    '\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n',
  );
  expect(tracepointFormat('syscalls', 'sys_enter_nothing', world)).toBeUndefined();
  expect(tracepointFormat('task', 'sched_switch', world)).toBeUndefined();
});
