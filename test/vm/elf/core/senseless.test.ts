// Relocations that make no sense: an error that says which and why, never a crash, and never without end.
import { describe, expect, test } from 'vitest';
import type { Btf, BtfRecord } from '../../../../vm/btf/btf.ts';
import { BtfBuilder } from '../../../../vm/btf/build.ts';
import { BtfError } from '../../../../vm/btf/btf-error.ts';
import { parseBtf } from '../../../../vm/btf/parse.ts';
import { CORE_KINDS, type CoreKind, type CoreRelo } from '../../../../vm/elf/core/core-relo.ts';
import { essentialName } from '../../../../vm/elf/core/essential-name.ts';
import { relocateCore } from '../../../../vm/elf/core/relocate.ts';
import { makeInsn, encodeInsn } from '../../../../vm/isa/insn.ts';
import type { OpName } from '../../../../vm/isa/ops.ts';
import { LoadError } from '../../../../vm/load-error.ts';
import { btfBytes } from '../../../support/btf-bytes.ts';
import { coreObject, coreTypes, TARGETS } from '../../../support/core-program.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const TASK = {
  bytes: 24,
  members: { pid: [0, 'int'], comm: [4, 'char[16]'], tail: [20, 'int[0]'] },
} as const;

function builderOf(): BtfBuilder {
  const builder = new BtfBuilder('test');
  builder.add({ structs: { task: TASK } });
  return builder;
}

function insn(name: OpName, fields: Parameters<typeof makeInsn>[1] = {}): Uint8Array {
  const made = makeInsn(name, fields);
  const bytes = new Uint8Array(8 * made.op.slots);
  encodeInsn(bytes, 0, made);
  return bytes;
}

/** What a relocation of one insn is refused with. */
function reasonOf(
  relo: Partial<CoreRelo>,
  insns = insn('mov64_imm'),
  types: Btf = builderOf().build(),
): string {
  const typeId = types.find('struct', 'task') ?? 0;
  try {
    relocateCore(
      'prog',
      insns,
      [{ pc: 0, kind: 'field_byte_offset', typeId, access: '0:0', ...relo }],
      types,
      types,
    );
  } catch (error) {
    expect(error).toBeInstanceOf(LoadError);
    const { code, subject, reason } = error as LoadError; // as expected above
    expect([code, subject]).toEqual(['core', 'prog']);
    return reason.replace(/^CO-RE relocation <.*?( @ offset \d+\)| \+ .*?|struct task): /, '');
  }
  return 'none';
}

// oxfmt-ignore
test.each([
  [{ access: '' },             "an access string is numbers with colons between them, and not ''"],
  [{ access: '0:' },           "an access string is numbers with colons between them, and not '0:'"],
  [{ access: ':0' },           "an access string is numbers with colons between them, and not ':0'"],
  [{ access: '0:-1' },         "an access string is numbers with colons between them, and not '0:-1'"],
  [{ access: '0:x' },          "an access string is numbers with colons between them, and not '0:x'"],
  [{ access: '0:3' },          'struct task has no member 3, bound 2'],
  [{ access: '0:1:16' },       'an array has no element 16, bound 15'],
  [{ access: '0:0:0' },        'there is nothing with parts at step 2: int'],
  [{ access: `0${':0'.repeat(64)}` }, 'an access string has 65 numbers, bound 64'],
  [{ access: '4294967295:0' }, 'a field lies 824633720640 bits from its root, bound 4294967295'],
  [{ typeId: 999 },            'there is no type 999, bound 6'],
  [{ typeId: 0 },              'there is no type 0, bound 6'],
  [{ kind: 'type_size', access: '0:1' }, "the access string of a type is '0', and not '0:1'"],
  [{ kind: 'enumval_value', access: '0' }, 'it asks for an enumerator of a type that is no enum'],
  [{ kind: 'field_signed', access: '0:1:2' }, 'an element of an array has an offset and a size, and nothing else to ask for'],
  [{ access: '0:2:7' },        'insn 0 holds 0 where the object\'s own types say 48 (and the kernel\'s 48)'],
  [{ pc: 1 },                  'there is no insn 1, bound 0'],
] as const)('%j', (relo, reason) => {
  expect(reasonOf(relo)).toBe(reason);
});

// oxfmt-ignore
test.each([
  ['exit',       {},                  'an insn with opcode 0x95 has no place for an answer'],
  ['mov64_reg',  {},                  'an insn with opcode 0xbf has no place for an answer'],
  ['jeq64_imm',  {},                  'an insn with opcode 0x15 has no place for an answer'],
  ['ld_map_fd',  {},                  'the insn is no load of a 64-bit number'],
  ['ldx_u32',      { off: 4 },          "insn 0 holds 4 where the object's own types say 0 (and the kernel's 0)"],
] as const)('an insn %s %j', (name, fields, reason) => {
  expect(reasonOf({}, insn(name, fields))).toBe(reason);
});

test('an offset that no load can hold is refused', () => {
  const builder = new BtfBuilder('far');
  builder.add({
    structs: { task: { bytes: 40_004, members: { room: [0, 'char[40000]'], pid: [40_000, 'int'] } } },
  });
  const here = builderOf();
  const relo: CoreRelo = {
    pc: 0,
    kind: 'field_byte_offset',
    typeId: here.build().find('struct', 'task')!,
    access: '0:0',
  };
  const relocate = (): unknown =>
    relocateCore('prog', insn('ldx_u32'), [relo], here.build(), builder.build());
  expect(relocate).toThrow('off of a load or store cannot hold 40000, bound 32767');
});

