// Loading, attaching, snapshots: the life of a machine around its runs.
import { describe, expect, test } from 'vitest';
import {
  assembleObject,
  createMachine,
  LoadError,
  type LoadedObject,
  type Machine,
  type ObjectSpec,
} from '../../../vm/index.ts';
import { ASM_SAMPLES } from '../../support/asm-samples/index.ts';
import { fromU64s, loadFilter, loadText, pointOf, rig, runOnce, u32, u64s } from '../../support/machine.ts';

const COUNTER = `.map hits array key=4 value=8 entries=1
  .section "raw_tp/sys_enter"
  count:
    r1 = mapval[hits] ll
    r2 = 1
    lock *(u64 *)(r1 + 0) += r2
    r0 = 0
    exit`;

const call = (helper: string): string => `r1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall ${helper}\nexit`;

const say = (name: string): string =>
  `.section "raw_tp/sys_enter"\n${name}:\nr1 = "${name}" ll\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 8\ncall trace_printk\nr0 = 0\nexit`;

describe('load', () => {
  test.each([
    ['an unknown program type', { type: 'kobe' }, 'type', 'the kernel has no program type kobe'],
    ['insns that cannot run', { insns: new Uint8Array(8), relocs: [] }, 'verifier', 'last insn is not'],
    ['no insns', { insns: new Uint8Array(0), relocs: [] }, 'verifier', 'a program has 1 to'],
    ['a reloc to a map that is not there', { relocs: [{ pc: 0, map: 'no' }] }, 'reloc', 'there is no map no'],
    [
      'a reloc at an insn that takes none',
      { relocs: [{ pc: 6, map: 'hits' }] },
      'reloc',
      'there is no wide insn for map hits',
    ],
  ] as const)('refuses %s', (_what, change, code, words) => {
    const spec = assembleObject(COUNTER, 'o');
    const broken: ObjectSpec = { ...spec, progs: [{ ...spec.progs[0]!, ...change }] };
    const { machine } = rig();
    expect(() => machine.load(broken)).toThrow(LoadError);
    expect(() => machine.load(broken)).toThrow(words);
    try {
      machine.load(broken);
    } catch (error) {
      expect(error).toMatchObject({ code, subject: 'count' });
    }
  });

  test.each([
    ['', false],
    ['BSD', false],
    ['GPL', true],
    ['Dual BSD/GPL', true],
    ['gpl', false],
  ])('under licence "%s" lets a program print: %s', (license, allowed) => {
    const { machine } = rig();
    const spec = { ...assembleObject(ASM_SAMPLES.tracex5.source, 'o'), license };
    if (allowed) expect(machine.load(spec).progs).toHaveLength(4);
    else
      expect(() => machine.load(spec)).toThrow(
        'cannot call GPL-restricted function from non-GPL compatible program',
      );
  });

  test('refuses a helper that the program type may not call, and one that is not there, with the reason', () => {
    const { machine } = rig();
    expect(() => loadFilter(machine, call('probe_read'))).toThrow(
      'program of this type cannot use helper bpf_probe_read#4',
    );
    expect(() => loadFilter(machine, call('override_return'))).toThrow(
      /helper bpf_override_return#58 is not available here: a recorded call has returned already$/,
    );
  });

  test('says which line of the source is refused', () => {
    const text = '.section "socket"\nmain:\n\nr1 = 5 ll\nr1 /= 0\nexit'; // one line stands before it
    const load = (): unknown => loadText(rig().machine, text);
    expect(load).toThrow(expect.objectContaining({ code: 'verifier', subject: 'main', pc: 2, errno: -22 }));
    expect(load).toThrow(/^main: 2 \(line 6\): div by zero/);
  });

  test('that fails leaves nothing behind', () => {
    const { machine } = rig();
    const good = assembleObject(COUNTER, 'o');
    const bad: ObjectSpec = { ...good, slots: [{ map: 'hits', index: 0, prog: 'count' }] };
    expect(() => machine.load(bad)).toThrow('slots are of a prog_array, and this is a array');
    expect(machine.bpf.close(3)).toBe(-9);
    expect(machine.bpf.mapFdById(1)).toBe(-2);
  });

  test.each([
    [{ cpus: 0 }, 'cpus is a whole number from 1 to 64 and not 0'],
    [{ cpus: 65 }, 'not 65'],
    [{ cpus: 1.5 }, 'not 1.5'],
    [{ limitInsns: 0 }, 'limitInsns is a whole number from 1 up and not 0'],
    // Never reached, a fraction or infinity would let a loop run for ever.
    [{ limitInsns: 1.5 }, 'limitInsns is a whole number from 1 up and not 1.5'],
    [{ limitInsns: Infinity }, 'limitInsns is a whole number from 1 up and not Infinity'],
  ])('needs a machine with sensible options: %o', (options, words) => {
    expect(() => rig(options)).toThrow(words);
  });
});

