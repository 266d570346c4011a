// Random programs with maps, callbacks, functions, loops and tail calls return the same here and in the kernel of this machine, and leave the same in
// the maps.
import { expect, test } from 'vitest';
import { helperName, type HelperName } from '../../../vm/helpers/table.ts';
import { decodeColumns } from '../../../vm/isa/insn.ts';
import { OP_LIST } from '../../../vm/isa/ops.ts';
import { bytesOf } from '../../support/case-file.ts';
import { askKernel, type OracleAnswer } from '../../support/oracle.ts';
import { JUMP_SLOTS, JUMPS, mapLines, RANDOM_MAPS, randomMapProg } from '../../support/random-map-progs.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { askMachine } from '../../support/spec-machine.ts';
import { hasTool } from '../../support/tools.ts';

const PROGS = 2000;
/** More than are needed, because the kernel refuses a few. */
const DRAFTS = 2150;
const SEED = seedOf(20250801);
const PACKET = Array.from({ length: 64 }, (_, i) =>
  (i * 37 + 5).toString(16).padStart(2, '0').slice(-2),
).join('');

const random = new Random(SEED);
const drafts = Array.from({ length: DRAFTS }, (_, i) => randomMapProg(random, `p${i}`));

/** What runs: each program once, maybe put into a slot before, with the maps after it. */
function runLines(accepted: readonly number[]): string[] {
  const lines = ['pin 0', ...mapLines()];
  for (const i of accepted) {
    lines.push(...drafts[i]!);
    if (random.below(2) === 0) lines.push(`slot ${JUMPS} ${random.below(JUMP_SLOTS)} p${i}`);
    lines.push(
      `run p${i} data=${PACKET}`,
      ...Object.keys(RANDOM_MAPS).map((map) => `dump ${map}`),
      `closeprog p${i}`,
    );
  }
  return lines;
}

/** Results and map contents, a line each; the order of a hash is the kernel's own. */
function outcome(answers: readonly OracleAnswer[]): string[] {
  const lines: string[] = [];
  for (const { op, prog, map, retval, errno, entries } of answers) {
    if (op === 'run') lines.push(`${prog} returned ${retval}, errno ${errno}`);
    if (op === 'dump')
      lines.push(
        `${map} ${entries!
          .map(([key, value]) => `${key}:${value}`)
          .toSorted()
          .join(' ')}`,
      );
  }
  return lines;
}

const CALLED: readonly HelperName[] = [
  'for_each_map_elem',
  'loop',
  'map_delete_elem',
  'map_lookup_elem',
  'map_lookup_percpu_elem',
  'map_peek_elem',
  'map_pop_elem',
  'map_push_elem',
  'map_update_elem',
  'probe_read_kernel',
  'probe_read_kernel_str',
  'tail_call',
];

test(`random programs with maps (seed ${SEED}) call all that they can, functions and packet loads too`, () => {
  const ops = new Set<string>();
  for (const line of drafts.flat().filter((text) => text.startsWith('insns '))) {
    const { op, imm, count } = decodeColumns(bytesOf(line.slice('insns '.length)));
    for (let pc = 0; pc < count; pc++) {
      const name = OP_LIST[op[pc]!]?.name ?? '';
      ops.add(name === 'call_helper' ? helperName(imm[pc]!)! : name);
    }
  }
  const wanted = [
    ...CALLED,
    'call_subprog',
    'ld_func',
    'ld_map_value',
    'may_goto',
    'ld_abs_u16',
    'ld_ind_u32',
  ];
  expect(wanted.filter((name) => !ops.has(name))).toEqual([]);
});

test.skipIf(!hasTool('kernel'))(
  `${PROGS} random programs with maps (seed ${SEED}) do what they do in the kernel`,
  { timeout: 120_000 },
  () => {
    const loads = askKernel(['nodump', ...mapLines(), ...drafts.flat()].join('\n')).filter(
      ({ op }) => op === 'prog',
    );
    const accepted = loads.flatMap(({ verdict }, i) => (verdict === 'accepted' ? [i] : [])).slice(0, PROGS);
    const refused = loads.filter(({ verdict }) => verdict === 'rejected');
    expect(accepted, `the kernel refused ${refused.length}: ${refused[0]?.log}`).toHaveLength(PROGS);
    const lines = runLines(accepted).join('\n');
    const kernel = outcome(askKernel(`nodump\n${lines}`));
    const cpus = cpusOf(kernel);
    const machine = outcome(askMachine(lines, cpus));
    const at = kernel.findIndex((line, i) => line !== machine[i]);
    expect(machine[at], `line ${at}, after ${lastRun(kernel, at)}`).toBe(kernel[at]);
    expect(machine).toHaveLength(kernel.length);
  },
);

/** Possible CPUs, by the values of a percpu_array. */
function cpusOf(lines: readonly string[]): number {
  const value = lines
    .find((line) => line.startsWith('pcpu '))!
    .split(':')[1]!
    .split(' ')[0]!;
  return value.length / 2 / RANDOM_MAPS.pcpu.valueBytes;
}

function lastRun(lines: readonly string[], at: number): string | undefined {
  return lines.slice(0, at + 1).findLast((line) => line.startsWith('p'));
}
