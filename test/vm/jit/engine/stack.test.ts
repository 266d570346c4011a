// Tail calls leave nothing on the host's stack: not in a chain, and not from event to event.
import { expect, test } from 'vitest';
import type { Machine, LoadedObject } from '../../../../vm/index.ts';
import { loadText, pointOf, rig } from '../../../support/machine.ts';

const JUMPS = 33;
function jump(to: number): string {
  return `r2 = map[table] ll\nr3 = ${to}\ncall tail_call\n`;
}

/** Slots 0 to 32 jump to the next; what cannot jump any more prints. A format with %s is JavaScript's to print, at once. */
function chainText(ends: boolean): string {
  const say = `r1 = 0x7325 ll\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 3\nr3 = 0\ncall trace_printk\n`;
  const links = Array.from(
    { length: JUMPS },
    (_, i) => `.section "raw_tp"\nlink${i + 1}:\nr6 = r1\n${jump(i + 1)}${ends ? say : ''}r0 = 0\nexit\n`,
  );
  const slots = links.map((_, i) => `.slot table ${i} link${i + 1}\n`);
  return `.map table prog_array key=4 value=4 entries=64\n${slots.join('')}.section "raw_tp/sys_enter"\nmain:\n${jump(0)}r0 = 0\nexit\n${links.join('')}`;
}

/** Frames of generated programs on the stack when something is printed, in the order of printing. */
function framesWhilePrinting(run: (machine: Machine, object: LoadedObject) => void, text: string): number[] {
  const frames: number[] = [];
  const { machine } = rig({
    engine: 'jit',
    onPrintk: () => {
      const before = Error.stackTraceLimit;
      Error.stackTraceLimit = 1000;
      const { stack = '' } = new Error('where');
      Error.stackTraceLimit = before;
      frames.push(stack.split('\n').filter((line) => /\bprog:\d+/.test(line)).length);
    },
  });
  const object = loadText(machine, text);
  machine.attachAll(object);
  run(machine, object);
  return frames;
}

test.each([
  [`stands alone on the stack`, 1],
  ['and so does after many events', 10],
])(`a program that ${JUMPS} tail calls led to %s`, (_what, events) => {
  const frames = framesWhilePrinting((machine) => {
    for (let i = 0; i < events; i++) machine.enter(pointOf({ atNs: i }));
  }, chainText(true));
  expect(frames).toEqual(Array.from({ length: events }, () => 1));
});

test(`300,000 events of ${JUMPS} jumps each, ten million, all counted`, () => {
  const { machine, faults } = rig({ engine: 'jit' });
  const object = loadText(machine, chainText(false));
  machine.attachAll(object);
  const point = pointOf();
  const events = 300_000;
  for (let i = 0; i < events; i++) machine.enter(point);
  const stats = object.progArray(object.maps[0]!);
  expect([faults.length, stats.hits, stats.depth[JUMPS]]).toEqual([0, events * JUMPS, events]);
  expect(object.progs.map(({ runs }) => runs)).toEqual(object.progs.map(() => events));
});