describe('attach', () => {
  test('puts programs on the hooks of their sections, in the order of the object', () => {
    const { machine } = rig();
    const object = loadText(
      machine,
      `${COUNTER}\n.section "kprobe/__seccomp_filter"\nprobe:\nr0 = 0\nexit\n.section "tc"\nfilter:\nr0 = 0\nexit`,
    );
    expect(machine.attachAll(object).map(({ prog }) => prog.spec.name)).toEqual(['count', 'probe', 'filter']);
    expect(object.progs.map(({ attached }) => attached)).toEqual([
      ['sys_enter'],
      ['__seccomp_filter'],
      ['tc/ingress'],
    ]);
  });

  test('leaves programs for slots alone', () => {
    const { machine } = rig();
    const object = machine.load(assembleObject(ASM_SAMPLES.tracex5.source, 'tracex5'));
    expect(machine.attachAll(object).map(({ prog }) => prog.spec.name)).toEqual(['bpf_prog1']);
  });

  test('says which phases of a call are listened to', () => {
    const { machine } = rig();
    const object = loadText(machine, COUNTER);
    const listens = (): readonly boolean[] => [machine.listens('enter'), machine.listens('exit')];
    expect(listens()).toEqual([false, false]);
    machine.attach(object.progs[0]!);
    expect(listens()).toEqual([true, false]);
    machine.detach(object.progs[0]!);
    expect(listens()).toEqual([false, false]);
  });

  test('tells of a hook that is not there, and attaches the others', () => {
    const { machine } = rig();
    const object = loadText(machine, `${COUNTER}\n.section "kprobe/do_sys_open"\nprobe:\nr0 = 0\nexit`);
    expect(machine.attachAll(object).map(({ prog, refused }) => [prog.spec.name, refused])).toEqual([
      ['count', undefined],
      ['probe', expect.stringContaining('section kprobe/do_sys_open names no hook')],
    ]);
    machine.enter(pointOf());
    expect(object.progs.map(({ runs }) => runs)).toEqual([1, 0]);
  });

  test('refuses a second time, and a program of another type', () => {
    const { machine } = rig();
    const object = loadText(machine, COUNTER);
    machine.attach(object.progs[0]!);
    expect(() => machine.attach(object.progs[0]!)).toThrow('attached to sys_enter already');
    const spec = assembleObject(COUNTER, 'o');
    const wrong = machine.load({ ...spec, progs: [{ ...spec.progs[0]!, type: 'kprobe' }] });
    expect(() => machine.attach(wrong.progs[0]!)).toThrow(
      'sys_enter takes a raw_tracepoint program and not a kprobe',
    );
  });

  test('an unloaded object is off its hooks, and its maps are closed', () => {
    const { machine } = rig();
    const object = loadText(machine, COUNTER);
    machine.attachAll(object);
    machine.enter(pointOf());
    machine.unload(object);
    machine.enter(pointOf());
    expect(machine.insnsRun).toBe(5);
    expect(object.maps[0]!.lookup(u32(0))).toBe(-9);
    expect(() => machine.attach(object.progs[0]!)).toThrow('not loaded any more');
  });
});

test.each(Object.values(ASM_SAMPLES))(
  '$name leaves nothing in the memory when it is unloaded',
  ({ name, source }) => {
    const { machine } = rig();
    const before = machine.snapshot().byteSize;
    const object = machine.load(assembleObject(source, name));
    machine.attachAll(object);
    machine.enter(pointOf({ nr: 257 }));
    machine.unload(object);
    expect(machine.snapshot().byteSize).toBe(before);
  },
);

