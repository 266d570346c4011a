// Prints what the JIT reaches beside Linux and beside C, all in one run; by jit.bench.ts in a process of its own. `kernel` as an argument: Linux is asked too.
import { batchNs } from './batch-speed.ts';
import { KERNEL_ROWS, TRIVIAL } from './kernel-rows.ts';
import { kernelNs } from './kernel-speed.ts';
import { loopSpeeds } from './loop-speed.ts';

const COLUMNS = [46, 12, 12, 9] as const;

function row(...cells: readonly string[]): void {
  const text = cells.map((cell, i) => (i === 0 ? cell.padEnd(COLUMNS[0]) : cell.padStart(COLUMNS[i] ?? 0)));
  process.stdout.write(`${text.join('')}\n`);
}

const ns = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(2));
const ratio = (value: number, to: number | undefined): string =>
  to === undefined || to === 0 ? '-' : (value / to).toFixed(2);

const kernel = process.argv.includes('kernel') ? kernelNs() : new Map<string, number>();
const batch = batchNs();
row('events in batches, ns', 'JIT', 'Linux', 'ratio');
row(`${TRIVIAL.name}, whole event`, ns(batch.get(TRIVIAL.name)!.event), '-', '-');
for (const { name, unit } of KERNEL_ROWS) {
  const { each } = batch.get(name)!;
  row(`${name}, per ${unit}`, ns(each), ns(kernel.get(name)), ratio(each, kernel.get(name)));
}

process.stdout.write('\n');
row('loops, ns', 'JIT', 'C -O2', 'ratio');
for (const { name, jit, native, each, unit } of loopSpeeds())
  row(`${name}, per ${unit}`, each.toFixed(3), ((each * native) / jit).toFixed(3), ratio(jit, native));
