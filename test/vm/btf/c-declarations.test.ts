// BTF as declarations of C: the text, and that it compiles back to the same layout.
import { describe, expect, test } from 'vitest';
import type { Btf, BtfMember, BtfRecord } from '../../../vm/btf/btf.ts';
import { BtfBuilder } from '../../../vm/btf/build.ts';
import { BtfError } from '../../../vm/btf/btf-error.ts';
import { cHeader, declarations } from '../../../vm/btf/c-declarations.ts';
import { kernelTypes } from '../../../vm/btf/kernel-types.ts';
import { parseBtf } from '../../../vm/btf/parse.ts';
import { btfBytes } from '../../support/btf-bytes.ts';
import { compiledTypes, layouts, typesOfDeclarations } from '../../support/c-layouts.ts';
import { readCases, section } from '../../support/case-file.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';
import { vmlinux } from '../../support/vmlinux.ts';

const CASES = readCases('c-types');

describe.runIf(hasTool('clang'))('C that comes back', () => {
  test.each(CASES.map((one) => [one.title, one] as const))('%s', (_, one) => {
    const source = section(one, 'c');
    const types = compiledTypes(`${source}\n`);
    const text = declarations(types);
    const wanted = one.sections.get('same') ?? source;
    expect(plain(text)).toEqual(plain(wanted.replaceAll(/^.*\*v;$/gm, '')));
    expect(layouts(typesOfDeclarations(text))).toEqual(layouts(types));
  });

  test('the types that stand in for a kernel', () => {
    const types = kernelTypes();
    // In the tables a union of one bit field may begin within a byte: no compiler makes that.
    const isOfC = (name: string): boolean => {
      const type = types.type(types.find('struct', name) ?? 0);
      return type.kind !== 'struct' || type.members.every((one) => one.name !== '' || one.bitOff % 8 === 0);
    };
    expect(layouts(typesOfDeclarations(declarations(types)), isOfC)).toEqual(layouts(types, isOfC));
  });

  test.runIf(vmlinux() !== undefined)('structs of the running kernel, and what they hold', () => {
    const types = vmlinux()!; // it is there
    const ids = ['task_struct', 'sk_buff', 'mm_struct', 'net', 'file', 'bpf_map', 'tcp_sock', 'x86_hw_tss'];
    const text = declarations(
      types,
      ids.map((name) => types.find('struct', name)!),
    );
    const built = layouts(typesOfDeclarations(text));
    const names = new Set([...built.keys()].map((key) => key.replace(/^\w+ /, '')));
    const all = layouts(types, (name) => names.has(name));
    expect(names.size).toBeGreaterThan(100);
    for (const [name, texts] of built) {
      if (texts[0] === '0') continue; // it is only pointed to
      expect(all.get(name), name).toEqual(expect.arrayContaining(texts));
    }
  });
});

/** Without indentation, blank lines and comments. */
function plain(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\/\/.*$/, '').trim())
    .filter((line) => line !== '');
}

function text(make: (builder: BtfBuilder) => void): string {
  const builder = new BtfBuilder('test');
  make(builder);
  return declarations(builder.build());
}

const member = (name: string, type: number, bitOff = 0, bits = 0): BtfMember => ({
  name,
  type,
  bitOff,
  bits,
});

