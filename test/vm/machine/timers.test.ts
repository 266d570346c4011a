// Timers and work: functions of programs that run when the recording has come to their time.
import { describe, expect, test } from 'vitest';
import type { LoadedObject, Machine } from '../../../vm/index.ts';
import type { ValueField } from '../../../vm/object.ts';
import { fromU64s, pointOf, rig, runOnce, u32, u64s, withFields } from '../../support/machine.ts';

/** The value: a count, a timer, what is left to do. */
const VALUE = { count: 0, timer: 8, left: 24, bytes: 32 };
const TIMER: readonly ValueField[] = [{ kind: 'timer', off: VALUE.timer }];

/** Looks up the element `key` of map m: its value in r6. */
const element = (key: number): string => `*(u32 *)(r10 - 4) = ${key}
  r1 = map[m] ll
  r2 = r10
  r2 += -4
  call map_lookup_elem
  if r0 == 0 goto out
  r6 = r0`;

const call = (helper: string, ...args: readonly string[]): string =>
  ['r1 = r6', `r1 += ${VALUE.timer}`, ...args, `call ${helper}`].join('\n');

/** Starts the timer of an element, after making it ready. */
const start = (key: number, ns: number, flags = 0): string => `${element(key)}
  ${call('timer_init', 'r2 = map[m] ll', 'r3 = 1')}
  ${call('timer_set_callback', 'r2 = func tick ll')}
  ${call('timer_start', `r2 = ${ns} ll`, `r3 = ${flags}`)}`;

/** Counts, and says in the trace which key it is and at which time. */
const TICK = `tick:
  r6 = r3
  r7 = *(u32 *)(r2 + 0)
  r1 = *(u64 *)(r6 + ${VALUE.count})
  r1 += 1
  *(u64 *)(r6 + ${VALUE.count}) = r1
  call ktime_get_ns
  r4 = r0
  r1 = "k%d %lld" ll
  *(u64 *)(r10 - 16) = r1
  *(u64 *)(r10 - 8) = 0
  r1 = r10
  r1 += -16
  r2 = 9
  r3 = r7
  call trace_printk`;
const AGAIN = `r1 = *(u64 *)(r6 + ${VALUE.left})
  if r1 == 0 goto done
  r1 += -1
  *(u64 *)(r6 + ${VALUE.left}) = r1
  ${call('timer_start', 'r2 = 1000', 'r3 = 0')}
  done:`;
const RETURN = 'r0 = 0\nexit';

interface Loaded extends ReturnType<typeof rig> {
  readonly object: LoadedObject;
  readonly run: () => number;
}

/** A machine with one program of `body`, whose timers call `tick`; the map is an array of 4. */
function load(body: string, tick = TICK, type = 'array', verifier: 'on' | 'off' = 'on'): Loaded {
  const base = rig({ verifier });
  const object = base.machine.load(withFields(textOf(body, tick, type), TIMER));
  return { ...base, object, run: () => runOnce(base.machine, object.progs[0]!).retval };
}

function textOf(body: string, tick: string, type: string): string {
  return `.license GPL
    .map m ${type} key=4 value=${VALUE.bytes} entries=4
    .section "tc"
    main:
    ${body}
    out:
    exit
    .text
    ${tick}
    ${RETURN}`;
}

const counts = (object: LoadedObject, keys: readonly number[]): bigint[] =>
  keys.map((key) => u64s(object.maps[0]!.lookup(u32(key)))[VALUE.count / 8]!);
const enterAt = (machine: Machine, atNs: number): void => machine.enter(pointOf({ atNs }));

