// Tracepoints of events: records laid out by the kernel's types, arguments of raw programs, texts behind the fields, order.
import { describe, expect, test } from 'vitest';
import { DEFAULT_KERNEL, KERNELS, type EventPoint, type Kernel, type TaskFacts } from '../../../vm/index.ts';
import { buildBtf } from '../../../vm/btf/build.ts';
import { EVENTS } from '../../../vm/kernel/events.ts';
import { PT_REGS } from '../../../vm/kernel/pt-regs.ts';
import { recordLayout } from '../../../vm/kernel/tracepoint-layout.ts';
import { ctxWords, hookRig, loadSayers, wordsBehind } from '../../support/hook-rig.ts';
import { loadText, pointOf, u32 } from '../../support/machine.ts';
import { vmlinux } from '../../support/vmlinux.ts';

const text = (word: string): Uint8Array => new TextEncoder().encode(word);
const PARENT: TaskFacts = { tid: 100, tgid: 100, comm: text('bash') };
const CHILD: TaskFacts = { tid: 101, tgid: 101, comm: text('bash'), parent: PARENT };
const OTHER: TaskFacts = { tid: 7, tgid: 7, comm: text('a name of 15 ch') };
const at = { atNs: 5, cpu: 0, task: PARENT } as const;
const INFO = { signal: 15, errno: 0, code: -6, pid: 100, uid: 1000 };

const FORK: EventPoint = { ...at, event: 'sched_process_fork', child: CHILD, flags: 0x1200011n };
const EXEC: EventPoint = { ...at, event: 'sched_process_exec', filename: text('/bin/ls'), oldTid: 99 };
const EXIT: EventPoint = { ...at, event: 'sched_process_exit', exitCode: 256, groupDead: true };
const GENERATE: EventPoint = {
  ...at,
  event: 'signal_generate',
  info: INFO,
  target: OTHER,
  group: true,
  result: 0,
};
const DELIVER: EventPoint = {
  ...at,
  event: 'signal_deliver',
  info: INFO,
  handler: 0x1234n,
  flags: 0x4000000n,
};
const SWITCH: EventPoint = { ...at, event: 'sched_switch', next: OTHER, prevState: 2, preempt: false };
const WAKEUP: EventPoint = { ...at, event: 'sched_wakeup', target: OTHER, targetCpu: 1 };
const RENAME: EventPoint = { ...at, event: 'task_rename', comm: text('ls') };

/** A kernel of few types, whose records are laid out otherwise than those of any other. */
const ODD_TYPES = buildBtf('odd', {
  structs: {
    trace_entry: { bytes: 8, members: {} },
    trace_event_raw_sched_process_fork: {
      bytes: 48,
      members: {
        ent: [0, 'struct trace_entry'],
        parent_comm: [8, 'char[16]'],
        parent_pid: [24, 'int'],
        child_comm: [28, 'char[16]'],
        child_pid: [44, 'int'],
      },
    },
    trace_event_raw_sched_process_template: {
      bytes: 32,
      members: { ent: [0, 'struct trace_entry'], comm: [8, 'char[16]'], pid: [24, 'int'], prio: [28, 'int'] },
    },
  },
});
const ODD: Kernel = { ...DEFAULT_KERNEL, name: 'odd', types: ODD_TYPES };
const REAL: Kernel | undefined =
  vmlinux() === undefined ? undefined : { ...DEFAULT_KERNEL, name: 'this machine', types: vmlinux()! };

/** `size` bytes at the address that `body` leaves in r3 (r1 is the ctx), after an event. */
function bytesOf(kernel: Kernel, section: string, body: string, size: number, point: EventPoint): DataView {
  const { machine, faults } = hookRig({ kernel });
  const object = loadText(
    machine,
    `.map out array key=4 value=${size} entries=1\n.section "${section}"\nmain:\n${body}\nr1 = mapval[out] ll\nr2 = ${size}\ncall probe_read_kernel\nr0 = 0\nexit`,
  );
  machine.attach(object.progs[0]!);
  machine.event(point);
  if (faults.length > 0) throw new Error(faults[0]!.message);
  if (object.progs[0]!.runs !== 1) throw new Error(`it ran ${object.progs[0]!.runs} times`);
  return new DataView((object.maps[0]!.lookup(u32(0)) as Uint8Array).buffer); // a lookup of an array's key
}

/** The record from its start. */
const record = (kernel: Kernel, section: string, size: number, point: EventPoint): DataView =>
  bytesOf(kernel, section, 'r3 = r1', size, point);

function textAt(view: DataView, off: number): string {
  const bytes = new Uint8Array(view.buffer, off);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end < 0 ? undefined : end));
}
const farText = (view: DataView, off: number): string => textAt(view, view.getUint32(off, true) & 0xffff);

