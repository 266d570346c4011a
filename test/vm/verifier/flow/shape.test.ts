// What is looked at before a program is walked, where no text of the assembler brings it about: types of functions, lines, sizes, and wide insns
// that name maps.
import { describe, expect, test } from 'vitest';
import { assembleProg } from '../../../../vm/index.ts';
import { kernelTypes } from '../../../../vm/btf/kernel-types.ts';
import type { Btf, BtfRecord } from '../../../../vm/btf/btf.ts';
import type { FuncInfo, LineInfo, MapSpec } from '../../../../vm/object.ts';
import type { VerifyInput } from '../../../../vm/verifier/input.ts';
import { verify } from '../../../../vm/verifier/walk/verify.ts';

/** The input of some insns; `fields` take the place of what it has by itself. */
function inputOf(text: string, fields: Partial<VerifyInput> = {}): VerifyInput {
  return {
    name: 'shape',
    type: 'socket_filter',
    attachType: 0,
    flags: 0,
    gpl: true,
    insns: text === '' ? new Uint8Array(0) : assembleProg(text).insns,
    maps: new Map(),
    funcs: [],
    lines: [],
    kernel: kernelTypes(),
    objects: [],
    ...fields,
  };
}

/** The message and errno of a refusal, undefined for an accepted program. */
function verdictOf(input: VerifyInput): { readonly message: string; readonly errno: number } | undefined {
  const { refusal } = verify(input);
  return refusal === undefined ? undefined : { message: refusal.message, errno: refusal.errno };
}

const TWO_FUNCTIONS = 'call f\nexit\nf: r0 = 0\nexit';

function func(pc: number, typeId?: number): FuncInfo {
  return { pc, name: `at_${pc}`, linkage: 'static', ...(typeId === undefined ? {} : { typeId }) };
}

function line(pc: number): LineInfo {
  return { pc, file: 'shape.c', text: 'x();', line: 1 + pc, column: 1 };
}

/** Types: 1 int, 2 void f(void), 3 int f(void), 4 and 5 functions of these. */
const RECORDS: readonly BtfRecord[] = [
  { kind: 'void' },
  {
    kind: 'int',
    name: 'int',
    bytes: 4,
    bits: 32,
    isSigned: true,
    isBool: false,
    isChar: false,
    bitOff: 0,
  },
  { kind: 'func_proto', ret: 0, params: [] },
  { kind: 'func_proto', ret: 1, params: [] },
  { kind: 'func', name: 'nothing', type: 2, linkage: 'static' },
  { kind: 'func', name: 'number', type: 3, linkage: 'static' },
];
const TYPES: Btf = {
  name: 'prog',
  count: RECORDS.length,
  type: (id) => RECORDS[id]!,
  find: () => undefined,
  ids: () => [],
};

describe('sizes', () => {
  test('an empty program', () => {
    expect(verdictOf(inputOf('', { insns: new Uint8Array(0) }))).toEqual({
      message: 'a program has 1 to 1000000 insns, got 0',
      errno: 7,
    });
  });

  test('half an insn', () => {
    const message = 'an insn is 8 bytes, got 12 bytes';
    expect(verdictOf(inputOf('', { insns: new Uint8Array(12) }))).toEqual({ message, errno: 22 });
  });

  test('257 functions', () => {
    const names = Array.from({ length: 256 }, (_, i) => `f${i}`);
    const calls = names.map((name) => `call ${name}`);
    const bodies = names.map((name) => `${name}: r0 = 0\nexit`);
    const message = 'too many subprograms';
    expect(verdictOf(inputOf([...calls, 'exit', ...bodies].join('\n')))).toEqual({ message, errno: 7 });
  });
});

describe('types of functions', () => {
  test.each([
    ['the first is not that of insn 0', [func(1)], 'nonzero insn_off 1 for the first func info record'],
    [
      'two are of the same insn',
      [func(0), func(0)],
      'same or smaller insn offset (0) than previous func info record (0)',
    ],
    ['one is no function', [func(0, 5), func(2, 1)], 'invalid type id 1 in func info'],
    ['one is not there', [func(0, 5), func(2, 99)], 'invalid type id 99 in func info'],
    [
      'there are fewer than functions',
      [func(0, 5)],
      "number of funcs in func_info doesn't match number of subprogs",
    ],
    [
      'one is of another insn',
      [func(0, 5), func(3, 5)],
      "func_info BTF section doesn't match subprog layout in BPF program",
    ],
  ])('%s', (_, funcs, message) => {
    expect(verdictOf(inputOf(TWO_FUNCTIONS, { funcs, types: TYPES }))).toEqual({ message, errno: 22 });
  });
});

