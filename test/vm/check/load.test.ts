// What BPF_PROG_LOAD refuses before it looks at what a program does: asked of the machine, and of a kernel where there is one.
import { expect, test } from 'vitest';
import { assembleProg } from '../../../vm/index.ts';
import { askKernel, insnsLine } from '../../support/oracle.ts';
import { askMachine } from '../../support/spec-machine.ts';
import { hasTool } from '../../support/tools.ts';

const MAPS = 65;
const names = Array.from({ length: MAPS }, (_, i) => `m${i}`);
const manyMaps = (count: number): string =>
  [...names.slice(0, count).map((name) => `r1 = map[${name}] ll`), 'r0 = 0', 'exit'].join('\n');
const packetLoad = 'r6 = r1\nr0 = *(u8 *)skb[0]\nr0 = 0\nexit';
const byPlace = (kind: number, place: number): string => `ld_pseudo r1, ${kind}, ${place}\nr0 = 0\nexit`;

/** Type and options of a program, its text, and the errno that the load is refused with. */
const LOADS: readonly (readonly [string, string, number])[] = [
  ['socket_filter', manyMaps(64), 0],
  ['socket_filter', manyMaps(65), 7],
  ['socket_filter', packetLoad, 0],
  ['sched_cls', packetLoad, 0],
  ['sched_act', packetLoad, 0],
  ['xdp', packetLoad, 22],
  ['kprobe', packetLoad, 22],
  ['cgroup_skb', packetLoad, 22],
  ['socket_filter fds=0', byPlace(5, 1), 0],
  ['socket_filter fds=0', byPlace(6, 1), 0],
  ['socket_filter', byPlace(5, 1), 71],
  ['socket_filter', byPlace(6, 1), 71],
  ['socket_filter', byPlace(6, 0x8_0000_0001), 71],
  ['socket_filter fds=0', byPlace(6, 0x8_0000_0001), 22],
];

const maps = names.map((name) => `map ${name} array 4 8 1`);
const progs = LOADS.map(
  ([head, text], i) => `prog p${i} ${head}\n${insnsLine(assembleProg(text, names).insns)}\nend`,
);
const spec = [...maps, ...progs, ''].join('\n');

test.each([
  ['the machine', askMachine, true],
  ['a kernel', askKernel, hasTool('kernel')],
] as const)('%s loads, and refuses with errno', (_, ask, can) => {
  if (!can) return;
  const answers = ask(spec).filter(({ op }) => op === 'prog');
  const said = LOADS.map(([head, text], i) => `${head}: ${text}: ${answers[i]?.errno}`);
  expect(said).toEqual(LOADS.map((load) => load.join(': ')));
});
