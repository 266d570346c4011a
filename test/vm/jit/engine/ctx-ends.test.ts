// A program that is jumped to may load more of the ctx than the hook has: the verifier looks at its type alone. What lies behind is nobody's.
import { expect, test } from 'vitest';
import type { EngineName, Fault } from '../../../../vm/index.ts';
import { loadText, pointOf, rig } from '../../../support/machine.ts';

/** Hooks, where their ctx ends, and the section of a program that is jumped to from there. */
const HOOKS = [
  { hook: 'raw_tp/sys_enter', end: 16, section: 'raw_tp' },
  { hook: 'raw_tp/sys_exit', end: 16, section: 'raw_tp' },
  { hook: 'tracepoint/raw_syscalls/sys_exit', end: 24, section: 'tracepoint' },
] as const;

/** What is seen of a jump to a program that returns a number of the ctx, behind calls that left other numbers there. */
function seen(engine: EngineName, { hook, section }: (typeof HOOKS)[number], off: number): unknown {
  const faults: Fault[] = [];
  const { machine } = rig({ engine, onFault: (fault) => faults.push(fault) });
  const object = loadText(
    machine,
    `.map table prog_array key=4 value=4 entries=1
.map out array key=4 value=8 entries=1
.slot table 0 reader
.section "tracepoint/raw_syscalls/sys_enter"
before:
r0 = 0
exit
.section "${hook}"
main:
r2 = map[table] ll
r3 = 0
call tail_call
r0 = 0
exit
.section "${section}"
reader:
r6 = *(u64 *)(r1 + ${off})
r1 = map[out] ll
r2 = r10
r2 += -4
r3 = 0
*(u32 *)(r10 - 4) = r3
call map_lookup_elem
if r0 == 0 goto done
*(u64 *)(r0 + 0) = r6
done:
r0 = 0
exit
`,
  );
  machine.attachAll(object);
  for (let nr = 1; nr <= 2; nr++) {
    const point = pointOf({ nr, args: [11n, 12n, 13n, 14n, 15n, 16n], ret: 5n });
    machine.enter(point);
    machine.exit(point);
  }
  const out = object.maps.find(({ spec }) => spec.name === 'out')!.lookup(new Uint8Array(4));
  const counters = object.progs.map(({ runs, insnsRun, faults: stopped }) => [runs, insnsRun, stopped]);
  return { faults, out, counters };
}

test.each(HOOKS)('the ctx of $hook ends behind $end bytes for whoever is jumped to', (hook) => {
  const { end } = hook;
  for (const off of [end - 8, end, end + 8, end + 32]) {
    const jit = seen('jit', hook, off);
    expect(jit, `offset ${off}`).toEqual(seen('interp', hook, off));
    const fault = expect.objectContaining({ prog: 'reader', pc: 0, code: 'access' }) as unknown;
    expect(jit).toMatchObject({ faults: off < end ? [] : [fault, fault] });
  }
});