describe('a timer', () => {
  test('runs when the recording has come to its time, once, with its key and value', () => {
    const { machine, object, run, printks } = load(start(2, 5000));
    expect(run()).toBe(0);
    enterAt(machine, 4999);
    expect(counts(object, [2])).toEqual([0n]);
    enterAt(machine, 7777);
    enterAt(machine, 9999);
    expect(counts(object, [0, 1, 2, 3])).toEqual([0n, 0n, 1n, 0n]);
    expect(printks).toMatchObject([{ text: 'k2 5000', atNs: 5000, tid: 0, comm: 'swapper/0' }]);
  });

  test('counts from the time at which it was started', () => {
    const { machine, run, lines } = load(start(0, 5000));
    enterAt(machine, 1_000_000);
    run();
    machine.advance(1_004_999);
    expect(lines()).toEqual([]);
    machine.advance(1_005_000);
    expect(lines()).toEqual(['k0 1005000']);
  });

  test('with BPF_F_TIMER_ABS goes by the time of the recording; a time that has passed is now', () => {
    const { machine, run, lines } = load(`${start(1, 3000, 1)}\n${start(0, 500, 3)}`);
    machine.advance(1000);
    run();
    machine.advance(1000);
    expect(lines()).toEqual(['k0 1000']);
    machine.advance(3000);
    expect(lines()).toEqual(['k0 1000', 'k1 3000']);
  });

  test('runs in the order of time, and those of one time in the order of starting', () => {
    const { machine, run, lines } = load(
      [start(3, 200), start(1, 100), start(0, 200), start(2, 50)].join('\n'),
    );
    run();
    enterAt(machine, 1000);
    expect(lines()).toEqual(['k2 50', 'k1 100', 'k3 200', 'k0 200']);
  });

  test('started anew has only the new time', () => {
    const again = call('timer_start', 'r2 = 900', 'r3 = 0');
    const { machine, run, lines } = load(`${start(0, 100)}\n${again}`);
    run();
    machine.advance(500);
    expect(lines()).toEqual([]);
    machine.advance(5000);
    expect(lines()).toEqual(['k0 900']);
  });

  test('may start itself again, from its own time', () => {
    const { machine, object, run, lines } = load(start(0, 100), `${TICK}\n${AGAIN}`);
    object.maps[0]!.update(u32(0), fromU64s(0n, 0n, 0n, 3n), 0);
    run();
    machine.advance(10_000);
    expect(lines()).toEqual(['k0 100', 'k0 1100', 'k0 2100', 'k0 3100']);
  });

  test('that starts itself without end and without delay stops nobody', () => {
    const forever = `tick:\nr6 = r3\n${call('timer_start', 'r2 = 0', 'r3 = 0')}`;
    const { machine, object, run } = load(start(0, 100), forever);
    run();
    enterAt(machine, 1000);
    const after = machine.insnsRun;
    expect(after).toBeLessThan(110_000);
    enterAt(machine, 2000);
    expect(machine.insnsRun - after).toBeGreaterThan(90_000);
    expect(object.progs[0]!.runs).toBe(1);
  });

  test('may not cancel itself', () => {
    const cancel = `tick:\nr6 = r3\n${call('timer_cancel')}\n*(u64 *)(r6 + ${VALUE.count}) = r0`;
    const { machine, object, run } = load(start(0, 100), cancel);
    run();
    machine.advance(100);
    expect(counts(object, [0]).map((count) => BigInt.asIntN(64, count))).toEqual([-35n]);
  });

  test('whose function is stopped tells so, and may be started again', () => {
    const { machine, run, faults, object } = load(
      start(0, 100),
      'tick:\nr0 = *(u64 *)(r3 + 32)',
      'array',
      'off',
    );
    run();
    machine.advance(100);
    expect(faults).toMatchObject([{ prog: 'main', code: 'access' }]);
    expect(object.progs[0]).toMatchObject({ runs: 1, faults: 1 });
    machine.advance(200);
    expect(faults).toHaveLength(1);
  });

  test('in a hash has the key of its element', () => {
    const { machine, object, run, lines } = load(start(77, 100), TICK, 'hash');
    object.maps[0]!.update(u32(5), new Uint8Array(VALUE.bytes), 0);
    object.maps[0]!.update(u32(77), new Uint8Array(VALUE.bytes), 0);
    run();
    machine.advance(100);
    expect(lines()).toEqual(['k77 100']);
    expect(counts(object, [5, 77])).toEqual([0n, 1n]);
  });
});

describe('a timer is gone', () => {
  const ENDS: Readonly<Record<string, readonly [string, (loaded: Loaded) => void]>> = {
    'when its element is deleted': ['hash', ({ object }) => object.maps[0]!.delete(u32(1))],
    'when its element of a hash is overwritten': [
      'hash',
      ({ object }) => object.maps[0]!.update(u32(1), new Uint8Array(VALUE.bytes), 0),
    ],
    'when its element of an array is overwritten': [
      'array',
      ({ object }) => object.maps[0]!.update(u32(1), new Uint8Array(VALUE.bytes), 0),
    ],
    'when its element of an lru_hash is evicted or deleted': [
      'lru_hash',
      ({ object }) => object.maps[0]!.delete(u32(1)),
    ],
    'when the last fd of its map is closed': [
      'array',
      ({ machine, object }) => machine.bpf.close(object.maps[0]!.fd),
    ],
    'when its object is unloaded': ['hash', ({ machine, object }) => machine.unload(object)],
  };

  test.each(Object.entries(ENDS))('%s', (_title, [type, end]) => {
    const loaded = load(start(1, 100), TICK, type);
    const { machine, object, run, lines, faults } = loaded;
    object.maps[0]!.update(u32(1), new Uint8Array(VALUE.bytes), 0);
    run();
    end(loaded);
    machine.advance(1000);
    expect([lines(), faults]).toEqual([[], []]);
  });

  test('before it began in a map that no fd holds: -EPERM', () => {
    const init = call('timer_init', 'r2 = map[m] ll', 'r3 = 1');
    const { machine, object, run } = load(`${element(1)}\n${init}`);
    machine.bpf.close(object.maps[0]!.fd);
    expect(run() | 0).toBe(-1);
  });
});

