// Prints what the JIT reaches beside Linux, beside C and beside another JIT, all in one run; by jit.bench.ts in a process of its own. `kernel` as an argument: Linux
// is asked too. V8 optimises as early as under the command line.
import { optimiseSooner } from '../../../backend/index.ts';
import { batchSpeeds, profileNs } from './batch-speed.ts';
import { KERNEL_ROWS, TRIVIAL } from './kernel-rows.ts';
import { kernelNs } from './kernel-speed.ts';
import { loopSpeeds } from './loop-speed.ts';

const COLUMNS = [54, 9, 9, 8, 7, 10] as const;
/** Times native. */
const LOOP_AIM = 1.1;
/**
 * What uBPF's JIT took on an AMD EPYC with two shared cores, in ns: a run of two insns, a call of a helper in a loop, a call of a subprogram. Not of this run.
 * @see https://github.com/iovisor/ubpf
 */
const UBPF = {
  tiny: 3.52,
  helper: 7.32,
  local: 1.62,
} as const;
const THOUSAND = 1000;

function row(...cells: readonly string[]): void {
  const text = cells.map((cell, i) => (i === 0 ? cell.padEnd(COLUMNS[0]) : cell.padStart(COLUMNS[i] ?? 0)));
  process.stdout.write(`${text.join('')}\n`);
}

const ns = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(2));

/** A row with what it is compared with. */
function compared(name: string, value: number, to: number | undefined, aim: number, digits = 2): void {
  const cells = [name, value.toFixed(digits)];
  if (to === undefined || to === 0) return row(...cells, '-', '-', ns(aim));
  row(...cells, to.toFixed(digits), ns(value / to), ns(aim), value <= aim * to ? 'reached' : 'missed');
}

optimiseSooner();
const kernel = process.argv.includes('kernel') ? kernelNs() : new Map<string, number>();
const batch = batchSpeeds();
row('events in batches, ns', 'JIT', 'Linux', 'ratio', 'aim');
for (const { name, unit, aim = 1 } of KERNEL_ROWS)
  compared(`${name}, per ${unit}`, batch.get(name)!.each, kernel.get(name), aim);

process.stdout.write('\n');
row('until a batch is nearly as fast as the fastest', 'events', 'ms');
for (const { name, varied } of [TRIVIAL, ...KERNEL_ROWS]) {
  const { warmEvents, warmMs } = batch.get(name)!;
  if (varied === true || name === TRIVIAL.name || name === KERNEL_ROWS[0]!.name)
    row(name, `${(warmEvents / THOUSAND).toFixed(0)} k`, warmMs.toFixed(0));
}

process.stdout.write('\n');
row('loops, ns', 'JIT', 'C -O2', 'ratio', 'aim');
const loops = loopSpeeds();
for (const { name, jit, native, each, unit } of loops)
  compared(`${name}, per ${unit}`, each, (each * native) / jit, LOOP_AIM, 3);

process.stdout.write('\n');
row('beside uBPF, ns', 'JIT', 'uBPF', 'ratio', 'aim');
compared('an event whose program returns 0', batch.get(TRIVIAL.name)!.event, UBPF.tiny, 1);
for (const { name, unit } of KERNEL_ROWS)
  if (unit === 'round') compared(`${name}, per ${unit}`, batch.get(name)!.each, UBPF.helper, 1);
for (const { name, unit, each } of loops)
  if (unit === 'call') compared(`${name}, per ${unit}`, each, UBPF.local, 1);

process.stdout.write('\n');
row('counting insns and looking at the budget, ns', 'with', 'without', 'ratio');
for (const { name, jit, uncounted, each, unit } of loops)
  row(
    `${name}, per ${unit}`,
    each.toFixed(3),
    ((each * uncounted) / jit).toFixed(3),
    (jit / uncounted).toFixed(2),
  );

process.stdout.write('\n');
row('hits of each insn counted, ns of an event', 'with', 'without', 'ratio');
for (const { name, on, off } of profileNs()) row(name, ns(on), ns(off), ns(on / off));