test('a program that makes an iterator smaller than it was leaves nothing in the memory', () => {
  const { machine } = rig({ verifier: 'off' });
  const prog = loadText(
    machine,
    `.map m array key=4 value=64 entries=1
    .section "tc"
    main:
    r1 = r10
    r1 += -16
    r2 = mapval[m] ll
    r3 = 8
    call bpf_iter_bits_new
    r6 = r0
    *(u32 *)(r10 - 8) = 65
    r1 = r10
    r1 += -16
    call bpf_iter_bits_destroy
    r0 = r6
    exit`,
  ).progs[0]!;
  expect(runOnce(machine, prog)).toMatchObject({ retval: 0, fault: undefined });
  const { byteSize } = machine.snapshot();
  for (let i = 0; i < 10; i++) runOnce(machine, prog);
  expect(machine.snapshot().byteSize).toBe(byteSize);
});

test('an unloaded object does not reach the maps and programs that have its fds now', () => {
  const { machine } = rig();
  const old = loadText(machine, COUNTER);
  machine.unload(old);
  const young = loadText(machine, COUNTER);
  expect([young.maps[0]!.fd, young.progs[0]!.fd]).toEqual([old.maps[0]!.fd, old.progs[0]!.fd]);
  expect(old.maps[0]!.update(u32(0), fromU64s(9n), 0)).toBe(-9);
  expect(machine.testRun(old.progs[0]!).errno).toBe(-9);
  machine.unload(old);
  expect(u64s(young.maps[0]!.lookup(u32(0)))).toEqual([0n]);
  expect(machine.testRun(young.progs[0]!).errno).toBe(0);
});

test('programs on one hook run in the order in which they were attached', () => {
  const { machine, lines } = rig();
  const object = loadText(machine, `${say('one')}\n${say('two')}`);
  machine.attach(object.progs[1]!);
  machine.attach(object.progs[0]!);
  machine.enter(pointOf());
  expect(lines()).toEqual(['two', 'one']);
});

test('two machines do not know of each other', () => {
  const [a, b] = [rig(), rig()];
  const inA = loadText(a.machine, COUNTER);
  const inB = loadText(b.machine, COUNTER);
  a.machine.attachAll(inA);
  b.machine.attachAll(inB);
  a.machine.enter(pointOf());
  expect([inA, inB].map(({ maps }) => u64s(maps[0]!.lookup(u32(0)))[0])).toEqual([1n, 0n]);
});

test('createMachine makes a machine that runs nothing', () => {
  const machine = createMachine({ cpus: 1, limitInsns: 1, onPrintk: () => {}, onFault: () => {} });
  machine.enter(pointOf());
  machine.exit(pointOf());
  expect([machine.insnsRun, machine.unknownReads]).toEqual([0, 0]);
});

test('a machine knows the programs and maps of another machine for strangers', () => {
  const [a, b] = [rig(), rig()];
  const [own, other] = [loadText(a.machine, COUNTER), loadText(b.machine, COUNTER)];
  expect(own.progs[0]!.fd).toBe(other.progs[0]!.fd);
  expect(() => a.machine.attach(other.progs[0]!)).toThrow('not loaded any more');
  a.machine.unload(other);
  expect(own.maps[0]!.update(u32(0), fromU64s(1n), 0)).toBe(0);
});

/** Prints a word of up to 7 bytes. */
function print(word: string): string {
  return `r1 = "${word}" ll\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 8\ncall trace_printk\nr0 = 0\nexit`;
}

