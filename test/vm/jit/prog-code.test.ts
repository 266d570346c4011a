// C, eBPF and WebAssembly of a program, side by side: nothing is left out, and each stands by what it belongs to.
import { describe, expect, test } from 'vitest';
import { MACHINE_SYSCALLS } from '../../../traces/index.ts';
import {
  assembleObject,
  codeRows,
  disassemble,
  type CodeRow,
  type LoadedObject,
  type Machine,
  type MachineOptions,
} from '../../../vm/index.ts';
import { progCode } from '../../../vm/jit/prog-code.ts';
import type { ObjectLoader } from '../../../vm/object-loader.ts';
import { isBrief, RANDOM } from '../../support/border-programs.ts';
import { loadFilter, pointOf, rig, u32 } from '../../support/machine.ts';
import { linkSample, SAMPLE_NAMES } from '../../support/samples.ts';
import { Random, seedOf } from '../../support/seed.ts';

const SEED = seedOf(3_031);
const OF_EACH = 10;

function load(
  text: string,
  options: Partial<MachineOptions> = {},
): { machine: Machine; object: LoadedObject } {
  const { machine } = rig({ engine: 'jit', ...options });
  return { machine, object: machine.load(assembleObject(`.license GPL\n${text}`, 'test')) };
}

/** Each insn once for the first time, and the text of all rows of WebAssembly. */
function flat(rows: readonly CodeRow[]): {
  readonly pcs: readonly number[];
  readonly wasm: readonly string[];
} {
  return {
    pcs: rows.flatMap(({ insn, isAgain }) => (insn === undefined || isAgain ? [] : [insn.pc])),
    wasm: rows.flatMap(({ lines }) => lines.map(({ text }) => text)),
  };
}

describe('rows', () => {
  test(`have each insn and each line of random programs once (${OF_EACH} of each kind from seed ${SEED})`, () => {
    let seen = 0;
    for (const [, make] of RANDOM) {
      const random = new Random(SEED);
      for (let i = 0; i < OF_EACH; i++) {
        const object = make(random);
        if (!isBrief(object)) continue;
        const { machine } = rig({ verifier: 'off', engine: 'jit' });
        let progs: LoadedObject['progs'];
        try {
          ({ progs } = machine.load(object));
        } catch {
          continue; // what the machine does not load at all
        }
        for (const prog of progs) {
          const code = machine.codeOf(prog)!;
          expect(code.why).toBeUndefined();
          const flats = code.functions.map((func) => flat(codeRows(func)));
          const pcs = flats.flatMap((one) => one.pcs).toSorted((a, b) => a - b);
          expect(pcs).toEqual(disassemble(prog.spec.insns).map(({ pc }) => pc));
          for (const [n, func] of code.functions.entries())
            expect(flats[n]!.wasm).toEqual(func.wasm?.lines.map(({ text }) => text) ?? []);
          seen += 1;
        }
      }
    }
    expect(seen).toBeGreaterThan(OF_EACH);
  });

  test('of insns that became nothing stand behind the one before them', () => {
    const { machine } = rig({ engine: 'jit' });
    const prog = loadFilter(machine, 'r0 = 7\nif r0 == 7 goto out\nr0 = 8\nr0 += 1\nout:\nexit');
    const [main] = machine.codeOf(prog)!.functions;
    expect(flat(codeRows(main!)).pcs).toEqual([0, 1, 2, 3, 4]);
    expect(main!.insns.map(({ isDead }) => isDead)).toEqual([false, false, true, true, false]);
  });
});

