// What objects hold, as their C source says it.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { ObjectFunc } from '../../../vm/elf/object-file.ts';
import type { MapSpec } from '../../../vm/object.ts';
import { OBJECT_FOLDER, OBJECT_NAMES, readCase, type ObjectName } from '../../support/elf-object.ts';
import { findProgram } from '../../support/tools.ts';

// oxfmt-ignore
const MAPS = [
  { name: 'counts', type: 'hash',          sizes: [20, 8, 1024], flags: 1, pinned: true },
  { name: 'plain',  type: 'array',         sizes: [4, 12, 3] },
  { name: 'first',  type: 'array',         sizes: [4, 8, 2] },
  { name: 'second', type: 'array',         sizes: [4, 8, 2] },
  { name: 'outer',  type: 'array_of_maps', sizes: [4, 4, 4] },
  { name: 'jumps',  type: 'prog_array',    sizes: [4, 4, 8] },
  { name: 'bloom',  type: 'bloom_filter',  sizes: [0, 4, 100], extra: 5 },
  { name: 'events', type: 'ringbuf',       sizes: [0, 0, 5000] },
  { name: 'queue',  type: 'queue',         sizes: [0, 8, 16] },
];

test.each(MAPS)('map $name is declared as a $type', ({ name, type, sizes, flags = 0, pinned, extra }) => {
  const map = mapOf(readCase('maps').maps, name);
  expect([map.type, map.keySize, map.valueSize, map.maxEntries, map.flags]).toEqual([type, ...sizes, flags]);
  expect([map.pinned, map.extra]).toEqual([pinned, extra]);
});

test('maps know the types of keys and values, but where a kernel takes none', () => {
  const { maps, types } = readCase('maps');
  const named = (id = 0): string => {
    const record = types!.type(id);
    return 'name' in record ? record.name : record.kind;
  };
  expect(named(mapOf(maps, 'counts').keyType)).toBe('key');
  expect(named(mapOf(maps, 'counts').valueType)).toBe('u64');
  expect([mapOf(maps, 'queue').valueType, mapOf(maps, 'jumps').keyType]).toEqual([0, 0]);
});

test('maps hold maps and programs from the start', () => {
  const { maps, inners, slots } = readCase('maps');
  expect(inners.map(({ map, key, inner }) => [map, key.join(' '), inner])).toEqual([
    ['outer', '1 0 0 0', 'second'],
    ['outer', '3 0 0 0', 'first'],
  ]);
  expect(mapOf(maps, 'outer').inner).toMatchObject({ name: 'outer.inner', type: 'array', maxEntries: 2 });
  expect(slots).toEqual([{ map: 'jumps', index: 5, prog: 'leaf' }]);
});

// oxfmt-ignore
const DATA = [
  { name: '.rodata',        kernelName: 'data.rodata', flags: 0x480, frozen: true,      holds: 'target_pid' },
  { name: '.bss',           kernelName: 'data.bss',    flags: 0x400, frozen: undefined, holds: 'hits' },
  { name: '.data',          kernelName: 'data.data',   flags: 0x400, frozen: undefined, holds: 'start' },
  { name: '.data.own',      kernelName: '.data.own',   flags: 0x400, frozen: undefined, holds: 'own' },
];

test.each(DATA)('section $name is a map with one value', ({ name, kernelName, flags, frozen, holds }) => {
  const { maps, types } = readCase('data');
  const map = mapOf(maps, name);
  expect(map).toMatchObject({ type: 'array', keySize: 4, maxEntries: 1, kernelName, flags });
  expect([map.frozen, map.data!.length]).toEqual([frozen, map.valueSize]);
  const section = types!.type(map.valueType!);
  const names = section.kind === 'datasec' ? section.vars.map(({ type }) => types!.type(type)) : [];
  expect(names).toContainEqual(expect.objectContaining({ kind: 'var', name: holds }));
});

test('functions: which are programs, which are called, and what their types say', () => {
  const { progs, subprogs } = readCase('calls');
  expect(progs.map(({ name, section }) => [name, section])).toEqual([
    ['one', 'raw_tp/sys_enter'],
    ['two', 'raw_tp/sys_enter'],
    ['three', '?raw_tp/sys_exit'],
  ]);
  const linkages = subprogs.map(({ name, linkage, info }) => [name, linkage, info!.linkage] as const);
  expect(new Set(linkages)).toEqual(
    new Set([
      ['twice', 'static', 'static'],
      ['thrice', 'global', 'global'],
      ['inside', 'global', 'static'], // hidden: the verifier may look at its callers
      ['unused', 'global', 'global'],
      ['step', 'static', 'static'],
    ]),
  );
});

test('relocations: calls, callbacks, data', () => {
  const { progs } = readCase('calls');
  expect(progs[0]!.relocs).toMatchObject([{ kind: 'call', func: 'inside' }]);
  expect(progs[1]!.relocs).toMatchObject([{ kind: 'address', func: 'step' }]);
  const data = readCase('data').progs[0]!.relocs.filter(({ kind }) => kind === 'data');
  expect(new Set(data.map((reloc) => ('map' in reloc ? reloc.map : '')))).toEqual(
    new Set(['.rodata', '.bss', '.data', '.data.own', '.rodata.str1.1']),
  );
});