test('a timer that an element of the same key had is not that of the new element', () => {
  const { machine, object, run, lines } = load(start(1, 100), TICK, 'hash');
  const put = (): unknown => object.maps[0]!.update(u32(1), new Uint8Array(VALUE.bytes), 0);
  put();
  run();
  object.maps[0]!.delete(u32(1));
  put();
  machine.advance(50);
  run();
  machine.advance(1000);
  expect(lines()).toEqual(['k1 150']);
});

test('the program of a timer stays loaded while its map lives', () => {
  const { machine, object, run, lines } = load(start(0, 100));
  run();
  machine.bpf.close(object.progs[0]!.fd);
  machine.advance(100);
  expect(lines()).toEqual(['k0 100']);
});

test('timers wait in a snapshot', () => {
  const { machine, object, run, lines } = load(
    [start(3, 300), start(1, 100)].join('\n'),
    `${TICK}\n${AGAIN}`,
  );
  object.maps[0]!.update(u32(3), fromU64s(0n, 0n, 0n, 2n), 0);
  run();
  machine.advance(150);
  const snapshot = machine.snapshot();
  const rest = (): string[] => {
    const from = lines().length;
    machine.advance(9000);
    return lines().slice(from);
  };
  const first = rest();
  expect(first).toEqual(['k3 300', 'k3 1300', 'k3 2300']);
  machine.restore(snapshot);
  expect(counts(object, [1, 3])).toEqual([1n, 0n]);
  expect(rest()).toEqual(first);
});

test('a timer that is no field of the value is a fault', () => {
  const init = `${element(0)}\nr1 = r6\nr2 = map[m] ll\nr3 = 1\ncall timer_init`;
  const { machine, object } = load(init, TICK, 'array', 'off');
  const { fault } = runOnce(machine, object.progs[0]!);
  expect(fault).toMatchObject({ code: 'field' });
  expect(fault?.message).toBe('R1 points at offset 0 in a value of map m, where no struct bpf_timer is');
});

test.each(['kprobe/__seccomp_filter', 'raw_tp/sys_enter'])(
  'a program of section %s may not use a map with timers',
  (section) => {
    const text = textOf(start(0, 1), TICK, 'array').replace('"tc"', `"${section}"`);
    expect(() => rig().machine.load(withFields(text, TIMER))).toThrow(
      'tracing progs cannot use bpf_timer yet',
    );
  },
);

describe('work', () => {
  const WORK: readonly ValueField[] = [{ kind: 'workqueue', off: VALUE.timer }];
  const set = `${element(0)}
    ${call('bpf_wq_init', 'r2 = map[m] ll', 'r3 = 0')}
    ${call('bpf_wq_set_callback_impl', 'r2 = func tick ll', 'r3 = 0', 'r4 = 0')}`;
  const begin = call('bpf_wq_start', 'r2 = 0');

  test('that a timer started runs behind it, before the next timer', () => {
    const both: readonly ValueField[] = [TIMER[0]!, { kind: 'workqueue', off: VALUE.bytes }];
    const work = (name: string, ...args: readonly string[]): string =>
      call(name, ...args).replace(`r1 += ${VALUE.timer}`, `r1 += ${VALUE.bytes}`);
    const kick = [
      work('bpf_wq_init', 'r2 = map[m] ll', 'r3 = 0'),
      work('bpf_wq_set_callback_impl', 'r2 = func done ll', 'r3 = 0', 'r4 = 0'),
      work('bpf_wq_start', 'r2 = 0'),
    ];
    const tick = `${TICK}\n${kick.join('\n')}\n${RETURN}\n${TICK.replace('tick:', 'done:').replace('"k%d', '"w%d')}`;
    const text = textOf([start(1, 100), start(2, 200)].join('\n'), tick, 'array');
    const atOnce = rig();
    const stepwise = rig();
    for (const { machine } of [atOnce, stepwise]) {
      const spec = withFields(text.replace(`value=${VALUE.bytes}`, `value=${VALUE.bytes + 16}`), both);
      runOnce(machine, machine.load(spec).progs[0]!);
    }
    atOnce.machine.advance(1000);
    for (const atNs of [100, 150, 200, 1000]) stepwise.machine.advance(atNs);
    expect(atOnce.lines()).toEqual(['k1 100', 'w1 100', 'k2 200', 'w2 200']);
    expect(stepwise.lines()).toEqual(atOnce.lines());
  });

  test('runs once behind the run that started it, however often it was started', () => {
    const { machine, lines } = rig();
    const text = textOf(`${set}\n${begin}\n${begin}\nr0 = *(u64 *)(r6 + 0)`, TICK, 'array');
    const object = machine.load(withFields(text, WORK));
    expect(runOnce(machine, object.progs[0]!).retval).toBe(0);
    expect(lines()).toEqual(['k0 0']);
    expect(runOnce(machine, object.progs[0]!).retval).toBe(1);
    expect(lines()).toEqual(['k0 0', 'k0 0']);
  });
});