describe('a program', () => {
  test('has its functions by name, with the insns of each, and what it calls', () => {
    const { machine } = rig({ engine: 'jit', syscalls: MACHINE_SYSCALLS });
    const object = machine.load(linkSample('tracex5'));
    const main = machine.codeOf(object.progs[0]!)!;
    expect(main.functions.map(({ name, pc }) => [name, pc])).toEqual([['main_prog', 0]]);
    expect(main.imports).toContain('js:call');
    expect(main.others.map(({ name }) => name)).toContain('rt:print');
    expect(main.functions[0]!.insns.find(({ text }) => text.includes('tail_call'))).toMatchObject({
      inlined: ['tail call'],
      hits: undefined,
      isDead: false,
    });
    const { source } = main.functions[0]!.insns.at(-1)!;
    expect([source?.file, source?.text]).toEqual([
      expect.stringContaining('tracex5'),
      expect.stringMatching(/\S/),
    ]);
  });

  test('of assembly text has the numbers of its lines', () => {
    const { machine, object } = load('.section "socket"\nmain:\n\nr0 = 1\nr0 = 2; exit\n');
    const [main] = machine.codeOf(object.progs[0]!)!.functions;
    expect(main!.insns.map(({ source }) => source)).toEqual(
      [5, 6, 6].map((line) => ({ file: undefined, line, column: 0, text: undefined })),
    );
    expect(main!.insns[1]!.source).toBe(main!.insns[2]!.source);
  });

  test('that cannot be compiled says why, and shows its insns', () => {
    const { machine, object } = load('.section "socket"\nmain:\nr0 = 1\nexit');
    const { loader } = machine as unknown as { readonly loader: ObjectLoader }; // as machine.ts makes it
    const prog = object.progs[0]!;
    const code = progCode(
      loader.kernelProg(prog)!,
      prog.spec,
      'its code is larger than hosts take',
      undefined,
    );
    expect(code).toMatchObject({
      prog: 'main',
      insns: 2,
      why: 'its code is larger than hosts take',
      wasmBytes: 0,
    });
    expect(codeRows(code.functions[0]!).map(({ insn, lines }) => [insn?.text, lines])).toEqual([
      ['r0 = 1', []],
      ['exit', []],
    ]);
  });

  test('is shown as it runs: a slot that is filled becomes a jump straight there', () => {
    const { machine, object } = load(
      `.map progs prog_array key=4 value=4 entries=2
       .section "raw_tp/sys_enter"
       main:
       r2 = map[progs] ll
       r3 = 1
       call tail_call
       r0 = 0
       exit
       .section "raw_tp/sys_exit"
       leaf:
       r0 = 1
       exit`,
    );
    const [main, leaf] = object.progs;
    const jumps = (): readonly string[] =>
      machine
        .codeOf(main!)!
        .functions[0]!.wasm!.lines.map(({ text }) => text)
        .filter((text) => text.startsWith('return_call '));
    expect(jumps()).toEqual([]);
    object.maps[0]!.update(u32(1), u32(leaf!.fd), 0);
    expect(jumps()).toEqual([`return_call $prog:${leaf!.id}`]);
    machine.attachAll(object);
    machine.enter(pointOf());
    expect(jumps()).toEqual([`return_call $prog:${leaf!.id}`]);
    const text = machine.moduleText(main!)!;
    expect(text).toMatch(/^\(module\n/);
    expect(text).toContain(`(func $prog:${main!.id} `);
    machine.unload(object);
    expect([machine.codeOf(main!), machine.moduleText(main!)]).toEqual([undefined, undefined]);
  });

  test('looking at it changes nothing of what runs', () => {
    const seen = [false, true].map((looks) => {
      const { machine, object } = load(
        '.section "raw_tp/sys_enter"\nmain:\ncall get_prandom_u32\nr0 = 0\nexit',
      );
      machine.attachAll(object);
      for (let i = 0; i < 5; i++) {
        if (looks) machine.codeOf(object.progs[0]!);
        machine.enter(pointOf({ nr: i }));
      }
      return [machine.insnsRun, machine.snapshot().byteSize, object.progs[0]!.runs];
    });
    expect(seen[1]).toEqual(seen[0]);
  });
});

test.each(SAMPLE_NAMES)('the insns of %s know their lines of C', (name) => {
  const { machine } = rig({ engine: 'interp', syscalls: MACHINE_SYSCALLS });
  for (const prog of machine.load(linkSample(name)).progs) {
    const insns = machine.codeOf(prog)!.functions.flatMap((func) => func.insns);
    const known = insns.filter(({ source }) => source?.text !== undefined).length;
    if (name === 'tracex5-2015') expect(known).toBe(0);
    else expect(known).toBe(insns.length);
  }
});
