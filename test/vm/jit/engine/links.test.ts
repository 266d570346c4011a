// Which programs stand in the table, and when: slots that change between two runs or within one, all in one module again, and nothing left of what went away.
import { describe, expect, test } from 'vitest';
import { NO_EVENT } from '../../../../vm/interp/host.ts';
import type { ProgUnit } from '../../../../vm/jit/unit.ts';
import type { Linker } from '../../../../vm/jit/engine/link.ts';
import type { KernelProg } from '../../../../vm/kernel/prog.ts';
import { assembleProg } from '../../../../vm/index.ts';
import { EVENT_AT } from '../../../../vm/memory/linear.ts';
import { jitRig, type JitRig } from '../../../support/jit-rig.ts';
import { loadFilter, loadText, rig, runOnce, u32 } from '../../../support/machine.ts';

const EVENT = { ...NO_EVENT, ctxAt: EVENT_AT };
const SLOTS = 8;
/** More than the runs that pass before all is linked anew. */
const MANY = 5000;

interface Chain extends JitRig {
  readonly table: number;
  /** Loads a program that returns a number: its fd. */
  readonly leaf: (result: number) => number;
  /** Loads one that jumps to a slot, or to 0 or 1 by chance, and returns -1 when it comes back. */
  readonly jumper: (slot: number | 'any') => { readonly fd: number; readonly prog: KernelProg };
  readonly put: (slot: number, fd: number) => void;
  readonly run: (prog: KernelProg) => number;
  readonly linker: Linker;
}

function chain(): Chain {
  const made = jitRig(10_000, undefined, 'on');
  const spec = {
    name: 'table',
    type: 'prog_array',
    keySize: 4,
    valueSize: 4,
    maxEntries: SLOTS,
    flags: 0,
  } as const;
  const table = made.bpf.mapCreate(spec);
  return Object.assign(made, {
    table,
    leaf: (result: number) => made.load(`r0 = ${result}\nexit`).fd,
    jumper: (slot: number | 'any') => {
      // The number of a map in the list takes the place of its fd.
      const names = Array.from({ length: table + 1 }, (_, fd) => (fd === table ? 'table' : `other${fd}`));
      const index =
        slot === 'any' ? 'r6 = r1\ncall get_prandom_u32\nr3 = r0\nr3 &= 1\nr1 = r6' : `r3 = ${slot}`;
      const text = `${index}\nr2 = map[table] ll\ncall tail_call\nr0 = -1\nexit`;
      const { insns } = assembleProg(text, names);
      const fd = made.bpf.progLoad({ name: 'jumper', type: 'socket_filter', insns, license: 'GPL' });
      return { fd, prog: made.objects.byFd(fd) as KernelProg }; // it was loaded
    },
    put: (slot: number, fd: number) => {
      expect(made.bpf.mapUpdate(table, u32(slot), u32(fd), 0)).toBe(0);
    },
    run: (prog: KernelProg) => {
      expect(made.cpu.run(prog, EVENT)).toBe(true);
      return made.cpu.r[0]!;
    },
    linker: made.cpu['linker'],
  });
}

/** How many modules the programs of the table stand in. */
function modules(linker: Linker): number {
  return new Set([...linker['placed'].values()].map(({ module }) => module)).size;
}

describe('a slot', () => {
  test('that is filled, filled anew and emptied is so for the next run', () => {
    const { jumper, leaf, put, run, bpf, table } = chain();
    const { prog } = jumper(3);
    const results = [run(prog)];
    put(3, leaf(7));
    results.push(run(prog));
    put(3, leaf(8));
    results.push(run(prog));
    bpf.mapDelete(table, u32(3));
    results.push(run(prog));
    expect(results).toEqual([-1, 7, 8, -1]);
  });

  test('leads to programs that others can reach only through it', () => {
    const { jumper, leaf, put, run } = chain();
    const first = jumper(0);
    put(0, jumper(1).fd);
    put(1, jumper(2).fd);
    expect(run(first.prog)).toBe(-1);
    put(2, leaf(5));
    expect(run(first.prog)).toBe(5);
  });

  test('that changes within a run is so for the rest of it', () => {
    const { machine, object, lines } = talker();
    expect(runOnce(machine, object.progs[0]!).retval).toBe(9);
    expect(lines()).toEqual(['hi']);
  });
});

/** A program that prints and then jumps to a slot, which the host fills when it sees the line; its program is not known before. */
function talker() {
  const made = rig({
    engine: 'jit',
    verifier: 'off',
    onPrintk: (line) => {
      made.printks.push(line);
      const { insns } = assembleProg('r0 = 9\nexit');
      const fd = made.machine.bpf.progLoad({ name: 'late', type: 'socket_filter', insns, license: 'GPL' });
      object.maps[0]!.update(u32(1), u32(fd), 0);
    },
  });
  const object = loadText(
    made.machine,
    `.map table prog_array key=4 value=4 entries=2
.section "socket"
main:
r6 = r1
r1 = "hi" ll
*(u64 *)(r10 - 8) = r1
r1 = r10
r1 += -8
r2 = 3
call trace_printk
r1 = r6
r2 = map[table] ll
r3 = 1
call tail_call
r0 = 1
exit`,
  );
  return { ...made, object };
}