/** Of TWO_FUNCTIONS and programs like it; the second is of this type. */
function funcs(typeId: number): FuncInfo[] {
  return [func(0, 5), func(2, typeId)];
}

describe('tail calls and packet loads in functions', () => {
  const progs: MapSpec = {
    name: 'progs',
    type: 'prog_array',
    keySize: 4,
    valueSize: 4,
    maxEntries: 4,
    flags: 0,
  };
  const { insns, relocs } = assembleProg(
    'call f\nexit\nf: r2 = map[progs] ll\nr3 = 0\ncall tail_call\nr0 = 0\nexit',
    ['progs'],
  );
  const maps = new Map([[relocs[0]!.pc, { map: { spec: progs } }]]);
  const load = 'call f\nexit\nf: r6 = r1\nr0 = *(u8 *)skb[0]\nexit';

  test('need types', () => {
    expect(verdictOf(inputOf('', { insns, maps }))?.message).toBe(
      'tail_call is not allowed in subprogs without BTF',
    );
    expect(verdictOf(inputOf(load))?.message).toBe('LD_ABS is not allowed in subprogs without BTF');
  });

  test('need a function that returns a number', () => {
    expect(verdictOf(inputOf('', { insns, maps, funcs: funcs(4), types: TYPES }))?.message).toBe(
      "tail_call is only allowed in functions that return 'int'.",
    );
    expect(verdictOf(inputOf(load, { funcs: funcs(4), types: TYPES }))?.message).toBe(
      "LD_ABS is only allowed in functions that return 'int'.",
    );
  });

  test('are accepted there', () => {
    expect(verdictOf(inputOf('', { insns, maps, funcs: funcs(5), types: TYPES }))).toBeUndefined();
    expect(verdictOf(inputOf(load, { funcs: funcs(5), types: TYPES }))).toBeUndefined();
  });
});

describe('lines of the source', () => {
  const wide = 'r1 = 0x100000002 ll\ncall f\nexit\nf: r0 = 0\nexit';

  test.each([
    [
      'two of the same insn',
      [line(0), line(0)],
      'Invalid line_info[1].insn_off:0 (prev_offset:0 prog->len:6)',
    ],
    ['one behind the end', [line(0), line(6)], 'Invalid line_info[1].insn_off:6 (prev_offset:0 prog->len:6)'],
    ['one in a wide insn', [line(0), line(1)], 'Invalid insn code at line_info[1].insn_off'],
    ['none for a function', [line(0), line(5)], 'missing bpf_line_info for func#1'],
    [
      'none for the last function',
      [line(0), line(2)],
      'missing bpf_line_info for 1 funcs starting from func#1',
    ],
  ])('%s', (_, lines, message) => {
    expect(verdictOf(inputOf(wide, { lines }))).toEqual({ message, errno: 22 });
  });

  test('one for each function', () => {
    expect(verdictOf(inputOf(wide, { lines: [line(0), line(2), line(4)] }))).toBeUndefined();
  });
});

/** A program that names so many maps. */
function naming(count: number): VerifyInput {
  const names = Array.from({ length: count }, (_, i) => `m${i}`);
  const text = [...names.map((name) => `r1 = map[${name}] ll`), 'r0 = 0', 'exit'].join('\n');
  const { insns, relocs } = assembleProg(text, names);
  const maps = relocs.map(({ pc, map }) => {
    const spec = { name: map, type: 'array', keySize: 4, valueSize: 4, maxEntries: 1, flags: 0 };
    return [pc, { map: { spec } }] as const;
  });
  return inputOf('', { insns, maps: new Map(maps) });
}

test('a program names 64 maps, and no more', () => {
  expect(verdictOf(naming(64))).toBeUndefined();
  const message = 'The total number of maps per program has reached the limit of 64';
  expect(verdictOf(naming(65))).toEqual({ message, errno: 7 });
});

test('any bytes give a verdict', () => {
  for (let opcode = 0; opcode < 256; opcode++) {
    const insns = Uint8Array.of(
      0xb7,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      opcode,
      0xff,
      0,
      0,
      0,
      0,
      0,
      0,
      0x95,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    );
    expect(() => verify(inputOf('', { insns }))).not.toThrow();
  }
});