describe('a host that is told something by a running program', () => {
  const SAY = say('hello');
  type Doing = (machine: Machine, object: LoadedObject) => unknown;

  /** Runs a program that prints twice, and lets the host do something when it is told of a line. */
  function told(
    doing: Doing,
    text = SAY,
  ): { lines: string[]; run: () => void; machine: Machine; object: LoadedObject } {
    const lines: string[] = [];
    const { machine } = rig({
      onPrintk: (printk) => {
        lines.push(printk.text);
        doing(machine, object);
      },
    });
    const object = loadText(machine, text);
    machine.attachAll(object);
    return { lines, machine, object, run: () => machine.enter(pointOf()) };
  }

  test.each<[string, Doing]>([
    ['another point', (machine) => machine.enter(pointOf())],
    ['a moment', (machine) => machine.advance(1)],
    ['a test run', (machine, object) => machine.testRun(object.progs[0]!)],
    ['insns', (machine) => machine.runInsns(new Uint8Array(8))],
    ['a snapshot', (machine) => machine.snapshot()],
  ])('cannot ask for %s, and the machine goes on afterwards', (_what, doing) => {
    let isFirst = true;
    const { lines, run } = told((machine, object) => {
      if (!isFirst) return;
      isFirst = false;
      doing(machine, object);
    });
    expect(run).toThrow('the machine is running a program and takes no other');
    run();
    expect(lines).toEqual(['hello', 'hello']);
  });

  test('may unload the program, which goes when its run is over', () => {
    const before = rig().machine.snapshot().byteSize;
    const text = `.map m array key=4 value=8 entries=1
      ${SAY.replace('r0 = 0', 'r1 = mapval[m] ll\n*(u64 *)(r1 + 0) = 7\nr0 = 0')}`;
    const { lines, machine, run } = told((_machine, object) => machine.unload(object), text);
    run();
    run();
    expect([lines, machine.insnsRun]).toEqual([['hello'], 10]);
    expect(machine.snapshot().byteSize).toBe(before);
  });

  const BOTH = `.map m array key=4 value=8 entries=1
    .section "raw_tp/sys_enter"\nfirst:\n${print('first')}
    .section "raw_tp/sys_enter"\nsecond:\nr1 = mapval[m] ll\nr2 = 7\n*(u64 *)(r1 + 0) = r2\n${print('second')}`;

  test('may unload programs that run later at the same point: they still do, as on Linux, and go then', () => {
    const spec = { name: 'other', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 };
    const fds: number[] = [];
    const { lines, machine, run } = told((_machine, object) => {
      machine.unload(object);
      fds.push(machine.bpf.mapCreate(spec)); // would get the memory of what was freed too early
    }, BOTH);
    run();
    run();
    expect(lines).toEqual(['first', 'second']);
    expect(fds.map((fd) => u64s(machine.bpf.mapLookup(fd, u32(0))))).toEqual([[0n], [0n]]);
    for (const fd of fds) machine.bpf.close(fd);
    expect(machine.snapshot().byteSize).toBe(rig().machine.snapshot().byteSize);
  });

  test('may unload the program of a test run, which is repeated all the same', () => {
    const { lines, machine, object } = told(
      (_machine, loaded) => machine.unload(loaded),
      `.section "tc"\nmain:\n${print('again')}`,
    );
    expect(machine.testRun(object.progs[0]!, { data: new Uint8Array(64), repeat: 3 }).errno).toBe(0);
    expect(lines).toEqual(['again', 'again', 'again']);
    expect(machine.testRun(object.progs[0]!, { data: new Uint8Array(64) }).errno).toBe(-9);
    expect(machine.snapshot().byteSize).toBe(rig().machine.snapshot().byteSize);
  });

  test('cannot ask for another point when it is told of a redirect or of an override', () => {
    const kinds: string[] = [];
    const { machine } = rig({
      syscalls: [{ name: 'read', nr: 0, audit: 0xc000_003e, args: 3 }],
      onEffect({ kind }) {
        kinds.push(kind);
        machine.enter(pointOf());
      },
    });
    const object = loadText(
      machine,
      '.section "fmod_ret/__x64_sys_read"\nfails:\nr0 = -1\nexit\n.section "tc"\nsends:\nr1 = 1\nr2 = 0\ncall redirect\nexit',
    );
    machine.attachAll(object);
    const words = 'the machine is running a program and takes no other';
    expect(() => machine.enter(pointOf())).toThrow(words);
    expect(() => machine.testRun(object.progs[1]!, { data: new Uint8Array(64) })).toThrow(words);
    expect(kinds).toEqual(['override', 'redirect']);
  });
});
