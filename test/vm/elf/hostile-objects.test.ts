// Files that are no objects, objects that make no sense, and objects with a few bytes changed: a LoadError says where, and nothing hangs.
import { expect, test } from 'vitest';
import { linkObject } from '../../../vm/elf/link-object.ts';
import { readObject } from '../../../vm/elf/read-object.ts';
import { globalVariables } from '../../../vm/elf/set-globals.ts';
import { DEFAULT_KERNEL } from '../../../vm/kernel/profiles/index.ts';
import { LoadError } from '../../../vm/load-error.ts';
import {
  codeSection,
  madeElf,
  OBJECT_NAMES,
  objectBytes,
  type MadeSection,
} from '../../support/elf-object.ts';
import { Random, seedOf } from '../../support/seed.ts';

const EXIT = 'b700000000000000 9500000000000000';
const SOCKET = codeSection('socket', EXIT);
const FUNC = 0x12;
const GLOBAL = 0x10;
const MAIN = { name: 'main', info: FUNC, section: 1, size: 16 };

function errorOf(bytes: Uint8Array): LoadError {
  try {
    linkObject(readObject(bytes, 'it'), { kernel: DEFAULT_KERNEL });
  } catch (error) {
    if (error instanceof LoadError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

test('a made object is taken as it is', () => {
  const { progs } = readObject(madeElf([SOCKET], [MAIN]), 'it');
  expect(progs.map(({ name, insns }) => [name, insns.length])).toEqual([['main', 16]]);
});

const headerWith = (patch: (view: DataView) => void): Uint8Array => madeElf([SOCKET], [MAIN], patch);

// oxfmt-ignore
const FILES = [
  { bytes: new Uint8Array(0),                                       says: 'it: byte 0: this is no ELF file' },
  { bytes: Uint8Array.from(Buffer.from('#include <linux/bpf.h>')),  says: 'it: byte 0: this is no ELF file' },
  { bytes: headerWith(() => {}).slice(0, 40),                       says: 'it: byte 40: the file ends in its header, which has 64 bytes' },
  { bytes: headerWith((view) => view.setUint8(4, 1)),               says: 'it: byte 4: this is an ELF file of 32 bits' },
  { bytes: headerWith((view) => view.setUint8(5, 2)),               says: 'it: byte 5: this object is big endian: build with -target bpfel' },
  { bytes: headerWith((view) => view.setUint16(18, 62, true)),      says: 'it: byte 18: this is an object for another machine (62, and BPF is 247)' },
  { bytes: headerWith((view) => view.setUint16(16, 2, true)),       says: 'it: byte 16: this is no relocatable object (type 2): compile with -c' },
  { bytes: headerWith((view) => view.setUint16(60, 999, true)),     says: 'it: byte 60: 999 sections do not fit into a file of' },
  { bytes: headerWith((view) => view.setUint16(62, 77, true)),      says: 'it: byte 62: names of sections stand in section 77 of 4' },
  { bytes: headerWith((view) => view.setUint16(58, 40, true)),      says: 'it: byte 58: headers of sections have 64 bytes, and not 40' },
  { bytes: headerWith((view) => view.setBigUint64(40, 0n)),         says: 'it: byte 40: the file has no sections' },
  { bytes: headerWith((view) => view.setBigUint64(40, 1n << 52n, true)), says: 'it: byte 40: headers of sections begin at byte 4503599627370496' },
];

test.each(FILES)('$says', ({ bytes, says }) => {
  expect(errorOf(bytes).message).toContain(says);
});

test('an object of the first LLVM, without e_machine and without types of symbols', () => {
  const bytes = madeElf([SOCKET], [{ ...MAIN, info: GLOBAL, size: 0 }], (view) =>
    view.setUint16(18, 0, true),
  );
  const { progs } = readObject(bytes, 'it');
  expect(progs.map(({ name, insns }) => [name, insns.length])).toEqual([['main', 16]]);
});

test('more sections than the header can count', () => {
  const many = Array.from({ length: 70_000 }, (): MadeSection => ({ name: '.note', type: 1 }));
  const count = many.length + 4;
  const bytes = madeElf([SOCKET, ...many], [MAIN], (view) => {
    const start = Number(view.getBigUint64(40, true));
    view.setUint16(60, 0, true);
    view.setBigUint64(start + 32, BigInt(count), true);
    view.setUint16(62, 0xffff, true);
    view.setUint32(start + 40, count - 1, true);
  });
  expect(readObject(bytes, 'it').sections.length).toBe(count);
});

const REL = (target: number, symbol: number, at: number, more: Partial<MadeSection> = {}): MadeSection => {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(at), true);
  view.setUint32(8, 1, true);
  view.setUint32(12, symbol, true);
  return { name: '.relsocket', type: 9, link: 2, info: target, entryBytes: 16, bytes, ...more };
};
const WIDE = codeSection('socket', `1801000000000000 0000000000000000 ${EXIT}`);
const WIDE_MAIN = { ...MAIN, size: 32 };
const LOST = { name: 'lost', info: GLOBAL, section: 0 };
const DATA: MadeSection = { name: 'mine', type: 1, flags: 3, bytes: new Uint8Array(8) };
const words = (...list: number[]): Uint8Array => new Uint8Array(Uint32Array.from(list).buffer);

// oxfmt-ignore
const OBJECTS = [
  { of: [[codeSection('sokcet', EXIT)], [MAIN]],                     says: "it: section sokcet, byte 0: program main: the section's name says no type of programs (did you mean socket?)" },
  { of: [[codeSection('socket', 'b7000000')], []],                   says: 'it: section socket, byte 4: 4 bytes are no whole insns, which have 8' },
  { of: [[SOCKET], [{ ...MAIN, size: 24 }]],                         says: 'it: section socket, byte 0: main ends at byte 24 of a section of 16' },
  { of: [[SOCKET], [{ ...MAIN, value: 4, size: 8 }]],                says: 'it: section socket, byte 4: main lies at bytes 4 to 12, which are no whole insns' },
  { of: [[SOCKET], [{ ...MAIN, section: 9 }]],                       says: 'it: section .symtab, byte 24: symbol 1 stands in section 9 of 4' },
  { of: [[WIDE, REL(1, 9, 0)], [WIDE_MAIN]],                         says: 'it: section .relsocket, byte 0: there is no symbol 9, bound 1' },
  { of: [[WIDE, REL(1, 1, 64)], [WIDE_MAIN]],                        says: 'it: section .relsocket, byte 0: it is for byte 64 of socket, which has 32' },
  { of: [[WIDE, REL(1, 1, 4)], [WIDE_MAIN]],                         says: 'it: section .relsocket, byte 0: main: byte 4 of socket begins no insn' },
  { of: [[WIDE, REL(1, 1, 16)], [WIDE_MAIN]],                        says: 'it: section .relsocket, byte 0: main: insn 2 names main, and is neither a call nor a wide load' },
  { of: [[WIDE, REL(1, 1, 0, { type: 4, entryBytes: 24 })], [WIDE_MAIN]], says: 'it: section .relsocket, byte 0: these relocations have addends of their own (SHT_RELA)' },
  { of: [[WIDE, REL(1, 2, 0)], [WIDE_MAIN, LOST]],                   says: 'it: section .symtab, byte 0: lost is not defined in the object, and nothing tells what it is: build with -g' },
  { of: [[WIDE, REL(1, 2, 0), DATA], [WIDE_MAIN, { name: 'x', info: 0x11, section: 3 }]], says: 'it: section .relsocket, byte 0: main: insn 0 names byte 0 of section mine: variables stand in .data, .rodata or .bss' },
  { of: [[WIDE, REL(1, 2, 0)], [WIDE_MAIN, { name: 'x', info: 0x11, section: 0xfff2 }]], says: 'main: x stands in no section: give the variable a value' },
  { of: [[SOCKET, { ...DATA, name: '.maps' }], [MAIN]],              says: 'it: section .maps, byte 0: there are maps, and no section .BTF that says what they are like: build with -g' },
  { of: [[SOCKET, { ...DATA, name: 'maps' }], [MAIN, { name: 'm', info: 0x11, section: 2 }]], says: 'it: section maps, byte 0: map m: a map is declared in 16 bytes at least, and here are 8' },
  { of: [[SOCKET, { ...DATA, name: 'maps', bytes: words(99, 4, 4, 1, 0) }], [MAIN, { name: 'm', info: 0x11, section: 2 }]], says: 'it: section maps, byte 0: map m: there is no map type 99' },
  { of: [[SOCKET, { ...DATA, name: '.BTF' }], [MAIN]],               says: 'it: section .BTF, byte 0: header: this is no header of BTF version 1: 8 bytes, and it has 24' },
  { of: [[SOCKET, { ...DATA, name: 'version' }], [MAIN]],            says: 'it: section version, byte 0: the version has 4 bytes, and not 8' },
  { of: [[SOCKET, { ...DATA, name: 'license', bytes: words(0x41414141) }], [MAIN]], says: 'it: section license, byte 0: the licence has no end' },
  { of: [[SOCKET, { name: '.bss', type: 8, size: 2 ** 40 }], [MAIN]], says: 'section 2 asks for 1099511627776 bytes' },
  { of: [[codeSection('socket', '85100000ffffff7f 9500000000000000')], [MAIN]], says: 'it: section socket, byte 0: main: insn 0 calls byte 17179869184 of the section, where no function begins' },
] as const satisfies readonly { of: readonly [Parameters<typeof madeElf>[0], Parameters<typeof madeElf>[1]]; says: string }[];

test.each(OBJECTS)('$says', ({ of: [sections, symbols], says }) => {
  expect(errorOf(madeElf(sections, symbols)).message).toContain(says);
});

test('sections that share the bytes of a file are refused before each gets a copy of them', () => {
  const data = Array.from({ length: 60 }, (_, i): MadeSection => ({
    name: `.data.x${i}`,
    type: 1,
    flags: 3,
  }));
  const bytes = madeElf([SOCKET, ...data], [MAIN], (view) => {
    const start = Number(view.getBigUint64(40, true));
    for (let i = 2; i < 62; i++) view.setBigUint64(start + 64 * i + 32, 4000n, true);
  });
  expect(errorOf(bytes).message).toMatch(
    /^it: byte \d+: sections lie over one another: up to section 3 they have 8016 bytes, and the file \d+$/,
  );
});

test('functions that overlap without end are refused', () => {
  const code = codeSection('socket', EXIT.repeat(200));
  const symbols = Array.from({ length: 200 }, (_, i) => ({ ...MAIN, name: `f${i}`, size: 3200 }));
  expect(errorOf(madeElf([code], symbols)).message).toContain('overlaps with too many other functions');
});

test('programs that call ever more copies of functions are refused before memory is taken for them', () => {
  const text = codeSection('.text', `${'b700000000000000'.repeat(30_000)} 9500000000000000`);
  const progs = Array.from({ length: 300 }, (_, i) => ({
    name: `p${i}`,
    info: FUNC,
    section: 1,
    value: 16 * i,
    size: 16,
  }));
  const calls = codeSection('socket', '85100000ffffffff 9500000000000000'.repeat(300));
  const rel = new Uint8Array(16 * 300);
  const view = new DataView(rel.buffer);
  for (let i = 0; i < 300; i++) {
    view.setBigUint64(16 * i, BigInt(16 * i), true);
    view.setUint32(16 * i + 8, 10, true);
    view.setUint32(16 * i + 12, 301, true);
  }
  const table = { name: '.relsocket', type: 9, link: 4, info: 1, entryBytes: 16, bytes: rel };
  const sub = { name: 'sub', info: FUNC, section: 2, size: text.bytes!.length };
  expect(errorOf(madeElf([calls, text, table], [...progs, sub])).message).toMatch(/more than \d+ insns/);
});

const SEED = seedOf(5);
const EDGES = [
  0, 1, 2, 3, 4, 7, 8, 16, 0xff, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff,
];

/** The bytes with up to four places changed, and sometimes cut off. */
function broken(random: Random, source: Uint8Array): Uint8Array {
  const bytes = source.slice();
  const view = new DataView(bytes.buffer);
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    const at = random.below(bytes.length - 4);
    const word = at & ~3;
    switch (random.below(5)) {
      case 0:
        bytes[at] = random.below(256);
        break;
      case 1:
        bytes[at]! ^= 1 << random.below(8);
        break;
      case 2:
        view.setUint32(word, random.pick(EDGES), true);
        break;
      case 3:
        view.setUint32(word, view.getUint32(word, true) + random.below(32) - 16, true);
        break;
      default:
        bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length));
    }
  }
  return random.below(10) === 0 ? bytes.slice(0, random.below(bytes.length)) : bytes;
}

test.each(OBJECT_NAMES)(
  `%s with bytes changed (seed ${SEED}): taken, or a LoadError that says where`,
  (name) => {
    const random = new Random(SEED);
    const source = objectBytes(name);
    let refused = 0;
    for (let i = 0; i < 600; i++) {
      try {
        const file = readObject(broken(random, source), name);
        globalVariables(file);
        linkObject(file, { kernel: DEFAULT_KERNEL, only: file.progs.map((prog) => prog.name) });
      } catch (error) {
        if (!(error instanceof LoadError)) throw error;
        refused += 1;
        const isOfBytes = error.code === 'elf' || error.code === 'btf';
        if (isOfBytes && !error.message.includes('there is no program'))
          expect(error.offset, error.message).toBeGreaterThanOrEqual(0);
      }
    }
    expect(refused).toBeGreaterThan(60);
  },
);