test('source lines begin where functions begin', () => {
  for (const name of OBJECT_NAMES) {
    const { progs, subprogs, types } = readCase(name);
    if (types === undefined) continue;
    for (const { lines } of [...progs, ...subprogs]) {
      expect(lines[0]).toMatchObject({ pc: 0, file: expect.stringContaining(`${name}.c`) as string });
      expect(lines[0]!.line).toBeGreaterThan(0); // what the compiler made up has line 0
    }
  }
});

test('externs: of which kind, and what may be missing', () => {
  const { externs, kconfig, maps } = readCase('externs');
  expect(externs.map(({ name, kind, isWeak }) => `${kind} ${name}${isWeak ? ' weak' : ''}`)).toEqual([
    'kconfig CONFIG_HZ weak',
    'kconfig CONFIG_XFS_FS weak',
    'kconfig LINUX_KERNEL_VERSION',
    'kconfig CONFIG_OF_NO_KERNEL weak',
    'kconfig CONFIG_BPF_SYSCALL weak',
    'kconfig CONFIG_MODULES weak',
    'kconfig LINUX_HAS_SYSCALL_WRAPPER',
    'kconfig CONFIG_DEFAULT_HOSTNAME weak',
    'ksym bpf_map_fops',
    'kfunc bpf_rcu_read_lock',
    'kfunc bpf_rcu_read_unlock',
    'kfunc function_of_no_kernel weak',
    'ksym symbol_of_no_kernel weak',
  ]);
  expect(kconfig.map(({ off }) => off)).toEqual([0, 8, 12, 16, 18, 19, 20, 21]);
  expect(mapOf(maps, '.kconfig')).toMatchObject({
    valueSize: 29,
    frozen: true,
    kernelName: 'externs.kconfig',
  });
});

test('an object of 2015: maps without types, slots of the last prog_array, a version', () => {
  const { maps, slots, version, license, types, progs } = readCase('legacy');
  expect(maps.map(({ name, type, maxEntries, flags }) => [name, type, maxEntries, flags])).toEqual([
    ['by_key', 'hash', 256, 1],
    ['others', 'prog_array', 3, 0],
    ['jumps', 'prog_array', 16, 0],
  ]);
  expect(slots).toEqual([{ map: 'jumps', index: 9, prog: 'nine' }]);
  expect([version, license, types]).toEqual([0x40300, 'GPL', undefined]);
  expect(progs.map(({ relocs }) => relocs.map((reloc) => ('map' in reloc ? reloc.map : reloc.kind)))).toEqual(
    [['by_key'], ['others', 'jumps']],
  );
});

test('structs of functions: which, and which programs stand in them', () => {
  expect(readCase('struct-ops').structOps).toEqual([
    {
      name: 'sluggish',
      struct: 'tcp_congestion_ops',
      section: '?.struct_ops.link',
      isOptional: true,
      members: [{ member: 'ssthresh', prog: 'slow' }],
    },
  ]);
});

const OBJDUMP = findProgram('llvm-objdump-19');

test.skipIf(OBJDUMP === undefined).each(OBJECT_NAMES)(
  'llvm-objdump sees the same relocations in %s',
  (name) => {
    const { progs, subprogs } = readCase(name);
    const { stdout } = spawnSync(OBJDUMP!, ['-dr', `${OBJECT_FOLDER}${name}.o`], { encoding: 'utf8' });
    const ours = [...progs, ...subprogs].flatMap((func) => func.relocs.map(({ pc }) => placeText(func, pc)));
    const theirs = relocsIn(stdout);
    const theirPlaces = new Set(theirs);
    expect(ours).toEqual(expect.arrayContaining(theirs));
    expect(ours.filter((place) => !theirPlaces.has(place))).toEqual(OWN_CALLS[name] ?? []);
  },
);

/** Calls within a section, for which compilers write no relocation. */
const OWN_CALLS: Partial<Record<ObjectName, readonly string[]>> = {
  calls: ['.text 8 call', '.text 200 call'],
  'kernel-functions': ['.text 0 call'],
};

/** 'SECTION BYTE call' or 'SECTION BYTE wide'. */
function relocsIn(listing: string): string[] {
  let section = '';
  return listing.split('\n').flatMap((line) => {
    section = /^Disassembly of section (.*):$/.exec(line)?.[1] ?? section;
    const reloc = /^\s*([0-9a-f]+):\s+R_BPF_64_(\w+)/.exec(line);
    if (reloc === null) return [];
    return [`${section} ${Number.parseInt(reloc[1]!, 16)} ${reloc[2] === '32' ? 'call' : 'wide'}`];
  });
}

function placeText({ section, offset, insns }: ObjectFunc, pc: number): string {
  return `${section} ${offset + 8 * pc} ${insns[8 * pc] === 0x85 ? 'call' : 'wide'}`;
}

function mapOf(maps: readonly MapSpec[], name: string): MapSpec {
  return maps.find((map) => map.name === name)!;
}
