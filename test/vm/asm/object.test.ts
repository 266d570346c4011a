// Object texts: sections, maps, slots, subprograms, and the line of each insn.
import { expect, test } from 'vitest';
import { assembleObject, disassemble, ERRNO } from '../../../vm/index.ts';
import type { BpfMap, MapSpec, ObjectSpec, ProgSpec } from '../../../vm/index.ts';
import type { ValueField } from '../../../vm/object.ts';
import { SECTIONS } from '../../../vm/kernel/prog-sections.ts';
import { readCases, section } from '../../support/case-file.ts';
import { rig, runOnce, u32, u64s } from '../../support/machine.ts';

function printProg({ name, type, section, insns, relocs, lines, objects = [] }: ProgSpec): string[] {
  const text = disassemble(insns, { relocs }).map((line) => `  ${lines[line.pc]}: ${line.text}`);
  const types = objects.map((object) =>
    `  object ${object.id} ${object.name} ${object.bytes} ${(object.fields ?? []).map(printField).join(' ')}`.trimEnd(),
  );
  return [`prog ${name} ${type} ${section}`, ...types, ...text];
}

function printField({ kind, off, target }: ValueField): string {
  return `${kind}@${off}${target === undefined ? '' : `:${target}`}`;
}

function printMap(map: MapSpec): string {
  const { name, type, keySize, valueSize, maxEntries, flags, extra, inner, fields, data, frozen } = map;
  return [
    `${name} ${type} key=${keySize} value=${valueSize} entries=${maxEntries} flags=${flags}`,
    ...(extra === undefined ? [] : [`extra=${extra}`]),
    ...(fields ?? []).map(printField),
    ...(frozen === true ? ['frozen'] : []),
    ...(inner === undefined ? [] : [`inner=(${printMap(inner)})`]),
    ...(data === undefined ? [] : [`data=${Buffer.from(data).toString('hex')}`]),
  ].join(' ');
}

function printSpec({ license, maps, progs, slots, inners = [] }: ObjectSpec): string {
  return [
    `license ${license}`.trim(),
    ...maps.map((map) => `map ${printMap(map)}`),
    ...progs.flatMap(printProg),
    ...slots.map((slot) => `slot ${slot.map} ${slot.index} ${slot.prog}`),
    ...inners.map(({ map, key, inner }) => `inner ${map} ${Buffer.from(key).toString('hex')} ${inner}`),
  ].join('\n');
}

test.each(readCases('asm', 'objects'))('$title', (testCase) => {
  const object = assembleObject(section(testCase, 'object'), 'example');
  expect(printSpec(object)).toBe(section(testCase, 'spec'));
  expect(object.name).toBe('example');
  for (const prog of object.progs) expect(prog.lines.length * 8).toBe(prog.insns.length);
});

test('maps of maps, templates and global data load, and programs reach them', () => {
  const { machine, faults } = rig({ verifier: 'off' });
  const spec = assembleObject(section(readCases('asm', 'run-object')[0]!, 'object'), 'test');
  expect(() => rig().machine.load(spec)).toThrow(/^writes: .* write into map forbidden/);
  const { progs, maps } = machine.load(spec);
  const map = (name: string): BpfMap => maps.find((other) => other.spec.name === name)!;
  expect(maps.map(({ spec: { name } }) => name)).not.toContain('like');
  expect(runOnce(machine, progs[0]!)).toMatchObject({ retval: 42, fault: undefined });
  expect(u64s(map('one').lookup(u32(2)))).toEqual([42n]);
  expect(u64s(map('.bss').lookup(u32(0)))).toEqual([1n]);
  expect(map('.rodata').update(u32(0), u32(7), 0)).toBe(-ERRNO.EPERM);
  runOnce(machine, progs[1]!);
  expect(faults).toMatchObject([{ prog: 'writes', message: expect.stringContaining('read only') }]);
});

test('each section of the table opens a program of its type', () => {
  for (const [prefix, { type, hook }] of Object.entries(SECTIONS)) {
    const name = hook === 'must' ? `${prefix}/hook` : prefix;
    const [prog] = assembleObject(`.section "${name}"\nprog: exit`, 'test').progs;
    expect(prog).toMatchObject({ section: name, type });
  }
});