describe('what C has no word for', () => {
  const int: BtfRecord = {
    kind: 'int',
    name: 'int',
    bytes: 4,
    bits: 32,
    bitOff: 0,
    isSigned: true,
    isChar: false,
    isBool: false,
  };

  test('two types of one name have two names', () => {
    const both = text((builder) => {
      const id = builder.push(int);
      builder.push({ kind: 'struct', name: 'twin', bytes: 4, members: [member('a', id)] });
      builder.push({
        kind: 'struct',
        name: 'twin',
        bytes: 8,
        members: [member('a', id), member('b', id, 32)],
      });
      builder.push({ kind: 'typedef', name: 'twin', type: id });
      builder.push({ kind: 'typedef', name: 'twin', type: builder.push({ kind: 'ptr', type: id }) });
      for (let i = 0; i < 2; i++) {
        builder.push({
          kind: 'enum',
          name: '',
          bytes: 4,
          isSigned: false,
          values: [{ name: 'ONE', value: 1n }],
        });
      }
    });
    expect(both).toContain('struct twin {\n\tint a;\n};');
    expect(both).toContain('struct twin___2 {\n\tint a;\n\tint b;\n};');
    expect(both).toContain('typedef int twin;');
    expect(both).toContain('typedef int *twin___2;');
    expect(both).toContain('ONE = 1,');
    expect(both).toContain('ONE___2 = 1,');
  });

  test('a declaration goes by the name of its struct', () => {
    const both = text((builder) => {
      const fwd = builder.push({ kind: 'fwd', name: 'later', isUnion: false });
      const pointer = builder.push({ kind: 'ptr', type: fwd });
      builder.push({ kind: 'struct', name: 'later', bytes: 8, members: [member('next', pointer)] });
      builder.push({ kind: 'fwd', name: 'later', isUnion: true });
    });
    expect(both).toBe('struct later;\n\nstruct later {\n\tstruct later *next;\n};\n\nunion later___2;\n');
  });

  test('numbers that C does not know, or knows in another size', () => {
    const types = text((builder) => {
      builder.push({ ...int, name: 'char', bytes: 4, bits: 32, isSigned: false });
      builder.push({ ...int, name: '__Poly8_t', bytes: 1, bits: 8, isSigned: false });
      const u24 = builder.push({ ...int, name: 'u24', bytes: 3, bits: 24 });
      builder.push({
        kind: 'struct',
        name: 'odd',
        bytes: 8,
        members: [1, 2, 3].map((id, i) => member(`m${i}`, id, [0, 32, 40][i])),
      });
      expect(u24).toBe(3);
    });
    expect(types).toContain('typedef unsigned int char_;');
    expect(types).toContain('typedef unsigned char __Poly8_t;');
    expect(types).toContain('typedef unsigned char u24[3];');
    expect(types).toContain('struct odd {\n\tchar_ m0;\n\t__Poly8_t m1;\n\tu24 m2;\n};');
  });

  test('names that are none, words of C, and members that overlap', () => {
    const types = text((builder) => {
      const id = builder.push(int);
      builder.push({
        kind: 'struct',
        name: 'core::fmt<T>',
        bytes: 8,
        members: [member('0', id), member('for', id, 32), member('x', id, 16)],
      });
    });
    expect(types).toBe(
      'struct core__fmt_T_ {\n\tunion {\n\t\tint _0;\n\t\tstruct {\n\t\t\tshort: 16;\n\t\t\tint x;\n\t\t} __attribute__((packed));\n\t\tstruct {\n\t\t\tint: 32;\n\t\t\tint for_;\n\t\t} __attribute__((packed));\n\t} __attribute__((packed));\n};\n',
    );
  });

  test('tags of declarations and of pointers', () => {
    const types = text((builder) => {
      const tagged = builder.push({
        kind: 'type_tag',
        name: 'rcu',
        type: builder.push(int),
        isAttribute: false,
      });
      const pointer = builder.push({ kind: 'ptr', type: tagged });
      const id = builder.push({ kind: 'struct', name: 'tagged', bytes: 8, members: [member('p', pointer)] });
      builder.push({ kind: 'decl_tag', name: 'say "it"', type: id, component: 0 });
      builder.push({ kind: 'decl_tag', name: 'whole', type: id, component: -1 });
    });
    expect(types).toBe(
      'struct tagged {\n\tint __attribute__((btf_type_tag("rcu"))) *p __attribute__((btf_decl_tag("say \\"it\\"")));\n} __attribute__((btf_decl_tag("whole")));\n',
    );
  });

  test('great gaps are bytes', () => {
    const types = text((builder) => {
      const id = builder.push(int);
      builder.push({
        kind: 'struct',
        name: 'gap',
        bytes: 4104,
        members: [member('a', id), member('__pad', id, 32_768)],
      });
    });
    expect(types).toBe(
      'struct gap {\n\tint a;\n\tunsigned char __pad_1[4092];\n\tint __pad;\n\tint: 32;\n};\n',
    );
  });
});

test('one type brings what it holds, and names of what it points to', () => {
  const types = kernelTypes();
  const text = declarations(types, [types.find('func', 'do_sys_openat2')!]);
  expect(text).toBe(
    'struct open_how;\n\nint do_sys_openat2(int dfd, const char *filename, struct open_how *how);\n',
  );
  expect(declarations(types, [])).toBe('');
});

test('a header wants CO-RE of clang, and declares what programs may call', () => {
  const builder = new BtfBuilder('test');
  builder.add({
    structs: { task: { bytes: 4, members: { pid: [0, 'int'] } } },
    funcs: {
      bpf_take: { ret: 'struct task *', params: { task: 'struct task *', other: 'struct other *' } },
      schedule: { ret: 'void', params: {} },
    },
  });
  const type = builder.build().find('func', 'bpf_take')!;
  builder.push({ kind: 'decl_tag', name: 'bpf_kfunc', type, component: -1 });
  const lines = cHeader(builder.build()).split('\n');
  expect(lines.filter((line) => /^#pragma|^extern/.test(line))).toEqual([
    '#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)',
    'extern struct task *bpf_take(struct task *task, struct other *other) __weak __ksym;',
    '#pragma clang attribute pop',
  ]);
});

describe('types of a broken object', () => {
  const SEED = seedOf(20_260_502);

  test(`bytes changed at random (seed ${SEED})`, () => {
    const random = new Random(SEED);
    const blob = btfBytes(kernelTypes());
    let taken = 0;
    for (let run = 0; run < 60; run++) {
      const bytes = blob.slice();
      for (let i = random.below(4); i >= 0; i--)
        bytes[24 + random.below(bytes.length - 24)]! ^= 1 << random.below(8);
      let types: Btf;
      try {
        types = parseBtf(bytes, 'changed');
      } catch (error) {
        expect(error).toBeInstanceOf(BtfError);
        continue;
      }
      expect(declarations(types).length).toBeGreaterThan(1000);
      taken += 1;
    }
    expect(taken).toBeGreaterThan(5);
  });

  test('structs in structs, and parts that are shared without end, come to an end', () => {
    const builder = new BtfBuilder('deep');
    let inner = builder.type('int');
    let shared = inner;
    for (let i = 0; i < 5000; i++) {
      const one = { name: 'm', type: inner, bitOff: 0, bits: 0 };
      inner = builder.push({ kind: 'struct', name: i % 2 === 0 ? '' : `s${i}`, bytes: 4, members: [one] });
    }
    for (let i = 0; i < 40; i++) {
      const members = ['a', 'b'].map((name) => ({ name, type: shared, bitOff: 0, bits: 0 }));
      shared = builder.push({ kind: 'union', name: i === 39 ? 'all' : '', bytes: 4, members });
    }
    expect(declarations(builder.build()).length).toBeLessThan(1 << 25);
  });
});