describe('linking', () => {
  test('brings all that can be reached into one module', () => {
    const { jumper, leaf, put, run, linker } = chain();
    put(1, leaf(5));
    put(2, leaf(6));
    const { prog } = jumper(1);
    expect([run(prog), modules(linker), linker['placed'].size]).toEqual([5, 1, 3]);
  });

  test('is done anew when no slot has changed for long', () => {
    const { jumper, leaf, put, run, linker } = chain();
    const { prog } = jumper(1);
    run(prog);
    put(1, leaf(5));
    expect([run(prog), modules(linker)]).toEqual([5, 2]);
    for (let i = 0; i < MANY; i++) run(prog);
    expect([run(prog), modules(linker)]).toEqual([5, 1]);
  });

  test('leaves programs where they are that meet in the table only', () => {
    const { jumper, leaf, put, run, linker } = chain();
    const any = jumper('any');
    put(0, leaf(5));
    run(any.prog);
    const before = linker.at(any.prog.id)!.module;
    put(1, leaf(5));
    const straight = jumper(1);
    const results = Array.from({ length: MANY }, () => [run(any.prog), run(straight.prog)]).flat();
    expect(new Set(results.slice(-MANY))).toEqual(new Set([5]));
    expect(linker.at(any.prog.id)!.module).toBe(before);
    // The one that jumps straight stands with what it jumps to.
    const [to] = linker['units'].jumpsOf(straight.prog);
    expect(linker.at(to!.id)!.module).toBe(linker.at(straight.prog.id)!.module);
    expect(modules(linker)).toBe(2);
  });

  test('leaves programs out that cannot be reached any more', () => {
    const { jumper, leaf, put, run, linker, bpf, table } = chain();
    const { prog } = jumper(1);
    put(1, leaf(5));
    run(prog);
    bpf.mapDelete(table, u32(1));
    for (let i = 0; i < MANY; i++) run(prog);
    expect([run(prog), linker['placed'].size]).toEqual([-1, 1]);
  });
});

describe('what is unloaded leaves nothing behind', () => {
  const ROUNDS = 5000;

  test(`${ROUNDS} programs, each run and closed`, () => {
    const { load, bpf, cpu, linker, memory } = chain();
    const before = memory.u8.length;
    for (let i = 0; i < ROUNDS; i++) {
      const { fd, prog } = load(`r0 = ${i}\ncall get_prandom_u32\nexit`);
      cpu.run(prog, EVENT);
      bpf.close(fd);
    }
    expect([linker['placed'].size, linker['units'].size, linker['roots'].size]).toEqual([1, 1, 1]);
    expect(cpu['sites'].size).toBeLessThan(10);
    expect(memory.u8.length).toBe(before);
  });

  test('insns that run by themselves, over and over', () => {
    const { machine } = rig({ engine: 'jit' });
    const results = Array.from(
      { length: 300 },
      (_, i) => machine.runInsns(assembleProg(`r0 = ${i}\nexit`).insns).r0,
    );
    expect(results).toEqual(results.map((_, i) => BigInt(i)));
  });
});

describe('an id that a snapshot gives out again', () => {
  test('is that of another program', () => {
    const { machine } = rig({ engine: 'jit' });
    const empty = machine.snapshot();
    const results = [3, 4].map((number) => {
      machine.restore(empty);
      const prog = loadFilter(machine, `r0 = ${number}\nexit`);
      return [prog.id, runOnce(machine, prog).retval];
    });
    expect(results).toEqual([
      [1, 3],
      [1, 4],
    ]);
  });

  test('is so for those that jumped straight to the first, too', () => {
    const { jumper, leaf, put, run, objects, memory, linker } = chain();
    const first = jumper(0);
    put(0, jumper(1).fd);
    const saved = { memory: memory.save(), objects: objects.save() };
    const results = [5, 6].map((number) => {
      memory.restore(saved.memory);
      objects.restore(saved.objects);
      put(1, leaf(number));
      return new Set(Array.from({ length: MANY }, () => run(first.prog)));
    });
    expect(results).toEqual([new Set([5]), new Set([6])]);
    const jumps = linker['units'].all().flatMap((unit: ProgUnit) => unit.jumps);
    expect(jumps).toHaveLength(2);
  });
});

test('a program that cannot be compiled is interpreted, also where compiled ones jump to it', () => {
  const made = chain();
  const { jumper, leaf, put, run, linker, cpu } = made;
  const refused = jumper(2);
  put(1, refused.fd);
  put(2, leaf(5));
  linker['units'].refuse(refused.prog, 'it is the one');
  const first = jumper(1);
  expect(run(first.prog)).toBe(5);
  expect([cpu.engineOf(refused.prog), cpu.engineOf(first.prog)]).toEqual([
    { engine: 'interp', why: 'it is the one' },
    { engine: 'jit' },
  ]);
  expect(run(refused.prog)).toBe(5);
});
