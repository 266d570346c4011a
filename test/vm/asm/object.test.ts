// Object texts: sections, maps, slots, subprograms, and the line of each insn.
import { expect, test } from 'vitest';
import { assembleObject, disassemble } from '../../../vm/index.ts';
import type { MapSpec, ObjectSpec, ProgSpec } from '../../../vm/index.ts';
import { SECTIONS } from '../../../vm/asm/sections.ts';
import { readCases, section } from '../../support/case-file.ts';

function printProg({ name, type, section, insns, relocs, lines }: ProgSpec): string[] {
  const text = disassemble(insns, { relocs }).map((line) => `  ${lines[line.pc]}: ${line.text}`);
  return [`prog ${name} ${type} ${section}`, ...text];
}

function printMap(map: MapSpec): string {
  const { name, type, keySize, valueSize, maxEntries, flags, extra, inner, fields, data, frozen } = map;
  return [
    `${name} ${type} key=${keySize} value=${valueSize} entries=${maxEntries} flags=${flags}`,
    ...(extra === undefined ? [] : [`extra=${extra}`]),
    ...(fields ?? []).map(
      ({ kind, off, target }) => `${kind}@${off}${target === undefined ? '' : `:${target}`}`,
    ),
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

test('each section of the table opens a program of its type', () => {
  for (const [prefix, { type, hook }] of Object.entries(SECTIONS)) {
    const name = hook === 'must' ? `${prefix}/hook` : prefix;
    const [prog] = assembleObject(`.section "${name}"\nprog: exit`, 'test').progs;
    expect(prog).toMatchObject({ section: name, type });
  }
});
