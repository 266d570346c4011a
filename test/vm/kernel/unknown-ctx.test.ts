// What a ctx has no value for: it reads as 0, -EFAULT through a helper, and is counted by its name; the rest of the structure reads as ever.
import { describe, expect, test } from 'vitest';
import type { EventPoint, Machine, TaskFacts } from '../../../vm/index.ts';
import { hookRig } from '../../support/hook-rig.ts';
import { loadText, pointOf, u32, u64s } from '../../support/machine.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const TASK: TaskFacts = { tid: 100, tgid: 100, comm: bytes('bash') };
const NAMELESS: TaskFacts = { tid: 101, tgid: 101 };
const moment = { atNs: 1, cpu: 0, task: TASK };
const FORK: EventPoint = { ...moment, event: 'sched_process_fork', child: NAMELESS };
const EXIT: EventPoint = { ...moment, event: 'sched_process_exit', exitCode: 0, groupDead: true };
const DELIVER: EventPoint = { ...moment, event: 'signal_deliver', info: { signal: 17, errno: 0, code: 1 } };
const CALL = { nr: 1, args: [7n, 8n, 9n], ret: 5n, tid: 100, comm: 'bash' };

/** A load of the ctx (r1) or of what it leads to into r0, and what it answers. */
type Row = readonly [
  section: string,
  at: EventPoint | 'enter' | 'exit',
  body: string,
  r0: bigint,
  unknown: string[],
];

const load = (off: number, size = 32): string => `r0 = *(u${size} *)(r1 + ${off})`;
const read = (address: string, size: number): string =>
  `${address}\nr1 = r10\nr1 += -256\nr2 = ${size}\ncall probe_read_kernel`;
const EFAULT = BigInt.asUintN(64, -14n);
const EXIT_RECORD = 'trace_event_raw_sched_process_template';

// oxfmt-ignore
const ROWS: readonly Row[] = [
  ['tp/sched/sched_process_exit', EXIT, load(24), 100n, []],
  ['tp/sched/sched_process_exit', EXIT, load(28), 0n, [`${EXIT_RECORD}.prio`]],
  ['tp/sched/sched_process_exit', EXIT, load(24, 64), 100n, []], // pid and prio at once
  ['tp/sched/sched_process_exit', EXIT, read('r3 = r1\nr3 += 28', 4), EFAULT, [`${EXIT_RECORD}.prio`]],
  ['tp/sched/sched_process_exit', EXIT, read('r3 = r1', 32), 0n, []],
  ['tp/sched/sched_process_exit', { ...EXIT, task: NAMELESS }, load(8), 0n, [`${EXIT_RECORD}.comm`]],
  ['tp/task/task_newtask', FORK, load(32, 64), 0n, ['trace_event_raw_task_newtask.clone_flags']],
  ['tp/task/task_newtask', { ...FORK, flags: 0x11n }, load(32, 64), 0x11n, []],
  ['tp/task/task_newtask', FORK, load(12), 0n, ['trace_event_raw_task_newtask.comm']],
  ['raw_tp/task_newtask', FORK, load(8, 64), 0n, ['argument 2 of task_newtask']],
  ['raw_tp/task_newtask', { ...FORK, flags: 0x11n }, load(8, 64), 0x11n, []],
  ['tp/signal/signal_deliver', DELIVER, load(8), 17n, []],
  ['tp/signal/signal_deliver', DELIVER, load(24, 64), 0n, ['trace_event_raw_signal_deliver.sa_handler']],
  ['tp/signal/signal_deliver', { ...DELIVER, handler: 0n, flags: 0n }, load(24, 64), 0n, []],
  ['kprobe/__x64_sys_write', 'enter', load(152, 64), 0n, ['pt_regs.rsp']],
  ['kprobe/__x64_sys_write', 'enter', read('r3 = *(u64 *)(r1 + 112)\nr3 += 152', 8), EFAULT, ['pt_regs.rsp']],
  ['kprobe/__x64_sys_write', 'enter', read('r3 = *(u64 *)(r1 + 112)\nr3 += 96', 8), 0n, []],
  ['kprobe/__x64_sys_write', 'enter', read('r3 = *(u64 *)(r1 + 112)', 168), 0n, []],
  ['kprobe/__x64_sys_write', 'enter', read('r3 = r1', 168), 0n, []],
  ['kretprobe/__x64_sys_write', 'exit', load(80, 64), 5n, []],
  ['kretprobe/__x64_sys_write', 'exit', load(112, 64), 0n, ['pt_regs.rdi']],
  ['kprobe/__seccomp_filter', 'enter', read('r3 = *(u64 *)(r1 + 104)\nr3 += 8', 8), EFAULT, ['seccomp_data.instruction_pointer']],
  ['kprobe/__seccomp_filter', 'enter', read('r3 = *(u64 *)(r1 + 104)', 64), 0n, []],
  ['fentry/__seccomp_filter', 'enter', 'r1 = *(u64 *)(r1 + 8)\nr0 = *(u64 *)(r1 + 8)', 0n, ['seccomp_data.instruction_pointer']],
  ['fentry/__seccomp_filter', 'enter', 'r1 = *(u64 *)(r1 + 8)\nr0 = *(u64 *)(r1 + 24)', 8n, []],
  ['fentry/__x64_sys_write', 'enter', 'r1 = *(u64 *)(r1 + 0)\nr0 = *(u64 *)(r1 + 104)', 8n, []],
  ['fentry/__x64_sys_write', 'enter', 'r1 = *(u64 *)(r1 + 0)\nr0 = *(u64 *)(r1 + 144)', 0n, ['pt_regs.eflags']],
  ['tp_btf/sys_exit', 'exit', 'r1 = *(u64 *)(r1 + 0)\nr0 = *(u64 *)(r1 + 128)', 0n, ['pt_regs.rip']],
  ['tp_btf/sys_exit', 'exit', 'r1 = *(u64 *)(r1 + 0)\nr0 = *(u64 *)(r1 + 80)', 5n, []],
];

function play(machine: Machine, at: Row[1]): void {
  if (at === 'enter') machine.enter(pointOf({ ...CALL, ret: 0n }));
  else if (at === 'exit') machine.exit(pointOf(CALL));
  else machine.event(at);
}

describe('what nobody tells', () => {
  test.each(ROWS)('%s: %o %s', (section, at, body, r0, unknown) => {
    const { machine, faults } = hookRig();
    const object = loadText(
      machine,
      `.map out array key=4 value=8 entries=1\n.section "${section}"\nmain:\n${body}\nr1 = mapval[out] ll\n*(u64 *)(r1 + 0) = r0\nr0 = 0\nexit`,
    );
    machine.attachAll(object);
    play(machine, at);
    expect(faults).toEqual([]);
    expect([object.progs[0]!.runs, u64s(object.maps[0]!.lookup(u32(0)))]).toEqual([1, [r0]]);
    expect(machine.unknown()).toEqual(unknown.map((what) => ({ what, count: 1 })));
  });
});