describe('records of a kernel of other days', () => {
  test('a fork has names of 16 bytes', () => {
    const view = record(ODD, 'tp/sched/sched_process_fork', 48, FORK);
    expect([textAt(view, 8), view.getInt32(24, true), textAt(view, 28), view.getInt32(44, true)]).toEqual([
      'bash',
      100,
      'bash',
      101,
    ]);
  });

  test('an exit has the record that other ends of tasks have, and a priority that nobody recorded', () => {
    const view = record(ODD, 'tracepoint/sched/sched_process_exit', 32, EXIT);
    expect([textAt(view, 8), view.getInt32(24, true), view.getInt32(28, true)]).toEqual(['bash', 100, 0]);
  });

  test('what its types do not tell of is refused', () => {
    const { machine } = hookRig({ kernel: ODD });
    const [attached] = machine.attachAll(loadSayers(machine, { main: 'tp/sched/sched_process_exec' }));
    expect(attached!.refused).toContain(
      'the types of odd do not tell what is in the record of sched_process_exec: no struct trace_event_raw_sched_process_exec',
    );
  });
});

describe.runIf(REAL !== undefined)('records of Linux 6.18', () => {
  test('an exec has its path behind the fields', () => {
    const view = record(REAL!, 'tp/sched/sched_process_exec', 64, EXEC);
    expect([farText(view, 8), view.getInt32(12, true), view.getInt32(16, true)]).toEqual([
      '/bin/ls',
      100,
      99,
    ]);
    expect(view.getUint32(8, true) >> 16).toBe('/bin/ls'.length + 1);
  });

  test('a fork has two texts, one behind the other', () => {
    const view = record(REAL!, 'tp/sched/sched_process_fork', 64, FORK);
    const parent = view.getUint32(8, true);
    const child = view.getUint32(16, true);
    expect([farText(view, 8), farText(view, 16)]).toEqual(['bash', 'bash']);
    expect(child & 0xffff).toBe((parent & 0xffff) + (parent >> 16));
    expect([view.getInt32(12, true), view.getInt32(20, true)]).toEqual([100, 101]);
  });

  test('a path as long as paths get is there to its end', () => {
    const filename = text(`/${'x'.repeat(4094)}`);
    const view = record(REAL!, 'tp/sched/sched_process_exec', 4200, { ...EXEC, filename });
    expect(farText(view, 8)).toBe(new TextDecoder().decode(filename));
  });

  test('a path longer than the record is cut', () => {
    const view = record(REAL!, 'tp/sched/sched_process_exec', 8192, {
      ...EXEC,
      filename: text('y'.repeat(9000)),
    });
    expect(farText(view, 8)).toBe('y'.repeat(8192 - 20 - 1));
  });

  test.each([
    [
      'tp/sched/sched_process_exit',
      EXIT,
      [
        [24, 100],
        [28, 0],
        [32, 1],
      ],
      [[8, 'bash']],
    ],
    [
      'tp/signal/signal_generate',
      GENERATE,
      [
        [8, 15],
        [12, 0],
        [16, -6],
        [36, 7],
        [40, 1],
        [44, 0],
      ],
      [[20, 'a name of 15 ch']],
    ],
    [
      'tp/signal/signal_deliver',
      DELIVER,
      [
        [8, 15],
        [16, -6],
        [24, 0x1234],
        [32, 0x4000000],
      ],
      [],
    ],
    [
      'tp/sched/sched_switch',
      SWITCH,
      [
        [24, 100],
        [32, 2],
        [56, 7],
      ],
      [
        [8, 'bash'],
        [40, 'a name of 15 ch'],
      ],
    ],
    ['tp/sched/sched_switch', { ...SWITCH, preempt: true }, [[32, 0x100]], []],
    ['tp/sched/sched_switch', { ...SWITCH, prevState: 0x402 }, [[32, 0x80]], []],
    [
      'tp/sched/sched_wakeup',
      WAKEUP,
      [
        [24, 7],
        [32, 1],
      ],
      [[8, 'a name of 15 ch']],
    ],
    [
      'tp/task/task_newtask',
      FORK,
      [
        [8, 101],
        [32, 0x1200011],
      ],
      [[12, 'bash']],
    ],
    [
      'tp/task/task_rename',
      RENAME,
      [[8, 100]],
      [
        [12, 'bash'],
        [28, 'ls'],
      ],
    ],
  ] as const)('%s', (section, point, numbers, texts) => {
    const view = record(REAL!, section, 64, point);
    expect(numbers.map(([off]) => [off, view.getInt32(off, true)])).toEqual(numbers);
    expect(texts.map(([off]) => [off, textAt(view, off)])).toEqual(texts);
  });

  test.each([
    ['tp/sched/sched_process_exec', 20, 'the record of sched:sched_process_exec is 20 bytes long'],
    ['tp/sched/sched_switch', 64, 'the record of sched:sched_switch is 64 bytes long'],
  ])('a program that loads from %s beyond its fields is not attached', (section, end, why) => {
    const { machine } = hookRig({ kernel: REAL! });
    const load = (off: number) =>
      loadText(machine, `.section "${section}"\nmain:\nr0 = *(u32 *)(r1 + ${off})\nr0 = 0\nexit`).progs[0]!;
    expect(() => machine.attach(load(end - 4))).not.toThrow();
    expect(() => machine.attach(load(end))).toThrow(why);
  });
});

