// The ctx of tracepoints on system calls against the formats that the running kernel gives for them. Left out where no tracefs is mounted.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MACHINE_SYSCALLS } from '../../../traces/index.ts';
import {
  RAW_SYS_ENTER_CTX,
  RAW_SYS_EXIT_CTX,
  SYS_EXIT_CTX,
  sysEnterCtx,
} from '../../../vm/kernel/ctx-tracing.ts';
import type { CtxLayout } from '../../../vm/kernel/ctx.ts';
import { NATIVE_ABIS } from '../../../vm/kernel/functions.ts';
import { SyscallIndex } from '../../../vm/kernel/syscalls.ts';

const EVENTS = '/sys/kernel/tracing/events';
const hasEvents = existsSync(`${EVENTS}/syscalls`);

type Span = readonly [off: number, size: number];

/** Fields of an event behind the first 8 bytes. What a newer kernel copies from user memory stands behind the arguments, and not for programs. */
function kernelFields(event: string): Span[] {
  const text = readFileSync(`${EVENTS}/${event}/format`, 'utf8');
  const fields = [...text.matchAll(/offset:(\d+);\s*size:(\d+);/g)].map(([, off, size]): Span => [
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

test.skipIf(!hasEvents)('tracepoints of calls have a number and as many arguments as in the kernel', () => {
  const index = new SyscallIndex(MACHINE_SYSCALLS);
  const events = readdirSync(`${EVENTS}/syscalls`).flatMap((event) => {
    const [, when, name] = /^sys_(enter|exit)_(\w+)$/.exec(event) ?? [];
    const call = name === undefined ? undefined : index.find(name, NATIVE_ABIS);
    if (call === undefined) return [];
    const layout = when === 'exit' ? SYS_EXIT_CTX : sysEnterCtx(call.args);
    return [{ event, ours: ourFields(layout), theirs: kernelFields(`syscalls/${event}`) }];
  });
  expect(events.length).toBeGreaterThan(500);
  expect(events.map(({ event, ours }) => [event, ours])).toEqual(
    events.map(({ event, theirs }) => [event, theirs]),
  );
});

test.skipIf(!hasEvents)('raw_syscalls has a long and its arguments or its result', () => {
  expect(whole(RAW_SYS_ENTER_CTX)).toEqual(kernelFields('raw_syscalls/sys_enter'));
  expect(whole(RAW_SYS_EXIT_CTX)).toEqual(kernelFields('raw_syscalls/sys_exit'));
});