test('a wide insn without its second slot is refused', () => {
  expect(reasonOf({}, insn('ld_imm64').slice(0, 8))).toBe('the insn is no load of a 64-bit number');
});

test('a type without a name is searched for nowhere, and its own id is known', () => {
  const builder = builderOf();
  const int = builder.type('int');
  const typeId = builder.push({
    kind: 'struct',
    name: '',
    bytes: 4,
    members: [{ name: 'x', type: int, bitOff: 0, bits: 0 }],
  });
  expect(reasonOf({ typeId }, undefined, builder.build())).toBe(
    'a type without name is searched for in no kernel',
  );
  expect(reasonOf({ typeId, kind: 'type_id_local', access: '0' }, undefined, builder.build())).toBe('none');
});

// oxfmt-ignore
test.each([
  ['task_struct', 'task_struct'],
  ['task_struct___old', 'task_struct'],
  ['a___b___c', 'a___b'],
  ['a____b', 'a____b'],
  ['___b', '___b'],
  ['a___', 'a___'],
  ['a__b', 'a__b'],
  ['', ''],
])('%s without its flavour is %s', (name, essential) => {
  expect(essentialName(name)).toBe(essential);
});

describe('types that share parts', () => {
  const DEPTH = 40;

  /** Each struct has two members of the one before it: as many ways to the bottom as there are numbers of 40 bits. */
  function shared(name: string): Btf {
    const builder = new BtfBuilder('shared');
    let inner = builder.type('int');
    for (let i = 0; i < DEPTH; i++) {
      const members = [0, 1].map((n) => ({ name, type: inner, bitOff: 32 * n, bits: 0 }));
      inner = builder.push({ kind: 'struct', name: i === DEPTH - 1 ? 'task' : '', bytes: 8, members });
    }
    return builder.build();
  }

  test('are searched once', () => {
    const here = builderOf().build();
    const [outcome] = relocateCore(
      'prog',
      insn('mov64_imm'),
      [{ pc: 0, kind: 'field_byte_offset', typeId: here.find('struct', 'task')!, access: '0:0' }],
      here,
      shared(''),
    );
    expect(outcome!.why).toBe('struct task of shared has no member pid');
  });

  test('and compared once, or are too deep', () => {
    const types = shared('m');
    expect(reasonOf({ kind: 'type_matches', access: '0' }, undefined, types)).toBe(
      'structs lie in structs, more than 32 deep',
    );
  });

  test('functions that take functions that take functions', () => {
    const builder = new BtfBuilder('functions');
    let inner = builder.type('int');
    for (let i = 0; i < 25; i++) {
      const params = [0, 1].map(() => ({ name: '', type: inner }));
      inner = builder.push({ kind: 'ptr', type: builder.push({ kind: 'func_proto', ret: inner, params }) });
    }
    const typeId = builder.push({ kind: 'typedef', name: 'task', type: inner });
    for (const kind of ['type_exists', 'type_matches'] as const) {
      expect(reasonOf({ kind, typeId, access: '0' }, undefined, builder.build())).toMatch(
        /none|insn 0 holds 0|more than 32/,
      );
    }
  });
});

const SEED = seedOf(20_260_501);

test(`relocations and types with bytes changed at random are refused, or answered (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const { progs, types } = coreObject('program');
  const kinds = Object.keys(CORE_KINDS) as CoreKind[]; // the table's own keys
  const blobs = [types!, ...TARGETS.map((name) => coreTypes(`target-${name}`))].map(btfBytes);
  const outcomes = { answered: 0, refused: 0, noTypes: 0 };
  const changed = (blob: Uint8Array): Btf | undefined => {
    const bytes = blob.slice();
    for (let i = random.below(3); i > 0; i--) bytes[24 + random.below(bytes.length - 24)] = random.u32();
    try {
      return parseBtf(bytes, 'changed');
    } catch (error) {
      expect(error).toBeInstanceOf(BtfError);
      return undefined;
    }
  };
  for (let run = 0; run < 500; run++) {
    const local = changed(blobs[0]!);
    const kernel = changed(random.pick(blobs));
    if (local === undefined || kernel === undefined) {
      outcomes.noTypes += 1;
      continue;
    }
    for (const { insns, coreRelos } of progs) {
      const relos = coreRelos.map(({ pc, kind, typeId, access }) => ({
        pc,
        kind: random.below(4) === 0 ? random.pick(kinds) : kind,
        typeId: random.below(8) === 0 ? random.below(300) : typeId,
        access: random.below(8) === 0 ? `0:${random.below(14)}:${random.below(5)}` : access,
      }));
      try {
        relocateCore('prog', insns.slice(), relos, local, kernel);
        outcomes.answered += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(LoadError);
        outcomes.refused += 1;
      }
    }
  }
  expect(outcomes.answered).toBeGreaterThan(300);
  expect(outcomes.refused).toBeGreaterThan(300);
});

test('bit fields of what is no number are refused', () => {
  const builder = builderOf();
  const pointer = builder.type('void *');
  const members = [{ name: 'x', type: pointer, bitOff: 0, bits: 3 }];
  const record: BtfRecord = { kind: 'struct', name: 'odd', bytes: 8, members };
  const typeId = builder.push(record);
  expect(reasonOf({ typeId }, undefined, builder.build())).toContain('a bit field is a number, and not ptr');
});