describe.runIf(REAL !== undefined)('arguments of raw programs', () => {
  const pid = REAL?.types === undefined ? 0 : memberOff('task_struct', 'pid');
  /** The u32 at `off` behind argument `arg`, read as BTF pointers are. */
  const behind = (section: string, arg: number, off: number, point: EventPoint): number =>
    bytesOf(REAL!, section, `r3 = *(u64 *)(r1 + ${8 * arg})\nr3 += ${off}`, 4, point).getInt32(0, true);
  const value = (section: string, arg: number, point: EventPoint): bigint =>
    bytesOf(REAL!, section, `r3 = r1\nr3 += ${8 * arg}`, 8, point).getBigInt64(0, true);

  test.each(['raw_tp', 'tp_btf'])('%s gets tasks', (prefix) => {
    const task = (name: string, arg: number, point: EventPoint): number =>
      prefix === 'raw_tp'
        ? behind(`raw_tp/${name}`, arg, pid, point)
        : loaded(`tp_btf/${name}`, arg, pid, point);
    expect([task('sched_process_fork', 0, FORK), task('sched_process_fork', 1, FORK)]).toEqual([100, 101]);
    expect([task('sched_switch', 1, SWITCH), task('sched_switch', 2, SWITCH)]).toEqual([100, 7]);
    expect(task('sched_wakeup', 0, WAKEUP)).toBe(7);
    expect(task('sched_process_exec', 0, EXEC)).toBe(100);
    expect(task('task_newtask', 0, FORK)).toBe(101);
    expect(task('signal_generate', 2, GENERATE)).toBe(7);
  });

  /** The same by a load of the program's own. */
  function loaded(section: string, arg: number, off: number, point: EventPoint): number {
    const body = `r2 = *(u64 *)(r1 + ${8 * arg})\nr2 = *(u32 *)(r2 + ${off})\nr1 = mapval[own] ll\n*(u32 *)(r1 + 0) = r2\nr3 = r1`;
    const { machine, faults } = hookRig({ kernel: REAL! });
    const object = loadText(
      machine,
      `.map own array key=4 value=4 entries=1\n.section "${section}"\nmain:\n${body}\nr0 = 0\nexit`,
    );
    machine.attach(object.progs[0]!);
    machine.event(point);
    if (faults.length > 0) throw new Error(faults[0]!.message);
    return new DataView((object.maps[0]!.lookup(u32(0)) as Uint8Array).buffer).getInt32(0, true);
  }

  test('numbers and structures', () => {
    expect(value('raw_tp/sched_process_exec', 1, EXEC)).toBe(99n);
    expect(value('raw_tp/task_newtask', 1, FORK)).toBe(0x1200011n);
    expect([0, 3].map((arg) => value('raw_tp/sched_switch', arg, SWITCH))).toEqual([0n, 2n]);
    expect([0, 3, 4].map((arg) => value('raw_tp/signal_generate', arg, GENERATE))).toEqual([15n, 1n, 0n]);
    expect(behind('raw_tp/signal_generate', 1, 0, GENERATE)).toBe(15);
    expect(behind('raw_tp/signal_generate', 1, 8, GENERATE)).toBe(-6);
    const name = bytesOf(REAL!, 'raw_tp/task_rename', 'r3 = *(u64 *)(r1 + 8)', 3, RENAME);
    expect(textAt(name, 0)).toBe('ls');
    const filename = memberOff('linux_binprm', 'filename');
    const at0 = `r1 = *(u64 *)(r1 + 16)\nr1 += ${filename}\nr3 = r1\nr1 = r10\nr1 += -8\nr2 = 8\ncall probe_read_kernel\nr3 = *(u64 *)(r10 - 8)`;
    const path = bytesOf(REAL!, 'raw_tp/sched_process_exec', at0, 8, EXEC);
    expect(textAt(path, 0)).toBe('/bin/ls');
  });
});

function memberOff(struct: string, member: string): number {
  const types = vmlinux();
  const id = types?.find('struct', struct);
  const record = id === undefined ? undefined : types!.type(id);
  const found = record?.kind === 'struct' ? record.members.find(({ name }) => name === member) : undefined;
  return found === undefined ? 0 : found.bitOff / 8;
}

