// The program that packets come to, where all of an object's programs are in slots.
import { expect, test } from 'vitest';
import { entryProg } from '../../../vm/kernel/entry-progs.ts';
import { loadText, rig } from '../../support/machine.ts';
import { assembleObject } from '../../../vm/index.ts';

const MAP = '.map jumps prog_array key=4 value=4 entries=8\n';

/** A program that jumps to a slot and returns a number of its own. */
function jumper(section: string, name: string, index: string): string {
  return `.section "${section}"\n${name}:\nr2 = map[jumps] ll\n${index}\ncall tail_call\nr0 = 0\nexit\n`;
}

function leaf(section: string, name: string): string {
  return `.section "${section}"\n${name}:\nr0 = 1\nexit\n`;
}

// oxfmt-ignore
const OBJECTS = [
  { title: 'the one in a slot that none asks for',      text: jumper('socket/0', 'first', 'r3 = 1') + leaf('socket/1', 'vlan'),                                    entry: 'first' },
  { title: 'wherever it stands',                        text: leaf('socket/1', 'vlan') + jumper('socket/2', 'ip', 'w3 = 1') + jumper('socket/0', 'last', 'r3 = 2'), entry: 'last' },
  { title: 'none where one is attached by itself',      text: jumper('socket', 'own', 'r3 = 1') + leaf('socket/1', 'vlan'),                                        entry: undefined },
  { title: 'none where an index is computed',           text: jumper('socket/0', 'first', 'r3 = *(u32 *)(r1 + 0)') + leaf('socket/1', 'vlan'),                      entry: undefined },
  { title: 'none where two are asked for by none',      text: jumper('socket/0', 'first', 'r3 = 1') + leaf('socket/1', 'vlan') + leaf('socket/2', 'ip'),            entry: undefined },
  { title: 'none where all are asked for',              text: jumper('socket/0', 'first', 'r3 = 1') + jumper('socket/1', 'vlan', 'r3 = 0'),                         entry: undefined },
  { title: 'none of programs at functions',             text: jumper('kprobe/0', 'first', 'r3 = 1') + leaf('kprobe/1', 'vlan'),                                    entry: undefined },
];

test.each(OBJECTS)('$title', ({ text, entry }) => {
  expect(entryProg(assembleObject(MAP + text, 'o'))?.name).toBe(entry);
  const { machine } = rig();
  const attached = machine.attachAll(loadText(machine, MAP + text)).map(({ prog }) => prog.spec.name);
  expect(attached).toEqual(entry === undefined ? attached.filter((name) => name === 'own') : [entry]);
});
