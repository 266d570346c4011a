// CO-RE relocations: a program's questions against several kernels' types, with the answers that libbpf gives.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CORE_KINDS } from '../../../../vm/elf/core/core-relo.ts';
import { readObject } from '../../../../vm/elf/read-object.ts';
import { readSlot } from '../../../../vm/isa/insn.ts';
import { compileBpf } from '../../../support/clang.ts';
import { libbpfAnswers, type CoreAnswer } from '../../../support/core-oracle.ts';
import { CORE_CASES, coreObject, ourAnswers, relocated, TARGETS } from '../../../support/core-program.ts';
import { hasTool } from '../../../support/tools.ts';

/** answers.txt: a question a line, an answer a target. They are libbpf's. */
const ROWS = readFileSync(join(CORE_CASES, 'answers.txt'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(/ +/));

const isAnswered = ({ answer }: CoreAnswer): boolean => answer !== 'error';

describe.each(TARGETS.map((target, i) => [target, i + 1] as const))(
  'against the types of %s',
  (target, column) => {
    test('each question has its answer', () => {
      const expected = ROWS.slice(1).map((row) => [row[0], row[column]]);
      expect(ourAnswers(target).map(({ prog, answer }) => [prog, String(answer)])).toEqual(expected);
    });

    test.runIf(hasTool('libbpf'))('libbpf says the same, word for word', () => {
      const theirs = libbpfAnswers(join(CORE_CASES, 'program.o'), join(CORE_CASES, `target-${target}.o`));
      const ours = ourAnswers(target);
      expect(ours.filter(isAnswered)).toEqual(theirs.filter(isAnswered));
      expect(ours.map(({ prog, asked }) => [prog, asked])).toEqual(
        theirs.map(({ prog, asked }) => [prog, asked]),
      );
    });
  },
);

test('the program asks questions of all kinds', () => {
  const asked = new Set(
    coreObject('program').progs.flatMap(({ coreRelos }) => coreRelos.map(({ kind }) => kind)),
  );
  expect([...asked].toSorted()).toEqual(Object.keys(CORE_KINDS).toSorted());
});

test.runIf(hasTool('clang'))('the objects are what clang makes of the sources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'core-'));
  try {
    for (const name of ['program', ...TARGETS.map((target) => `target-${target}`)]) {
      const built = join(folder, `${name}.o`);
      compileBpf(join(CORE_CASES, `${name}.c`), built, '-mcpu=v4');
      const fresh = readObject(readFileSync(built), name);
      const parts = ({ progs, types }: typeof fresh): unknown => [
        progs.map(({ name: prog, insns, coreRelos }) => ({ prog, insns, coreRelos })),
        Array.from({ length: types!.count }, (_, id) => types!.type(id)),
      ];
      expect(parts(fresh)).toEqual(parts(coreObject(name)));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('insns', () => {
  test('a load becomes as wide as the field is now', () => {
    // r0 = *(u32 *)(r1 + 4) becomes r0 = *(u64 *)(r1 + 8)
    expect(readSlot(relocated('load_state', 'same').insns, 0)).toMatchObject({ opcode: 0x61, off: 4 });
    expect(readSlot(relocated('load_state', 'moved').insns, 0)).toMatchObject({ opcode: 0x79, off: 8 });
    expect(readSlot(relocated('load_start', 'moved').insns, 0)).toMatchObject({ opcode: 0x61, off: 16 });
  });

  test('a store does too', () => {
    expect(readSlot(relocated('store_state', 'moved').insns, 0)).toMatchObject({ opcode: 0x7b, off: 8 });
  });

  test('a 64-bit number takes both slots', () => {
    const { insns } = relocated('value_near', 'moved');
    expect([readSlot(insns, 0).imm >>> 0, readSlot(insns, 1).imm]).toEqual([0x3456_7890, 0x12]);
  });

  test.each([
    ['off_pid', 1],
    ['load_gone', 1],
    ['store_pid', 1],
    ['value_near', 2],
  ])('what has no answer becomes a call that no kernel has: %s', (func, slots) => {
    const { insns, outcome } = relocated(func, 'less');
    expect(outcome.value).toBeUndefined();
    for (let pc = 0; pc < slots; pc++) {
      expect(readSlot(insns, pc)).toEqual({ opcode: 0x85, dst: 0, src: 0, off: 0, imm: 195_896_080 });
    }
  });
});

// oxfmt-ignore
test.each([
  ['off_nowhere',       'same',  'target-same has no struct nowhere'],
  ['off_pid',           'less',  'struct task of target-less has no member pid (it has __pid)'],
  ['off_in_low',        'less',  'struct task.in of target-less is no struct, but char *'],
  ['off_list_2_size_1', 'less',  'struct task.lists[2].sizes of target-less has 1 elements, and none at 1'],
  ['off_list_3',        'less',  'struct task.lists of target-less has 3 elements, and none at 3'],
  ['off_comm_4',        'less',  'struct task.comm of target-less is no array, but int'],
  ['load_gone',         'less',  'struct old of target-less has no member gone'],
  ['value_green',       'less',  'enum color of target-less has no GREEN'],
  ['value_down',        'less',  'typedef way_t of target-less has no DOWN'],
  ['off_state_new',     'same',  'struct task of target-same has no member state_new (it has state)'],
  ['load_pid',          'moved', "the insn loads or stores 'int pid' of struct task, and target-moved has 'short pid' of struct <anon>: only numbers without sign, and pointers, may be of another size"],
] as const)('%s against %s: why there is no answer', (func, target, why) => {
  expect(relocated(func, target).outcome.why).toBe(why);
});

test('several types that answer differently are refused', () => {
  expect(() => relocated('size_state', 'twins')).toThrow(
    'size_state: 0: CO-RE relocation <byte_sz> [5] struct task.state (0:1 @ offset 4): types of the kernel give different answers: ' +
      '<byte_sz> [2] struct task___one.state (0:1 @ offset 4) is 4, and <byte_sz> [8] struct task___two.state (0:1 @ offset 4) is 1',
  );
});