test('programs of an event have their turn as at calls, and no others run', () => {
  const { machine, lines } = hookRig(REAL === undefined ? {} : { kernel: REAL });
  const sections = {
    fork: 'raw_tp/sched_process_fork',
    btf: 'tp_btf/sched_process_fork',
    new: 'raw_tp/task_newtask',
    exec: 'raw_tp/sched_process_exec',
    fork2: 'raw_tp/sched_process_fork',
    enter: 'raw_tp/sys_enter',
  };
  expect([machine.listens('event'), machine.listens('enter')]).toEqual([false, false]);
  machine.attachAll(loadSayers(machine, sections));
  expect([machine.listens('event'), machine.listens('enter'), machine.listens('exit')]).toEqual([
    true,
    true,
    false,
  ]);
  machine.event(FORK);
  expect(lines()).toEqual(['new', 'fork', 'btf', 'fork2']);
  machine.event(EXIT);
  expect(lines().length).toBe(4);
  machine.event(EXEC);
  machine.enter(pointOf());
  expect(lines().slice(4)).toEqual(['exec', 'enter']);
});

test('the current task of an event is who helpers tell of, at its time', () => {
  const { machine, printks } = hookRig();
  machine.attachAll(loadSayers(machine, { main: 'raw_tp/sched_process_exit' }));
  machine.event({ ...EXIT, atNs: 77, task: OTHER });
  expect(printks).toMatchObject([{ tid: 7, comm: 'a name of 15 ch', atNs: 77 }]);
});

/** What every kernel's records say of an event. */
const SAID: Readonly<
  Record<string, readonly [point: EventPoint, fields: Readonly<Record<string, number | string>>]>
> = {
  sched_process_fork: [FORK, { parent_pid: 100, child_pid: 101, parent_comm: 'bash', child_comm: 'bash' }],
  sched_process_exec: [EXEC, { filename: '/bin/ls', pid: 100, old_pid: 99 }],
  sched_process_exit: [EXIT, { comm: 'bash', pid: 100 }],
  signal_generate: [GENERATE, { sig: 15, code: -6, comm: 'a name of 15 ch', pid: 7, group: 1 }],
  signal_deliver: [DELIVER, { sig: 15, code: -6, sa_handler: 0x1234 }],
  sched_switch: [
    SWITCH,
    { prev_comm: 'bash', prev_pid: 100, prev_state: 2, next_comm: 'a name of 15 ch', next_pid: 7 },
  ],
  sched_wakeup: [WAKEUP, { comm: 'a name of 15 ch', pid: 7, target_cpu: 1 }],
  task_newtask: [FORK, { pid: 101, comm: 'bash' }],
  task_rename: [RENAME, { oldcomm: 'bash', newcomm: 'ls' }],
};

describe.each(Object.values<Kernel>(KERNELS))('on $name', (kernel) => {
  test.each(Object.entries(SAID))('%s says the same', (name, [point, wanted]) => {
    const { group, structs } = EVENTS[name as keyof typeof EVENTS];
    const { fields } = recordLayout(kernel.types, structs)!;
    const view = record(kernel, `tp/${group}/${name}`, 128, point);
    const said = Object.keys(wanted).map((wantedName) => {
      const { off, kind } = fields.find((field) => field.name === wantedName)!;
      const value =
        kind === 'far' ? farText(view, off) : kind === 'text' ? textAt(view, off) : view.getInt32(off, true);
      return [wantedName, value];
    });
    expect(Object.fromEntries(said)).toEqual(wanted);
  });

  test('every event has a place for raw programs too', () => {
    const { machine } = hookRig({ kernel });
    const sections = Object.keys(EVENTS).map((name, i) => [`event${i}`, `raw_tp/${name}`]);
    const attached = machine.attachAll(loadSayers(machine, Object.fromEntries(sections)));
    expect(attached.flatMap(({ refused, idle }) => refused ?? idle ?? [])).toEqual([]);
  });

  test('the function that seccomp filters are run by has the call', () => {
    const { seccomp } = kernel.abi;
    const name = seccomp === 'phase1' ? 'seccomp_phase1' : '__seccomp_filter';
    const first = seccomp === 'phase1' ? PT_REGS.rdi : PT_REGS.rsi;
    const fields = { nr: 1, args: [1n, 2n, 512n] };
    const behind = `r3 = *(u64 *)(r1 + ${first})`;
    if (seccomp === 'short') {
      expect(ctxWords(`kprobe/${name}`, [PT_REGS.rdi, PT_REGS.rsi], fields, 'enter', { kernel })).toEqual([
        1n,
        0n,
      ]);
    } else {
      const data = wordsBehind(`kprobe/${name}`, behind, 8, fields, 'enter', { kernel });
      expect([data[0]! & 0xffff_ffffn, data[4]]).toEqual([1n, 512n]);
    }
  });
});
