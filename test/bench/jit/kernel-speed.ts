// What Linux takes for the programs of kernel-rows.ts: BPF_PROG_TEST_RUN over and over, the least of many batches. On a kernel with its JIT, as all are today.
import { askKernel } from '../../support/oracle.ts';
import { loadLines } from '../../support/program-spec.ts';
import { KERNEL_ROWS, rowObject, TRIVIAL, type KernelRow } from './kernel-rows.ts';

/** Runs of one batch: the kernel tells whole ns a run. A ring buffer must hold what a batch writes. */
const RUNS = 20_000;
const BATCHES = 60;
const DATA = '00'.repeat(64);
/** struct __sk_buff up to its mark, which is 1. */
const CTX = `${'00'.repeat(8)}01000000`;

function keyOf(key: number, bytes: number): string {
  const view = new DataView(new ArrayBuffer(bytes));
  view.setUint32(0, key, true);
  return Buffer.from(view.buffer).toString('hex');
}

function specOf(row: KernelRow): string {
  const object = rowObject(row, 'tc');
  const fills = Object.entries(row.filled ?? {}).flatMap(([name, count]) => {
    const { keySize, valueSize } = object.maps.find((map) => map.name === name)!; // rows fill maps of their own
    return Array.from(
      { length: count },
      (_, i) => `set ${name} ${keyOf(i, keySize)} ${'00'.repeat(valueSize)}`,
    );
  });
  return [
    ...loadLines(object),
    ...object.slots.map(({ map, index, prog }) => `slot ${map} ${index} ${prog}`),
    ...fills,
    ...(row.drained === undefined ? [] : [`drain ${row.drained}`]),
    `run main data=${DATA} ctx=${CTX} repeat=${RUNS} reps=${BATCHES}`,
  ].join('\n');
}

/** ns of one run, the trivial program's among them. Throws Error when the kernel refuses a program. */
function nsOf(row: KernelRow): number {
  const answers = askKernel(specOf(row));
  const refused = answers.find(({ verdict }) => verdict === 'rejected');
  const ran = answers.find(({ op }) => op === 'run');
  if (refused !== undefined || ran?.duration_ns_min === undefined) {
    throw new Error(`${row.name}: ${refused?.log ?? JSON.stringify(ran)}`);
  }
  return ran.duration_ns_min;
}

/** ns of an operation of each row, by its name, what `return 0` takes left out. */
export function kernelNs(): ReadonlyMap<string, number> {
  const trivial = nsOf(TRIVIAL);
  return new Map(KERNEL_ROWS.map((row) => [row.name, Math.max(0, nsOf(row) - trivial) / row.ops]));
}
